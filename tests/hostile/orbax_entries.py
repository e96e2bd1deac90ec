"""Checkpoints of Orbax that claim too much, lead outside or contain themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from hostile.entry import Hostile
from making.orbax_folders import (
    LSTM,
    files,
    in_files,
    in_ocdbt,
    leaf,
    manifest,
    node,
    number,
    numbers,
    tree,
    zarr,
)

_CELL = "params.cell.if.kernel/.zarray"
_NODE = 0x0CDB20DE


def _array(**changes: object) -> Callable[[Path], object]:
    content = json.dumps({**zarr((6, 5)), **changes}).encode()
    return lambda path: in_files(path, LSTM, **{_CELL: content})


def _named(content: bytes) -> Callable[[Path], object]:
    return lambda path: in_files(path, {}, _METADATA=content)


def _store(root: bytes, **version: object) -> Callable[[Path], object]:
    """A store whose only data file has these bytes."""

    def make(path: Path) -> None:
        in_ocdbt(path, LSTM)
        (path / "d" / "data").write_bytes(root)
        made = manifest(len(root), **version)  # type: ignore[arg-type]
        (path / "manifest.ocdbt").write_bytes(made)

    return make


def _interior(height: int, count: int, offset: int = 0, length: int = 0) -> bytes:
    """A node with `count` children in one place, each of which begins with no key."""
    keys = numbers(*[0] * (count - 1), *[0] * count, *[0] * count)
    places = numbers(*[0] * count, *[offset] * count, *[length] * count, *[1] * (3 * count))
    return bytes([height]) + files("d/data") + number(count) + keys + places


def _itself() -> bytes:
    """A node that has itself as all of its children."""
    length = len(node(_NODE, _interior(9, 50, 0, 0))) + 50
    return node(_NODE, _interior(9, 50, 0, length))


def _tower() -> bytes:
    """Nodes of which each has the next one as both of its children: 2^19 paths to a leaf."""
    data = b""
    lengths: list[int] = []
    for height in range(19, 0, -1):
        at = len(data) + len(node(_NODE, _interior(height, 2, 5000, 100)))
        below = len(node(_NODE, _interior(max(1, height - 1), 2, 5000, 100)))
        made = node(_NODE, _interior(height, 2, at, below))
        lengths.append(len(made))
        data += made
    return data


def _link(path: Path) -> None:
    in_files(path, LSTM)
    (path / _CELL).unlink()
    (path / _CELL).symlink_to("/etc/passwd")


def _keys(path: Path) -> None:
    names = {f"params/{'k' * 3000}{at}": leaf(f"{'k' * 3000}{at}") for at in range(2000)}
    in_files(path, {}, _METADATA=tree(names))


ENTRIES: dict[str, Hostile] = {
    "sound.orbax": Hostile(lambda path: in_files(path, LSTM), 0),
    "sound.ocdbt": Hostile(lambda path: in_ocdbt(path, LSTM), 0),
    "negative": Hostile(_array(shape=[-6, 5]), 2),
    "exabytes": Hostile(_array(shape=[2**31 - 1] * 3, chunks=[2**31 - 1] * 3), 1),
    "many_chunks": Hostile(_array(shape=[2**31 - 1] * 2, chunks=[1, 1]), 2),
    "many_axes": Hostile(_array(shape=[1] * 100, chunks=[1] * 100), 2),
    "no_chunks": Hostile(_array(chunks=[0, 0]), 2),
    "type_of_code": Hostile(_array(dtype="<f99")),
    "long_type": Hostile(_array(dtype="q" * 10**6)),
    "nested": Hostile(_named(b'{"tree_metadata":' + b"[" * 200_000), 2),
    "no_tree": Hostile(_named(b'{"tree_metadata": 7}'), 2),
    "paths": Hostile(_named(tree({"../../etc/passwd": 0, "/etc/passwd": 0, "a\\b": 0}))),
    "long_keys": Hostile(_keys),
    "link_outside": Hostile(_link),
    "truncated": Hostile(_store(bytes(10)), 2),
    "outside": Hostile(_store(b"x", path="../../canary.txt"), 2),
    "far_offset": Hostile(_store(node(_NODE, b""), offset=2**60), 2),
    "many_entries": Hostile(_store(node(_NODE, b"\0" + files() + number(2**40))), 2),
    "itself": Hostile(_store(_itself()), 2),
    "tower": Hostile(_store(_tower()), 2),
    "bomb": Hostile(_store(node(_NODE, b"\x28\xb5\x2f\xfd" + b"\xff" * 60, pack=bytes)), 2),
}
