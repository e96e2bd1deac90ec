"""Archives of numpy arrays with lying headers and sizes, and arrays of objects that would run."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

from hostile.entry import MARKERS, Hostile, written

SOUND = {
    "weight_ih_l0": (8, 3),
    "weight_hh_l0": (8, 2),
    "bias_ih_l0": (8,),
    "bias_hh_l0": (8,),
}


def header(shape: object, code: str = "<f4", length: int | None = None, version: int = 1) -> bytes:
    """The header of an array file, whose length may be another than its text has."""
    text = f"{{'descr': '{code}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    size = len(text) if length is None else length
    return (
        b"\x93NUMPY"
        + bytes([version, 0])
        + size.to_bytes(2 if version == 1 else 4, "little")
        + text
    )


def array(shape: tuple[int, ...]) -> bytes:
    count = 4
    for size in shape:
        count *= size
    return header(shape) + bytes(count)


def archive(more: dict[str, bytes] | None = None, *, packed: bool = False) -> bytes:
    """The sound archive with other or further members."""
    members = {f"{name}.npy": array(shape) for name, shape in SOUND.items()}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as made:
        for name, content in {**members, **(more or {})}.items():
            made.writestr(name, content)
    return data.getvalue()


def bomb() -> bytes:
    """An array of objects that inflates to a gigabyte."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made,
        made.open("a.npy", "w") as member,
    ):
        member.write(header((1,), "|O"))
        for _ in range(1 << 10):
            member.write(bytes(1 << 20))
    return data.getvalue()


def running(start: bytes) -> Callable[[Path], None]:
    """An array of objects whose pickle would write a marker, after a header."""

    def make(path: Path) -> None:
        marker = path.parents[1] / MARKERS / path.name

        class Runs:
            def __reduce__(self) -> tuple[object, tuple[str, str]]:
                return io.open, (str(marker), "w")

        content = start + pickle.dumps([Runs()])
        if path.suffix == ".npz":
            content = archive({"extra.npy": content})
        path.write_bytes(content)

    return make


def many(count: int) -> bytes:
    return archive({f"t{index}.npy": header((0,)) for index in range(count)})


ENTRIES: dict[str, Hostile] = {
    "sound.npz": written(archive, 0),
    "packed.npz": written(lambda: archive(packed=True), 0),
    "exabyte.npz": written(lambda: archive({"bias_hh_l0.npy": header((2**60,))}), 1),
    "beyond_integers.npz": written(lambda: archive({"w.npy": header((2**70,))}), 2),
    "many_axes.npz": written(lambda: archive({"w.npy": header((1,) * 65)}), 2),
    "digits.npz": written(lambda: archive({"w.npy": header(f"({'9' * 9_000},)")}), 2),
    "negative.npz": written(lambda: archive({"w.npy": header((-1, 2))}), 2),
    "long_header.npz": written(lambda: archive({"w.npy": header((1,), length=60_000)}), 2),
    "endless_header.npz": written(
        lambda: archive({"w.npy": header((1,), length=2**31, version=2)}), 2
    ),
    "cut_payload.npz": written(lambda: archive({"bias_hh_l0.npy": header((8,)) + bytes(9)}), 1),
    "no_header.npz": written(lambda: archive({"w.npy": b""}), 2),
    "nested_header.npz": written(lambda: archive({"w.npy": header("(" * 9_000)}), 2),
    "wide_elements.npz": written(lambda: archive({"w.npy": header((1,), "<f999999999")}), 0),
    "structured.npz": written(
        lambda: archive({"w.npy": header((1,)).replace(b"'<f4'", b"[('a', '<f4')]")}), 2
    ),
    "bomb.npz": written(bomb, 2),
    "many_members.npz": written(lambda: many(60_000)),
    "runs.npz": Hostile(running(header((1,), "|O"))),
    "runs.npy": Hostile(running(header((1,), "|O"))),
    "no_pickle.npy": written(header((1,), "|O") + b"\x80\x04", 2),
    "cut.npy": written(header((1,), "|O")[:40], 2),
}
