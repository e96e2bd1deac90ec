"""Rows as Parquet, a row for each model with its layers in a nested list; needs pyarrow."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from rnninspect.errors import ResultsError
from rnninspect.results.values import require_columns
from rnninspect.rows.inspecting import ModelRows
from rnninspect.rows.schema import INNER, MODELS, SCHEMA_VERSION, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Any

    from rnninspect.rows.schema import Column, Row

GROUP = 1_000  # models in a row group, which is what is in memory at once
LAYERS_FIELD = "layers"
VERSION_KEY = b"rnninspect.schema_version"
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
_TYPES: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.TIME: pa.timestamp("us"),  # UTC; with a zone DuckDB's Python would need another package
    Kind.TEXTS: pa.list_(pa.string()),
    Kind.INTEGERS: pa.list_(pa.int64()),
    Kind.SIZES: pa.map_(pa.string(), pa.int64()),
}


def _fields(columns: tuple[Column, ...]) -> list[pa.Field]:
    return [pa.field(column.name, _TYPES[column.kind]) for column in columns]


SCHEMA = pa.schema(
    [*_fields(MODELS), pa.field(LAYERS_FIELD, pa.list_(pa.struct(_fields(INNER))))],
    {VERSION_KEY: str(SCHEMA_VERSION).encode()},
)


def write(path: Path, models: Iterable[ModelRows]) -> None:
    """Write the models in groups."""
    models = iter(models)
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        while group := list(islice(models, GROUP)):
            rows = [
                _stored(each.model, MODELS)
                | {LAYERS_FIELD: [_stored(layer, INNER) for layer in each.layers]}
                for each in group
            ]
            writer.write_batch(pa.RecordBatch.from_pylist(rows, SCHEMA), row_group_size=GROUP)


def _stored(row: Row, columns: tuple[Column, ...]) -> dict[str, Any]:
    stored: dict[str, Any] = dict(row)
    for column in columns:
        value = stored[column.name]
        if value is None:
            continue
        if column.kind is Kind.TIME:
            stored[column.name] = datetime.strptime(value, TIME_FORMAT)  # noqa: DTZ007 - all are UTC
        elif column.kind is Kind.SIZES:
            stored[column.name] = list(value.items())
    return stored


def read(path: Path) -> Iterator[ModelRows]:
    """The rows of each model; ResultsError where the file is something else."""
    try:
        with pq.ParquetFile(path) as file:
            _require_schema(file.schema_arrow)
            for batch in file.iter_batches(GROUP):
                for row in batch.to_pylist():
                    layers = row.pop(LAYERS_FIELD) or ()
                    inner = tuple(_plain(layer, INNER) for layer in layers)
                    yield ModelRows(_plain(row, MODELS), inner)
    except pa.ArrowException as error:
        raise ResultsError(f"malformed Parquet: {str(error).partition(chr(10))[0]}") from error


def _require_schema(found: pa.Schema) -> None:
    if found.equals(SCHEMA):
        return
    require_columns([*found.names[:-1]], MODELS, "its schema")
    raise ResultsError(
        "its schema: not written by this version of rnninspect scan: a column has another type"
    )


def _plain(stored: dict[str, Any], columns: tuple[Column, ...]) -> Row:
    for column in columns:
        value = stored[column.name]
        if column.kind is Kind.TIME and value is not None:
            stored[column.name] = value.strftime(TIME_FORMAT)
        elif column.kind is Kind.SIZES and value is not None:
            stored[column.name] = dict(value)
    return stored
