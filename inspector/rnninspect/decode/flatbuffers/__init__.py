"""FlatBuffers, read in place: tables, vectors and strings, each checked before it is used.

Follows the format's own description (https://flatbuffers.dev/internals): a table is a signed
distance to its vtable, the vtable the place of each field by slot, everything else is reached by
unsigned offsets that only point forward. A schema numbers the fields of a table from 0; a union
takes two slots, its type and its value. `Table` and `Numbers` say what a schema can ask for:

    model = FlatBuffer(source).root()
    version = model.integer(0, UINT32)
    for subgraph in model.tables(2):
        name, inputs = subgraph.text(4), subgraph.numbers(1, INT32).integers()

Offsets and vectors of 64 bits (`offset64`, `vector64`) are not supported: no schema that is read
here uses them.
"""

from __future__ import annotations

from rnninspect.decode.flatbuffers.pages import Pages
from rnninspect.decode.flatbuffers.rows import rows_of
from rnninspect.decode.flatbuffers.tables import (
    BOOL,
    FLOAT32,
    FLOAT64,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    FlatBuffer,
    Numbers,
    Table,
    Tables,
    Texts,
    numbers_at,
    text_at,
)

__all__ = [
    "BOOL",
    "FLOAT32",
    "FLOAT64",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "FlatBuffer",
    "Numbers",
    "Pages",
    "Table",
    "Tables",
    "Texts",
    "numbers_at",
    "rows_of",
    "text_at",
]
