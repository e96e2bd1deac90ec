"""The layers of a report as a data frame of pandas or polars, whichever is installed."""

from __future__ import annotations

from importlib.util import find_spec

from rnninspect.rows.inspecting import layer_rows
from rnninspect.rows.schema import LAYERS, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from rnninspect.report import Report
    from rnninspect.rows.schema import Row

LIBRARIES = ("pandas", "polars")
_IN_PANDAS = {
    Kind.TEXT: "string",
    Kind.INTEGER: "Int64",
    Kind.NUMBER: "Float64",
    Kind.FLAG: "boolean",
}


def frame_of(report: Report, library: str | None) -> Any:  # noqa: ANN401 - neither need be installed
    """A row for each layer; see `rnninspect.Report.to_frame`."""
    if library not in (*LIBRARIES, None):
        raise ValueError(f"{library!r} is not one of {', '.join(LIBRARIES)}")
    wanted = LIBRARIES if library is None else (library,)
    found = next((name for name in wanted if find_spec(name)), None)
    if found is None:
        named = " or ".join(wanted)
        raise ImportError(f"to_frame needs {named}: pip install {wanted[0]}", name=wanted[0])
    rows = [{"path": report.path, **row} for row in layer_rows(report)]
    return _in_pandas(rows) if found == "pandas" else _in_polars(rows)


def _in_pandas(rows: list[Row]) -> Any:  # noqa: ANN401
    import pandas as pd  # noqa: PLC0415 - only where it is asked for

    columns = {
        column.name: pd.Series(
            [row[column.name] for row in rows], dtype=_IN_PANDAS.get(column.kind, "object")
        )
        for column in LAYERS
    }
    return pd.DataFrame(columns)


def _in_polars(rows: list[Row]) -> Any:  # noqa: ANN401
    import polars as pl  # noqa: PLC0415 - only where it is asked for

    pair = pl.Struct({"key": pl.String, "value": pl.Int64})
    kinds = {
        Kind.TEXT: pl.String,
        Kind.INTEGER: pl.Int64,
        Kind.NUMBER: pl.Float64,
        Kind.FLAG: pl.Boolean,
        Kind.TEXTS: pl.List(pl.String),
        Kind.INTEGERS: pl.List(pl.Int64),
        Kind.SIZES: pl.List(pair),
    }
    schema = {column.name: kinds[column.kind] for column in LAYERS}
    return pl.DataFrame([_with_pairs(row) for row in rows], schema=schema)


def _with_pairs(row: Row) -> dict[str, Any]:
    """A row whose dictionaries are lists of pairs: the keys of a struct are those of its type."""
    return {
        name: _pairs(value) if isinstance(value, dict) else value for name, value in row.items()
    }


def _pairs(sizes: dict[str, int]) -> list[dict[str, str | int]]:
    return [{"key": symbol, "value": size} for symbol, size in sizes.items()]
