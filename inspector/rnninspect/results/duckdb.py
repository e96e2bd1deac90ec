"""Rows as a DuckDB database with two tables, `models` and `layers`; needs duckdb."""

from __future__ import annotations

from contextlib import closing
from itertools import islice

import duckdb

from rnninspect.errors import ResultsError
from rnninspect.results.jsonl import line_of
from rnninspect.results.values import require_columns
from rnninspect.rows.inspecting import ModelRows
from rnninspect.rows.schema import INNER, LAYERS, MODELS, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from rnninspect.rows.schema import Column, Row

    Config = dict[str, str | bool | int | float | list[str]]

GROUP = 2_000  # models that are in memory at once
LARGEST_ROW = 2**26  # bytes
TABLES = {"models": MODELS, "layers": LAYERS}
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.NUMBER: "DOUBLE",
    Kind.FLAG: "BOOLEAN",
    Kind.TIME: "TIMESTAMP",
    Kind.TEXTS: "VARCHAR[]",
    Kind.INTEGERS: "BIGINT[]",
    Kind.SIZES: "MAP(VARCHAR, BIGINT)",
}
_NO_NETWORK: Config = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
_CONFINED: Config = _NO_NETWORK | {"enable_external_access": "false"}


def write(path: Path, models: Iterable[ModelRows]) -> None:
    """Fill both tables, by way of lines of JSON beside the file, which DuckDB reads fastest."""
    models = iter(models)
    try:
        with closing(duckdb.connect(path, config=_NO_NETWORK)) as database:
            for table, columns in TABLES.items():
                database.execute(f"CREATE TABLE {table} ({_declared(columns)})")
            while group := list(islice(models, GROUP)):
                _insert(database, path, "models", [rows.model for rows in group])
                _insert(database, path, "layers", [
                    {"path": rows.model["path"], **layer} for rows in group for layer in rows.layers
                ])  # fmt: skip
            database.execute("CHECKPOINT")  # which close does too, without a word when it fails
    except duckdb.Error as error:
        raise _as_system_error(error) from error


def _declared(columns: tuple[Column, ...]) -> str:
    return ", ".join(f"{column.name} {_TYPES[column.kind]}" for column in columns)


def _insert(
    database: duckdb.DuckDBPyConnection, path: Path, table: str, rows: Sequence[Row]
) -> None:
    lines = path.with_name(f"{path.name}.{table}")
    types = {column.name: _TYPES[column.kind] for column in TABLES[table]}
    try:
        with lines.open("w", encoding="ascii") as file:
            file.writelines(map(line_of, rows))
        database.execute(
            f"INSERT INTO {table} SELECT * FROM read_json($lines, columns = $types, "  # noqa: S608 - a name of ours
            "format = 'newline_delimited', maximum_object_size = $largest)",
            {"lines": str(lines), "types": types, "largest": LARGEST_ROW},
        )
    finally:
        lines.unlink(missing_ok=True)


def _as_system_error(error: duckdb.Error) -> OSError:
    return OSError(str(error).partition("\n")[0])


def read(path: Path) -> Iterator[ModelRows]:
    """The rows of each model; ResultsError where the file is something else."""
    try:
        with closing(duckdb.connect(path, read_only=True, config=_CONFINED)) as database:
            for table, columns in TABLES.items():
                _require_table(database, table, columns)
            layers = _Layers(_rows(database, "layers"))
            for model in _rows(database, "models"):
                yield ModelRows(_plain(model), layers.of(str(model["path"])))
            layers.require_end()
    except duckdb.Error as error:
        raise ResultsError(
            f"cannot be read by DuckDB: {str(error).partition(chr(10))[0]}"
        ) from error


def _require_table(
    database: duckdb.DuckDBPyConnection, table: str, columns: tuple[Column, ...]
) -> None:
    found = database.execute(
        "SELECT column_name, data_type FROM duckdb_columns() JOIN duckdb_tables() "
        "USING (table_oid) WHERE duckdb_tables.table_name = $table ORDER BY column_index",
        {"table": table},
    ).fetchall()
    if not found:
        raise ResultsError(f"it has no table {table}")
    require_columns([name for name, _ in found], columns, f"table {table}")
    for column, (name, kind) in zip(columns, found, strict=True):
        if kind != _TYPES[column.kind]:
            raise ResultsError(f"table {table}: {name} is {kind}, not {_TYPES[column.kind]}")


def _rows(database: duckdb.DuckDBPyConnection, table: str) -> Iterator[dict[str, Any]]:
    """The rows in the order in which they were stored."""
    names = [column.name for column in TABLES[table]]
    cursor = database.cursor()
    cursor.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY rowid")  # noqa: S608 - as above
    while rows := cursor.fetchmany(GROUP):
        yield from (dict(zip(names, row, strict=True)) for row in rows)


class _Layers:
    """The rows of layers, which are stored in the order of their models."""

    def __init__(self, rows: Iterator[dict[str, Any]]) -> None:
        self._rows, self._next = rows, next(rows, None)

    def of(self, path: str) -> tuple[Row, ...]:
        found = []
        while self._next is not None and self._next["path"] == path:
            found.append({column.name: self._next[column.name] for column in INNER})
            self._next = next(self._rows, None)
        return tuple(found)

    def require_end(self) -> None:
        if self._next is not None:
            path = self._next["path"]
            raise ResultsError(f"table layers: a layer of {path!r:.200} does not follow its model")


def _plain(model: dict[str, Any]) -> Row:
    for column in MODELS:
        value = model[column.name]
        if column.kind is Kind.TIME and value is not None:
            model[column.name] = value.strftime(TIME_FORMAT)
    return model
