"""Mutations of TensorFlow's tables that keep their checksums right."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from making.tensorflow.bundles import table
from rnninspect.decode.sstable.tables import read_table
from rnninspect.errors import UnreadableFile
from rnninspect.source.source import open_source

from .faults import mutate_bytes
from .structures import mutate_protobuf

EMPTY = tempfile.NamedTemporaryFile(prefix="rnninspect-fuzz-")  # noqa: SIM115 - as long as the process


def mutate_table(data: bytes, chance: random.Random) -> bytes:
    """Another key, another value or an entry less, in a table that is whole again."""
    with open_source(Path(EMPTY.name)) as empty:
        try:
            entries = list(read_table(empty.holding(data)))
        except UnreadableFile:
            return mutate_bytes(data, chance)
    if not entries or not chance.randrange(20):
        return mutate_bytes(data, chance)
    at = chance.randrange(len(entries))
    key, value = entries[at]
    match chance.randrange(8):
        case 0:
            del entries[at]
        case 1:
            entries[at] = (mutate_bytes(key, chance) if key else b"\0", value)
        case _:
            entries[at] = (key, mutate_protobuf(value, chance) if value else b"\x08\x01")
    return table(entries)
