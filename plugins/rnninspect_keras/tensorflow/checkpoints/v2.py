"""TensorFlow checkpoints: the tensors that an index lists, and how much of them its shards store.

Follows `tensorflow/core/protobuf/tensor_bundle.proto`: the V2 format, a table of one entry for each
tensor beside shards of data.
"""

from __future__ import annotations

import math

from rnninspect.decode.protobuf import WireReader
from rnninspect.decode.sstable.tables import LONGEST_NUMBER, first_entry, read_number, read_table
from rnninspect.plugin import (
    Fact,
    Limit,
    Observation,
    StoredTensor,
    UnreadableFile,
)
from rnninspect_keras.graph.messages.types import purpose_of
from rnninspect_keras.tensorflow.checkpoints.entries import Entries
from rnninspect_keras.tensorflow.checkpoints.records import Checkpoint, IndexEntry
from rnninspect_keras.tensorflow.checkpoints.shards import Shards

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
_SLICE = b"\0"  # keys of slices begin with it
Slices = dict[str, tuple[int, "int | None"]]  # name -> bytes by the index, bytes stored


def is_index(source: Source) -> bool:
    """Whether a table is the index of a V2 checkpoint: its header is then a few bytes."""
    wire = WireReader(source.holding(first_entry(source)[1]))
    return not any(number == 1 and kind == 2 for number, kind, *_ in wire.fields(wire.whole()))


def read_v2(source: Source, home: Source, prefix: str) -> Checkpoint:
    """Read the index of a V2 checkpoint; its shards are neighbours of `home`: `prefix.data-…`.

    Raises:
        UnreadableFile: the index is broken.
        RefusedFile: it lists more tensors than the limits allow.
    """
    wire, entries = WireReader(source), read_table(source)
    shards = Shards(home, prefix, _number_of_shards(wire, *next(entries, (b"?", b""))))
    checkpoint, slices, known = Checkpoint(), Slices(), Entries(wire)
    for key, value in entries:
        if key.startswith(_SLICE):  # they precede the tensors that they are parts of
            entry = known.read(sliced_name(key), value)
            size, in_shards = slices.get(entry.key, (0, 0))
            more = shards.stored_bytes(entry)
            held = None if in_shards is None or more is None else in_shards + more
            slices[entry.key] = size + entry.size, held
        else:
            entry = known.read(key.decode("utf-8", "surrogateescape"), value)
            _add(checkpoint, shards, entry, slices)
    if shards.missing:
        checkpoint.observations.append(Observation(Fact.EXTERNAL_MISSING, shards.missing))
    return checkpoint


def sliced_name(key: bytes) -> str:
    """The tensor that a slice is a part of; TensorFlow's ordered code ends the name by 0, 1."""
    name = key.removeprefix(_SLICE).partition(b"\0\1")[0]
    plain = name.replace(b"\0\xff", b"\0").replace(b"\xff\0", b"\xff")
    return plain.decode("utf-8", "surrogateescape")


def _number_of_shards(wire: WireReader, key: bytes, value: bytes) -> int:
    """What the first entry says, which is the header."""
    if key:
        raise UnreadableFile("the checkpoint's index does not begin with its header")
    numbers, _ = wire.held(value, 0)
    if numbers.get(2):
        raise UnreadableFile("the checkpoint is big-endian")
    return numbers.get(1, 0)


def _add(checkpoint: Checkpoint, shards: Shards, entry: IndexEntry, slices: Slices) -> None:
    if len(checkpoint.tensors) >= shards.home.limits.tensors:
        shards.home.limits.require(Limit.TENSORS, len(checkpoint.tensors) + 1)
    is_graph = entry.key == _GRAPH_KEY and entry.dtype == "string"
    if is_graph and shards.stored_bytes(entry) in (None, entry.size):
        checkpoint.graph = _text(shards, entry) if shards.stored_bytes(entry) is not None else None
        return  # whole or not there at all; where it is cut, a rule says so
    stored, in_shards = entry.size, None
    if entry.sliced:
        stored, in_shards = slices.get(entry.key, (0, 0))
    else:
        in_shards = shards.stored_bytes(entry)
    possible = min(entry.shape, default=0) >= 0
    needed = math.prod(entry.shape) * entry.itemsize if possible else None
    if not entry.itemsize:
        needed = entry.size  # of strings: as many bytes as the index says
    if in_shards is None:
        checkpoint.missing[entry.key] = shards.name(entry.shard)
    checkpoint.tensors[entry.key] = StoredTensor(
        name=entry.key,
        shape=entry.shape,
        dtype=entry.dtype,
        bytes=stored,
        identity=entry.key,
        purpose=purpose_of(entry.dtype),
        needed_bytes=None if in_shards is None else needed,
        held_bytes=in_shards,
    )


def _text(shards: Shards, entry: IndexEntry) -> bytes:
    """A string scalar: its length, the checksum of the length, the bytes."""
    shards.home.limits.require(Limit.HEADER_BYTES, entry.size, "the checkpoint's object graph")
    with shards.home.open_neighbour(shards.name(entry.shard)) as data:
        length, at = read_number(data.read(entry.offset, min(entry.size, LONGEST_NUMBER)), 0)
        if at + 4 + length > entry.size:
            raise UnreadableFile("the checkpoint's object graph is truncated")
        return data.read(entry.offset + at + 4, length)
