"""TensorFlow checkpoints of the V1 format: tables of names, shapes and data.

Follows `tensorflow/core/util/saved_tensor_slice.proto`.
"""

from __future__ import annotations

import math

from rnninspect.decode.protobuf import LENGTH, WireReader
from rnninspect.decode.sstable.tables import first_entry
from rnninspect.lean import re
from rnninspect.plugin import (
    Fact,
    Limit,
    Observation,
    StoredTensor,
    UnreadableFile,
    Whereabouts,
)
from rnninspect_keras.graph.messages.types import Shapes, purpose_of, type_of
from rnninspect_keras.tensorflow.checkpoints.records import Checkpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

SHARD = r"(.*)-(\d{5})-of-(\d{5})"


def read_v1(source: Source) -> Checkpoint:
    """A V1 checkpoint; if it is one of several shards, with the others beside it."""
    checkpoint = Checkpoint()
    _add_file(checkpoint, source)
    shard = re.fullmatch(SHARD, source.name) if "-of-" in source.name else None
    number = int(shard[3]) if shard else 1
    source.limits.require(Limit.MEMBERS, number, "the number of shards")
    read = {source.neighbour(source.name).identity}
    for other in range(number):
        name = f"{shard[1]}-{other:05}-of-{number:05}" if shard else source.name
        if name == source.name:
            continue
        found = source.neighbour(name)
        if found.whereabouts is Whereabouts.INSIDE:
            if found.identity not in read:  # else a link to a shard that was read
                read.add(found.identity)
                with source.open_neighbour(name) as beside:
                    _add_file(checkpoint, beside)
        else:
            checkpoint.observations.append(Observation(Fact.EXTERNAL_MISSING, name))
            break  # one missing shard is enough to report
    return checkpoint


def _add_file(checkpoint: Checkpoint, source: Source) -> None:
    """Add the tensors that the first entry of a table names; the other entries are their data."""
    key, value = first_entry(source)
    if key:
        raise UnreadableFile("the table is not a TensorFlow checkpoint")
    wire = WireReader(source.holding(value))
    shapes = Shapes(wire)
    saved = wire.collect(wire.whole(), (1,))
    for number, kind, start, size in wire.fields(saved.message(1)):
        if number != 1 or kind != LENGTH:
            continue
        numbers, parts = wire.held(wire.raw(start, size), start)
        dtype, itemsize = type_of(numbers.get(3, 0))
        name = wire.decoded(parts.get(1, [b""])[-1])
        shape = shapes.read(parts.get(2, ()))
        source.limits.require(Limit.TENSORS, len(checkpoint.tensors) + 1)
        checkpoint.tensors[name] = StoredTensor(
            name=name,
            shape=shape,
            dtype=dtype,
            bytes=0 if min(shape, default=0) < 0 else math.prod(shape) * itemsize,
            identity=name,
            purpose=purpose_of(dtype),
        )
