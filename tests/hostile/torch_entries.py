"""Archives and pickles of torch that run code, declare wrong lengths, or need too much memory."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hostile.entry import MARKERS, Hostile, written
from making.torch import bombs
from making.torch.pickles import (
    archive,
    call,
    lstm,
    mapping,
    name,
    numbers,
    records_of,
    saved,
    tensor,
    text,
)

SHAPES = lstm(3, 2)
RECORDS = records_of(SHAPES)


def pairs() -> dict[str, bytes]:
    """The tensors of a intact LSTM as opcodes, by name."""
    return {label: tensor(str(key), shape) for key, (label, shape) in enumerate(SHAPES.items())}


def changed(**others: bytes) -> bytes:
    """An archive of the intact LSTM with some tensors replaced, or values added."""
    return archive(mapping({**pairs(), **others}) + b".", RECORDS)


def running(pickle: Callable[[bytes], bytes]) -> Hostile:
    """An archive whose pickle would leave a marker, given the opcodes of the marker's path."""

    def make(path: Path) -> None:
        marker = path.parents[1] / MARKERS / path.name
        path.write_bytes(archive(pickle(text(str(marker))), RECORDS))

    return Hostile(make)


def calling(path: Path, code: bytes = b"") -> bytes:
    """A pickle that opens a marker for writing when it is loaded."""
    marker = text(str(path.parents[1] / MARKERS / path.name))
    return code + name("builtins", "open") + b"(" + marker + text("w") + b"tR."


def bare_value(path: Path) -> None:
    """A bare pickle whose one tensor is the result of a call."""
    path.write_bytes(b"\x80\x02" + mapping({"weight_ih_l0": calling(path)[:-1]}) + b".")


def doubled_pickle(path: Path) -> None:
    data = archive(mapping(pairs()) + b".", {**RECORDS, "data.pk_": calling(path)})
    path.write_bytes(data.replace(b"data.pk_", b"data.pkl"))


def behind_stop(path: Path) -> None:
    path.write_bytes(archive(mapping(pairs()) + b"." + calling(path), RECORDS))


def bare(path: Path) -> None:
    path.write_bytes(b"\x80\x02" + calling(path))


def climbing(path: Path) -> None:
    data = archive(mapping(pairs()) + b".", {**RECORDS, "xx/../../escape": b"x"})
    path.write_bytes(data.replace(b"model/xx/../../escape", b"../../../../../escape"))


def inflating(member: str, size: int = 4 << 30) -> bytes:
    """A zip of one member that inflates to the given number of zero bytes, made from one block."""
    packer, block = zlib.compressobj(9, zlib.DEFLATED, -15), bytes(1 << 22)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    body = packed * (size // len(block)) + b"\x03\x00"  # an empty last block of fixed codes
    label, full = member.encode(), 2**32 - 1
    zip64 = struct.pack("<2H2Q", 1, 16, size, len(body))
    common = (45, 0, 8, 0, 33, 0, full, full, len(label), len(zip64))
    local = struct.pack("<4s5H3L2H", b"PK\3\4", *common) + label + zip64
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 45, *common, *[0] * 5) + label + zip64
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(entry), len(local) + len(body), 0)
    return local + body + entry + end


def crowd(tensors: int) -> bytes:
    """So many tensors over one storage."""
    one = tensor("0", (1,))
    return archive(
        mapping({f"m.{index}": one for index in range(tensors)}) + b".", {"data/0": b"1234"}
    )


def exploding(bomb: bombs.Bomb) -> bytes:
    return archive(bomb.data())


def oversized(axis: int) -> bytes:
    return tensor("0", (axis, axis), count=24, strides=(3, 1))


def typed_wrong() -> bytes:
    sound = tensor("0", (8, 3))
    return changed(weight_ih_l0=sound.replace(b"\x8a\x01\x08\x8a\x01\x03t", b"X\1\0\0\08Nt", 1))


def without_strides() -> bytes:
    sound = tensor("0", (8, 3))
    return changed(weight_ih_l0=sound.replace(numbers((3, 1)), text("x"), 1))


def short() -> bytes:
    return archive(mapping(pairs()) + b".", {key: data[8:] for key, data in RECORDS.items()})


def lacking() -> bytes:
    return archive(mapping(pairs()) + b".", dict(list(RECORDS.items())[:-1]))


NAMES = {
    "screen": "\x1b[2J\x1b]0;owned\x07rnn",
    "lines": "one\ntwo|three\rfour",
    "markup": "<img src=x onerror=alert(1)>[a](javascript:b)",
    "reversed": "rnn\u202egnp.exe\u2066",
    "null": "rnn\x00rest",
    "sheet": '=HYPERLINK("http://127.0.0.1")',
    "long": "n" * 100_000,
    "surrogate": "rnn\ud800",
    "c1": "rnn\x9b2J\x85\u2028",
}
CALLS: dict[str, Callable[[bytes], bytes]] = {
    "reduce": lambda marker: name("builtins", "open") + b"(" + marker + text("w") + b"tR.",
    "beside": lambda marker: mapping({**pairs(), "note": CALLS["reduce"](marker)[:-1]}) + b".",
    "stack_global": lambda marker: (
        b"\x80\x04" + text("builtins") + text("open") + b"\x93(" + marker + text("w") + b"tR."
    ),
    "object": lambda marker: b"(" + name("builtins", "open") + marker + text("w") + b"o.",
    "instance": lambda marker: b"(" + marker + text("w") + b"ibuiltins\nopen\n.",
    "chain": lambda marker: (
        call(
            "builtins",
            "getattr",
            call(
                "builtins", "getattr", call("builtins", "__import__", text("pathlib")), text("Path")
            ),
            text("touch"),
        )
        + b"("
        + call("pathlib", "Path", marker)
        + b"tR."
    ),
}

ENTRIES: dict[str, Hostile] = {
    "sound.pt": written(lambda: saved(SHAPES), 0),
    **{f"runs_{label}.pt": running(pickle) for label, pickle in CALLS.items()},
    "runs_bare.pkl": Hostile(bare),
    "runs_bare_value.pkl.pt": Hostile(bare_value),
    "runs_behind_stop.pt": Hostile(behind_stop),
    "two_pickles.pt": Hostile(doubled_pickle),
    "climbing_member.pt": Hostile(climbing),
    "short_storages.pt": written(short, 1),
    "lacking_storage.pt": written(lacking, 1),
    "far_offset.pt": written(
        lambda: changed(weight_ih_l0=tensor("0", (8, 3), offset=10**12, count=24)), 1
    ),
    "endless_axes.pt": written(lambda: changed(weight_ih_l0=oversized(2**62))),
    "negative_axis.pt": written(lambda: changed(weight_ih_l0=tensor("0", (-8, 3), count=24)), 1),
    "boolean_axis.pt": written(
        lambda: changed(weight_ih_l0=tensor("0", (8, 3)).replace(b"\x8a\x01\x08", b"\x88", 2))
    ),
    "no_integers.pt": written(typed_wrong),
    "no_strides.pt": written(without_strides),
    "inflating_pickle.pt": written(lambda: inflating("model/data.pkl"), 2),
    "many_members.pt": written(
        lambda: archive(mapping(pairs()) + b".", RECORDS | {f"x/{n}": b"" for n in range(60_000)})
    ),
    "many_tensors.pt": written(lambda: crowd(60_000)),
    "dicts_in_lists.pt": written(
        lambda: archive(b"](" + (b"}" * 140_000 + b"e(") * 5 + b"e.", RECORDS), 2
    ),
    "too_many_tensors.pt": written(lambda: crowd(300_000), 2),
    "large_count.pt": written(
        lambda: changed(more=tensor("9", (2**40,), count=math.prod((2**40,))))
    ),
    **{
        f"named_{label}.pt": written(partial(saved, lstm(3, 2, path)), 0)
        for label, path in NAMES.items()
    },
    **{
        f"bomb_{label.replace(' ', '_').replace('^', '')}.pt": written(partial(exploding, bomb), 2)
        for label, bomb in bombs.BOMBS.items()
    },
}
