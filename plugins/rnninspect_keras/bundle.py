"""TensorFlow checkpoints: the tensors that an index lists, and how much of them its shards hold.

Follows `tensorflow/core/protobuf/tensor_bundle.proto` (the V2 format, a table of one entry for each
tensor beside shards of data) and `saved_tensor_slice.proto` (V1, all in one table).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rnninspect.decode.protobuf import WireReader, signed
from rnninspect.decode.table import first_entry, read_number, read_table
from rnninspect.plugin import (
    Fact,
    Observation,
    Purpose,
    Record,
    StoredTensor,
    UnreadableFile,
    Whereabouts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.protobuf import Message, Span
    from rnninspect.plugin import Source

# DataType of types.proto -> (name, bytes of an element); references are 100 higher.
TYPES = {
    1: ("float32", 4),
    2: ("float64", 8),
    3: ("int32", 4),
    4: ("uint8", 1),
    5: ("int16", 2),
    6: ("int8", 1),
    7: ("string", 0),
    8: ("complex64", 8),
    9: ("int64", 8),
    10: ("bool", 1),
    11: ("qint8", 1),
    12: ("quint8", 1),
    13: ("qint32", 4),
    14: ("bfloat16", 2),
    17: ("uint16", 2),
    18: ("complex128", 16),
    19: ("float16", 2),
    20: ("resource", 0),
    21: ("variant", 0),
    22: ("uint32", 4),
    23: ("uint64", 8),
    24: ("float8_e5m2", 1),
    25: ("float8_e4m3fn", 1),
    29: ("int4", 1),
    30: ("uint4", 1),
}
REFERENCE = 100
NOT_NUMBERS = ("string", "resource", "variant")
GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
MOST_SHARDS = 100_000


class Bundle:
    """A checkpoint: its tensors by key, what was noticed, its object graph as encoded."""

    __slots__ = ("graph", "observations", "tensors")

    def __init__(self, graph: bytes | None = None) -> None:
        self.tensors: dict[str, StoredTensor] = {}
        self.observations: list[Observation] = []
        self.graph = graph


class _Entry(Record):
    key: str
    dtype: str
    itemsize: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    sliced: bool


def type_of(number: int) -> tuple[str, int]:
    """Name and size in bytes of a data type."""
    return TYPES.get(number % REFERENCE, (f"type {number}", 0))


def read_bundle(source: Source, home: Source, prefix: str) -> Bundle:
    """Read the index of a V2 checkpoint; its shards are neighbours of `home`: `prefix.data-…`.

    Raises:
        UnreadableFile: the index is broken.
        RefusedFile: it lists more tensors than the limits allow.
    """
    entries = list(_entries(source))
    header, rest = entries[0][1], entries[1:]
    wire = WireReader(source.holding(b"".join([header, *(value for _, value in rest)])))
    shards = _shards(home, prefix, _number_of_shards(wire, len(header)))
    bundle, at = Bundle(), len(header)
    for key, value in rest:
        span, at = (at, at + len(value)), at + len(value)
        if not key.startswith(b"\0"):  # a slice of a tensor that has an entry of its own
            entry = _entry(wire, key.decode("utf-8", "surrogateescape"), span)
            _add(bundle, home, shards, entry)
    if any(size is None for _, size in shards) and bundle.tensors:
        missing = ", ".join(name for name, size in shards if size is None)
        bundle.observations.append(Observation(Fact.EXTERNAL_MISSING, missing))
    return bundle


def _entries(source: Source) -> Iterator[tuple[bytes, bytes]]:
    """The header's entry, then those of the tensors."""
    entries = read_table(source)
    key, value = next(entries, (b"?", b""))
    if key:
        raise UnreadableFile("the checkpoint's index does not begin with its header")
    yield key, value
    yield from entries


def _number_of_shards(wire: WireReader, size: int) -> int:
    header = wire.collect(((0, size),), (1, 2))
    number = header.number(1) or 0
    if header.number(2):
        raise UnreadableFile("the checkpoint is big-endian")
    if number > MOST_SHARDS:
        raise UnreadableFile(f"the checkpoint states {number} shards")
    return number


def _shards(source: Source, prefix: str, number: int) -> list[tuple[str, int | None]]:
    """Name and size of each shard; the size is None of one that is not there."""
    shards: list[tuple[str, int | None]] = []
    for shard in range(number):
        name = f"{prefix}.data-{shard:05}-of-{number:05}"
        found = source.neighbour(name)
        inside = found.whereabouts is Whereabouts.INSIDE
        shards.append((name, found.size if inside else None))
    return shards


def _entry(wire: WireReader, key: str, span: Span) -> _Entry:
    fields = wire.collect((span,), (1, 2, 3, 4, 5, 7))
    dtype, itemsize = type_of(fields.number(1) or 0)
    shard, offset, size = (signed(fields.number(field) or 0) for field in (3, 4, 5))
    if min(shard, offset, size) < 0:
        raise UnreadableFile(f"the entry {key} of the index lies at a negative place")
    shape = read_shape(wire, fields.message(2))
    return _Entry(key, dtype, itemsize, shape, shard, offset, size, bool(fields.spans(7)))


def read_shape(wire: WireReader, message: Message) -> tuple[int, ...]:
    """A TensorShapeProto's axes; an axis that is not known is -1."""
    dims = wire.collect(message, (2,)).spans(2)
    return tuple(signed(wire.collect((dim,), (1,)).number(1) or 0) for dim in dims)


def _add(
    bundle: Bundle, source: Source, shards: list[tuple[str, int | None]], entry: _Entry
) -> None:
    source.limits.require("tensors", len(bundle.tensors) + 1)
    if entry.shard >= len(shards):
        raise UnreadableFile(f"the entry {entry.key} of the index lies in a shard beyond the last")
    name, size = shards[entry.shard]
    if entry.key == GRAPH_KEY and entry.dtype == "string":
        bundle.graph = None if size is None else _text(source, name, entry)
        return
    needed = math.prod(entry.shape) * entry.itemsize if min(entry.shape, default=0) >= 0 else None
    held = None
    if not entry.sliced and size is not None and entry.itemsize:
        held = max(0, min(entry.size, size - entry.offset))
    number = entry.dtype not in NOT_NUMBERS
    bundle.tensors[entry.key] = StoredTensor(
        name=entry.key,
        shape=entry.shape,
        dtype=entry.dtype,
        bytes=(needed or 0) if entry.sliced else entry.size,
        identity=entry.key,
        purpose=Purpose.PARAMETER if number else Purpose.CONSTANT,
        needed_bytes=None if held is None else needed,
        held_bytes=held,
        place=f"{name}:{entry.offset}",
    )


def _text(source: Source, shard: str, entry: _Entry) -> bytes:
    """A string scalar: its length, the checksum of the length, the bytes."""
    source.limits.require("header_bytes", entry.size, "the checkpoint's object graph")
    with source.open_neighbour(shard) as data:
        stored = data.read(entry.offset, entry.size)
    length, at = read_number(stored, 0)
    if at + 4 + length > len(stored):
        raise UnreadableFile("the checkpoint's object graph is cut off")
    return stored[at + 4 : at + 4 + length]


def read_old(source: Source) -> Bundle:
    """A V1 checkpoint: its first entry names all tensors, the others hold them."""
    key, value = first_entry(source)
    if key:
        raise UnreadableFile("the table is no checkpoint of TensorFlow")
    wire, bundle = WireReader(source.holding(value)), Bundle()
    saved = wire.collect(wire.whole(), (1,))
    for span in wire.collect(saved.message(1), (1,)).spans(1):
        fields = wire.collect((span,), (1, 2, 3))
        dtype, itemsize = type_of(fields.number(3) or 0)
        name, shape = wire.last_text(fields, 1), read_shape(wire, fields.message(2))
        source.limits.require("tensors", len(bundle.tensors) + 1)
        bundle.tensors[name] = StoredTensor(
            name=name,
            shape=shape,
            dtype=dtype,
            bytes=math.prod(shape) * itemsize,
            identity=name,
            purpose=Purpose.CONSTANT if dtype in NOT_NUMBERS else Purpose.PARAMETER,
        )
    return bundle


def is_index(source: Source) -> bool:
    """Whether a table is the index of a V2 checkpoint: its header is then a few bytes."""
    wire = WireReader(source.holding(first_entry(source)[1]))
    return not any(number == 1 and kind == 2 for number, kind, *_ in wire.fields(wire.whole()))
