"""Containers that are small to store and large to walk: zips, gzips, tars, headers, folders."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import tarfile
import zipfile
from pathlib import Path

from hostile.entry import Hostile, written
from hostile.safetensors_entries import SOUND, file, spec
from hostile.torch_entries import RECORDS, SHAPES, changed, pairs
from making.torch.pickles import archive, lstm, mapping, name, numbers, saved, tensor, text


def one_member_many_names(path: Path) -> None:
    """A zip of 60,000 entries that all lead to one member."""
    data = archive(mapping(pairs()) + b".", RECORDS)
    end = data.rfind(b"PK\5\6")
    entries, size, place = struct.unpack_from("<10xH2L", data, end)
    first = data[place : place + 46 + struct.unpack_from("<H", data, place + 28)[0]]
    more = first * (60_000 - entries)
    fields = (0, 0, 60_000, 60_000, size + len(more), place, 0)
    path.write_bytes(data[:end] + more + struct.pack("<4s4H2LH", b"PK\5\6", *fields))


def sparse(path: Path, head: bytes = b"", tail: bytes = b"") -> None:
    """A terabyte of zeros between two ends."""
    with path.open("wb") as hole:
        hole.write(head)
        hole.seek(1 << 40)
        hole.write(tail or b"\0")


def zipped_in(data: bytes) -> bytes:
    return gzip.compress(data, 9)


def tar_of(count: int) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for at in range(count):
            tar.addfile(tarfile.TarInfo(f"m{at}"))
    return held.getvalue()


def tar_in_itself(path: Path) -> None:
    """A tar whose members are links: up, to a device and to each other."""
    with tarfile.open(path, "w") as tar:
        for label, target, kind in (
            ("storages", "../canary.txt", tarfile.SYMTYPE),
            ("tensors", "pickle", tarfile.LNKTYPE),
            ("pickle", "tensors", tarfile.SYMTYPE),
        ):
            member = tarfile.TarInfo(label)
            member.type, member.linkname = kind, target
            tar.addfile(member)


def shards(path: Path, places: dict[str, str]) -> None:
    path.write_text(json.dumps({"metadata": {}, "weight_map": places}))


def shards_outside(path: Path) -> None:
    shards(path, {"a": "../canary.txt", "b": "/etc/hostname", "c": "circle.index.json"})


def scripted(code: bytes) -> bytes:
    """A TorchScript archive with this source text."""
    held = io.BytesIO()
    made = name("__torch__", "M") + b")\x81" + mapping({"x": tensor("0", (1,))}) + b"b."
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("m/data.pkl", b"\x80\x02" + made)
        whole.writestr("m/code/__torch__.py", code)
        whole.writestr("m/constants.pkl", b"\x80\x02).")
        whole.writestr("m/data/0", bytes(4))
    return held.getvalue()


def full_folder(path: Path) -> None:
    path.mkdir()
    for at in range(5_000):
        os.close(os.open(path / f"f{at}", os.O_CREAT | os.O_WRONLY))


def metadata(note: str) -> bytes:
    """The header of a sound file with a note; made by hand, for it is large."""
    return b'{"__metadata__":{"a":"' + note.encode() + b'"},' + json.dumps(SOUND).encode()[1:]


def repeated_last() -> bytes:
    """200,000 names, the last one twice."""
    inner = ",".join(f'"k{at}":"v"' for at in range(200_000)) + ',"k":"1","k":"2"'
    return file(f'{{"__metadata__":{{{inner}}},"a":{json.dumps(spec([1], 0, 4))}}}'.encode())


def kernels(start: str, count: int) -> bytes:
    """So many modules below a long path, each with two kernels."""
    kinds = {"ih": (8, 3), "hh": (8, 2)}
    return saved(
        {
            f"{start}{at}.weight_{kind}_l0": shape
            for at in range(count)
            for kind, shape in kinds.items()
        }
    )


def high_levels(count: int) -> bytes:
    """So many modules, each with one kernel that is numbered 9999."""
    one = tensor("0", (8, 3))
    names = [f"m{at}.weight_{kind}_l9999" for at in range(count) for kind in ("ih", "hh")]
    return archive(mapping(dict.fromkeys(names, one)) + b".")


def many_levels(count: int) -> bytes:
    shapes: dict[str, tuple[int, ...]] = {}
    for level in range(count):
        shapes |= lstm(3 if not level else 2, 2, "m", level)
    return archive(mapping({key: tensor("0", shape) for key, shape in shapes.items()}) + b".")


def nested(depth: int) -> bytes:
    """A tensor in the given number of nested dicts."""
    body = tensor("0", (1,))
    for _ in range(depth):
        body = mapping({"d": body})
    return archive(body + b".", {"data/0": b"1234"})


ENTRIES: dict[str, Hostile] = {
    "one_member_many_names.pt": Hostile(one_member_many_names),
    "hole.pt": Hostile(sparse, 2),
    "hole.h5": Hostile(lambda path: sparse(path, b"\x89HDF\r\n\x1a\n"), 2),
    "hole.onnx": Hostile(lambda path: sparse(path, b"\x08\x08\x3a")),
    "hole.safetensors": Hostile(lambda path: sparse(path, b"\xff\xff\xff\xff\xff"), 2),
    "hole.keras": Hostile(lambda path: sparse(path, b"PK\3\4", b"PK\5\6" + bytes(18)), 2),
    "gzip_of_zeros.pt": written(lambda: zipped_in(saved(SHAPES) + bytes(100_000_000)), 2),
    "gzip_in_gzip.pt": written(lambda: zipped_in(zipped_in(saved(SHAPES))), 2),
    "many_in_tar.tar": written(lambda: tar_of(10_000)),
    "links_in_tar.tar": Hostile(tar_in_itself, 2),
    "shards_outside.safetensors.index.json": Hostile(shards_outside),
    "many_shards.safetensors.index.json": Hostile(
        lambda path: shards(path, {f"t{at}": f"s{at}.safetensors" for at in range(900)})
    ),
    "too_many_shards.safetensors.index.json": Hostile(
        lambda path: shards(path, {f"t{at}": f"s{at}.safetensors" for at in range(100_000)}), 2
    ),
    "script_of_brackets.pt": written(lambda: scripted(b"(" * 5_000_000)),
    "script_of_blanks.pt": written(lambda: scripted((b"  x = " + b" " * 50_000) * 20)),
    "script_of_classes.pt": written(
        lambda: scripted(b"class M(Module):\n  __parameters__ = []\n  a : Tensor\n" * 30_000)
    ),
    "full_folder": Hostile(full_folder, 2),
    "repeated_last.safetensors": written(repeated_last),
    "many_axes.safetensors": written(lambda: file({**SOUND, "x": spec([2**62] * 100_000, 0, 4)})),
    "header_of_blanks.safetensors": written(
        lambda: file(json.dumps(SOUND).encode() + b" " * 100_000_000)
    ),
    "header_of_text.safetensors": written(lambda: file(metadata("x" * 30_000_000)), 0),
    "header_of_more_text.safetensors": written(lambda: file(metadata("x" * 100_000_000)), 2),
    "header_of_letters.safetensors": written(
        lambda: file(metadata("x" * 20_000_000 + "\U0001f600")), 2
    ),
    "header_of_lists.safetensors": written(
        lambda: file(b'{"a":' + b"[[]," * 2_000_000 + b"1]}"), 2
    ),
    "many_axes.pt": written(
        lambda: changed(
            weight_ih_l0=tensor("0", (8, 3)).replace(numbers((8, 3)), numbers((2**62,) * 60_000))
        )
    ),
    "deep_names.pt": written(lambda: kernels("m." * 300, 1_000)),
    "many_levels.pt": written(lambda: many_levels(3_000), 2),
    "high_levels.pt": written(lambda: high_levels(300)),
    "deeper_names.pt": written(lambda: kernels("m." * 15_000, 100)),
    "long_names.pt": written(lambda: kernels("é" * 15_000, 500), 2),
    "nested_dicts.pt": written(lambda: nested(90)),
    "nested_too_deep.pt": written(lambda: nested(5_000)),
    "named_level.pt": written(lambda: saved(lstm(3, 2, "m", 10**30) | lstm(3, 2, "m", 10**4_000))),
    "one_text_many_names.pt": written(
        lambda: archive(
            b"}("
            + text("k" * 60_000)
            + b"q\0"
            + tensor("0", (1,))
            + b"q\1"
            + b"h\0h\1" * 200_000
            + b"u.",
            {"data/0": b"1234"},
        )
    ),
}
