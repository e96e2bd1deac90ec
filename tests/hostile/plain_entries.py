"""Files that are not models, and intact models that are truncated or have trailing bytes."""

from __future__ import annotations

import gzip
import os
import random
from pathlib import Path

from hostile import keras_entries, onnx_entries, safetensors_entries, torch_entries
from hostile.entry import Hostile, written

SOUND = {
    "sound.pt": torch_entries.ENTRIES,
    "sound.safetensors": safetensors_entries.ENTRIES,
    "sound.onnx": onnx_entries.ENTRIES,
    "sound.h5": keras_entries.ENTRIES,
    "sound.keras": keras_entries.ENTRIES,
}
STEPS = 20


def whole(name: str, path: Path) -> bytes:
    """The bytes of a sound model; the path is used for making it."""
    SOUND[name][name].make(path)
    return path.read_bytes()


def cut(name: str, step: int) -> Hostile:
    def make(path: Path) -> None:
        data = whole(name, path)
        path.write_bytes(data[: len(data) * step // STEPS])

    return Hostile(make)


def followed(name: str) -> Hostile:
    noise = random.Random(name)  # noqa: S311 - nobody's secret depends on it

    def make(path: Path) -> None:
        path.write_bytes(whole(name, path) + noise.randbytes(1_000_000))

    return Hostile(make)


ENTRIES: dict[str, Hostile] = {
    "empty.onnx": written(b"", 2),
    "empty.pt": written(b"", 2),
    "empty.h5": written(b"", 2),
    "page.keras": written(b"<!DOCTYPE html>\n<html><body>not found</body></html>", 2),
    "pointer.onnx": written(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n", 2
    ),
    "browser.onnx": written(b'{"format": "layers-model", "x": ' + b"[" * 100_000, 2),
    "prototxt.pt": written(b"#\n" * 100_000 + b"layer {", 2),
    "swollen.onnx": written(lambda: gzip.compress(bytes(50_000_000)), 2),
    "prose.h5": written(b"no model\n" * 60, 2),
    "zeros.pt": written(lambda: bytes(1_000_000), 2),
    "nothing_zipped.keras": written(b"PK\x05\x06" + bytes(18), 2),
    "absent.onnx": Hostile(lambda _: None, 2),
    "folder.onnx": Hostile(Path.mkdir, 2),
    "pipe.pt": Hostile(os.mkfifo, 2),
    "circle.onnx": Hostile(lambda path: path.symlink_to(path), 2),
    **{f"cut_{step:02}_{name}": cut(name, step) for name in SOUND for step in range(1, STEPS)},
    **{f"followed_{name}": followed(name) for name in SOUND},
}
