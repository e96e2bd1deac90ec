"""Writes checkpoints of Orbax by hand: a tree, and arrays of zarr 2 in files or in OCDBT."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import prod
from pathlib import Path

Shapes = Mapping[str, tuple[int, ...]]
Zarr = dict[str, object]

M, N = 6, 5
LSTM: Shapes = {
    **{f"params/cell/i{gate}/kernel": (M, N) for gate in "ifgo"},
    **{f"params/cell/h{gate}/kernel": (N, N) for gate in "ifgo"},
    **{f"params/cell/h{gate}/bias": (N,) for gate in "ifgo"},
    "params/head/kernel": (N, 2),
}


def leaf(name: str, kind: str = "jax.Array", *, skip: bool = False) -> dict[str, object]:
    keys = [{"key": key, "key_type": 2} for key in name.split("/")]
    return {
        "key_metadata": keys,
        "value_metadata": {"value_type": kind, "skip_deserialize": skip},
    }


def tree(names: Mapping[str, object], *, ocdbt: bool = False) -> bytes:
    """The content of `_METADATA`; a value that is a dict is a leaf of its own."""
    leaves = {
        str(tuple(name.split("/"))): value if isinstance(value, dict) else leaf(name)
        for name, value in names.items()
    }
    return json.dumps({"tree_metadata": leaves, "use_ocdbt": ocdbt, "use_zarr3": False}).encode()


def zarr(shape: tuple[int, ...], **changes: object) -> Zarr:
    """The content of `.zarray`: one chunk, as it is."""
    return {
        "zarr_format": 2,
        "shape": list(shape),
        "chunks": [max(1, size) for size in shape],
        "dtype": "<f4",
        "compressor": None,
        "filters": None,
        "fill_value": None,
        "order": "C",
        "dimension_separator": ".",
        **changes,
    }


def values(shapes: Shapes) -> dict[str, bytes]:
    """The values of a store by key: an array of zarr for each name, with its only chunk."""
    found: dict[str, bytes] = {}
    for name, shape in shapes.items():
        param = name.replace("/", ".")
        found[f"{param}/.zarray"] = json.dumps(zarr(shape)).encode()
        found[f"{param}/{'.'.join('0' for _ in shape) or '0'}"] = bytes(4 * prod(shape))
    return found


def in_files(folder: Path, shapes: Shapes, **files: bytes | None) -> Path:
    """A checkpoint with a file for each value; `files` replace some by key, None takes one away."""
    everything = {"_METADATA": tree(shapes), **values(shapes), **files}
    for name, data in everything.items():
        if data is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def in_ocdbt(
    folder: Path,
    shapes: Shapes,
    *,
    pack: Callable[[bytes], bytes] | None = None,
    **others: bytes | None,
) -> Path:
    """A checkpoint with all values in one leaf; `pack` compresses its nodes.

    `others` replace values of the store by key; None takes one away.
    """
    inside = {key: data for key, data in (values(shapes) | others).items() if data is not None}
    root = node(0x0CDB20DE, leaf_body(inside), pack=pack)
    (folder / "d").mkdir(parents=True, exist_ok=True)
    (folder / "d" / "data").write_bytes(root)
    (folder / "manifest.ocdbt").write_bytes(manifest(len(root), pack=pack))
    (folder / "_METADATA").write_bytes(tree(shapes, ocdbt=True))
    return folder


def number(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def numbers(*each: int) -> bytes:
    return b"".join(map(number, each))


def files(*paths: str) -> bytes:
    """A table of data files, of which none shares the start of its path with another."""
    alone = [0] * max(0, len(paths) - 1)
    lengths = [len(path) for path in paths]
    bases = [0] * len(paths)
    return numbers(len(paths), *alone, *lengths, *bases) + "".join(paths).encode()


def leaf_body(inside: Mapping[str, bytes]) -> bytes:
    """A leaf that has all of its values in itself."""
    count = len(inside)
    keys = sorted(inside)
    sizes = [len(inside[key]) for key in keys]
    head = b"\0" + files() + numbers(count, *[0] * max(0, count - 1), *map(len, keys))
    joined = "".join(keys).encode() + numbers(*sizes, *[0] * count)
    return head + joined + b"".join(inside[key] for key in keys)


def manifest(
    length: int,
    *,
    path: str = "d/data",
    offset: int = 0,
    kind: int = 0,
    pack: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """A manifest whose only version has its root at a place."""
    config = bytes(16) + numbers(kind, 100, 8 << 20) + b"\4" + number(0)
    version = numbers(1, 1) + b"\0" + numbers(0, offset, length, 1, 1, 1) + bytes(8)
    return node(0x0CDB3A2A, config + files(path) + version + number(0), pack=pack)


def node(magic: int, body: bytes, *, pack: Callable[[bytes], bytes] | None = None) -> bytes:
    inside = pack(body) if pack else body
    length = 4 + 8 + 2 + len(inside) + 4
    head = magic.to_bytes(4) + length.to_bytes(8, "little") + bytes([0, pack is not None])
    return head + inside + crc32c(head + inside).to_bytes(4, "little")


def crc32c(data: bytes) -> int:
    """The checksum of Castagnoli, bit by bit."""
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF
