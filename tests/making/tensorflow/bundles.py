"""TensorFlow checkpoints by hand: tables of sorted strings, indices over them, object graphs."""

from __future__ import annotations

import math
from struct import pack
from typing import TYPE_CHECKING

from rnninspect.decode.sstable.crc32c import WORD, crc32c
from rnninspect.decode.sstable.tables import MAGIC, MASK_DELTA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

FLOAT, STRING = 1, 7
GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"
Shapes = dict[str, tuple[int, ...]]


def varint(value: int) -> bytes:
    """An unsigned number in groups of 7 bits."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def field(number: int, value: int | bytes | str) -> bytes:
    """One field of a protobuf message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value & (1 << 64) - 1)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def shape_of(shape: Iterable[int]) -> bytes:
    """A TensorShapeProto."""
    return b"".join(field(2, field(1, size)) for size in shape)


def block(entries: Iterable[tuple[bytes, bytes]], *, share: bool = False) -> bytes:
    """The entries of a block one after the other, and one restart."""
    out, before = bytearray(), b""
    for key, value in entries:
        same = _common(before, key) if share else 0
        out += varint(same) + varint(len(key) - same) + varint(len(value)) + key[same:] + value
        before = key
    return bytes(out) + pack("<II", 0, 1)


def _common(first: bytes, second: bytes) -> int:
    pairs = enumerate(zip(first, second, strict=False))
    return next((at for at, (one, two) in pairs if one != two), min(len(first), len(second)))


def sealed(content: bytes, kind: int = 0) -> bytes:
    """A block with its kind and its masked checksum after it."""
    checksum = crc32c(content + bytes((kind,)))
    masked = ((checksum >> 15 | checksum << 17) + MASK_DELTA) & WORD
    return content + bytes((kind,)) + pack("<I", masked)


def table(entries: Sequence[tuple[bytes, bytes]], per_block: int = 1000, kind: int = 0) -> bytes:
    """A whole table; `kind` is written as it is, so the blocks must be packed already if not 0."""
    out, index = bytearray(), []
    for at in range(0, len(entries), per_block):
        part = entries[at : at + per_block]
        content = block(part, share=True)
        content = literal(content) if kind == 1 else content
        index.append((part[-1][0], varint(len(out)) + varint(len(content))))
        out += sealed(content, kind)
    empty = block([])
    handles = varint(len(out)) + varint(len(empty))
    out += sealed(empty)
    handles += varint(len(out)) + varint(len(block(index)))
    out += sealed(block(index))
    return bytes(out) + handles.ljust(40, b"\0") + MAGIC


def literal(data: bytes) -> bytes:
    """Snappy data that repeat nothing."""
    out = bytearray(varint(len(data)))
    for at in range(0, len(data), 60):
        part = data[at : at + 60]
        out += bytes(((len(part) - 1) << 2,)) + part
    return bytes(out)


def entry(
    shape: Iterable[int], offset: int, size: int, *, dtype: int = FLOAT, shard: int = 0
) -> bytes:
    """A BundleEntryProto."""
    place = field(3, shard) + field(4, offset) + field(5, size)
    return field(1, dtype) + field(2, shape_of(shape)) + place


def header(shards: int = 1) -> bytes:
    """A BundleHeaderProto."""
    return field(1, shards) + field(3, field(1, 1))


def entries(shapes: Mapping[str, Sequence[int]]) -> tuple[list[tuple[bytes, bytes]], int]:
    """Entries of float32 tensors one after the other in one shard, and the bytes that they take."""
    found, at = [(b"", header())], 0
    for name in sorted(shapes):
        size = 4 * math.prod(shapes[name])
        found.append((name.encode(), entry(shapes[name], at, size)))
        at += size
    return found, at


def write_by_name(prefix: Path, shapes: Mapping[str, Sequence[int]]) -> Path:
    """A checkpoint by name, of zeros; return the path of its index."""
    found, size = entries(shapes)
    prefix.parent.mkdir(parents=True, exist_ok=True)
    prefix.with_name(f"{prefix.name}.data-00000-of-00001").write_bytes(bytes(size))
    index = prefix.with_name(f"{prefix.name}.index")
    index.write_bytes(table(found))
    return index


def node(children: Mapping[str, int], full_name: str = "", key: str = "") -> bytes:
    """An object of a TrackableObjectGraph."""
    edges = b"".join(field(1, field(1, child) + field(2, name)) for name, child in children.items())
    value = field(1, "VARIABLE_VALUE") + field(2, full_name) + field(3, key)
    return edges + (field(2, value) if key else b"")


def write_with_graph(
    prefix: Path, shapes: Mapping[str, Sequence[int]], nodes: Sequence[bytes]
) -> Path:
    """An object-based checkpoint, of zeros; return the path of its index."""
    graph = b"".join(field(1, each) for each in nodes)
    text = varint(len(graph)) + bytes(4) + graph
    found, at = entries(shapes)
    found.append((GRAPH.encode(), entry((), at, len(text), dtype=STRING)))
    prefix.with_name(f"{prefix.name}.data-00000-of-00001").write_bytes(bytes(at) + text)
    index = prefix.with_name(f"{prefix.name}.index")
    index.write_bytes(table(sorted(found)))
    return index
