"""Rows as CSV, models and layers in one table: the first column says which of the two a row is.

RFC 4180 but for its line ends. Lists and sizes are JSON. An apostrophe before what a spreadsheet
would run as a formula, and before another apostrophe there, is taken off again by `read`.
"""

from __future__ import annotations

import csv

from rnninspect.errors import ResultsError, in_words
from rnninspect.lean import json
from rnninspect.render.escape import SPREADSHEET_FORMULA
from rnninspect.results.values import checked, require_columns
from rnninspect.rows.inspecting import ModelRows
from rnninspect.rows.schema import INNER, MODELS, Column, Kind
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rnninspect.rows.schema import Row, Value

ROW = Column("row", Kind.TEXT, "model or layer")
MODEL, LAYER = "model", "layer"
_NAMES = {column.name for column in MODELS}
COLUMNS = (ROW, *MODELS, *(column for column in INNER if column.name not in _NAMES))
LARGEST_CELL = 2**26  # characters
_STRUCTURED = (Kind.TEXTS, Kind.INTEGERS, Kind.SIZES)
_QUOTED = frozenset('",\r\n')


def write(path: Path, models: Iterable[ModelRows]) -> None:
    """Write a row for each model, and after it one for each of its layers."""
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(",".join(column.name for column in COLUMNS) + "\n")
        for rows in models:
            file.write(_line(rows.model | {"row": MODEL}))
            path_of_model: Row = {"row": LAYER, "path": rows.model["path"]}
            file.writelines(_line(path_of_model | layer) for layer in rows.layers)


def _line(row: Row) -> str:
    return ",".join(_cell(row.get(column.name), column.kind) for column in COLUMNS) + "\n"


def _cell(value: Value, kind: Kind) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        text = json.dumps(value) if kind in _STRUCTURED else repr(value)
    else:
        text = f"'{value}" if _risky(value) else value
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _QUOTED & set(text) else text


def _risky(text: str) -> bool:
    return text.lstrip("'").startswith(SPREADSHEET_FORMULA)


def read(path: Path) -> Iterator[ModelRows]:
    """The rows of each model; ResultsError, naming the line, where it is something else."""
    csv.field_size_limit(LARGEST_CELL)
    model: Row | None = None
    layers: list[Row] = []
    for kind, row, at in _rows(path):
        if kind == MODEL:
            if model is not None:
                yield ModelRows(model, tuple(layers))
            model, layers = checked(row, MODELS, at), []
        elif model is None or row.pop("path") != model["path"]:
            raise ResultsError(f"{at}: a layer that does not follow its model")
        else:
            layers.append(checked(row, INNER, at))
    if model is not None:
        yield ModelRows(model, tuple(layers))


def _rows(path: Path) -> Iterator[tuple[str, Row, str]]:
    """Which table a row is of, the row, and the line where it ends."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, strict=True)
        place = "line 1"
        try:
            require_columns(next(lines, []), COLUMNS, place)
            for cells in lines:
                place = f"line {lines.line_num}"
                if len(cells) != len(COLUMNS):
                    raise ResultsError(f"{place}: {plural(len(cells), 'cell')}, not {len(COLUMNS)}")
                yield cells[0], _row(cells), place
        except (csv.Error, ValueError, RecursionError) as error:
            raise ResultsError(f"{place}: malformed CSV: {in_words(error)}") from error


def _row(cells: list[str]) -> Row:
    if cells[0] not in (MODEL, LAYER):
        raise ValueError(f"row is {cells[0]!r:.80}, not {MODEL} or {LAYER}")
    due = MODELS if cells[0] == MODEL else (MODELS[0], *INNER)
    values = dict(zip((column.name for column in COLUMNS), cells, strict=True))
    return {column.name: _value(values[column.name], column.kind) for column in due}


def _value(text: str, kind: Kind) -> Value:
    if not text:
        return None
    match kind:
        case Kind.INTEGER:
            return int(text)
        case Kind.NUMBER:
            return float(text)
        case Kind.FLAG:
            return text == "true"
        case Kind.TEXT | Kind.TIME:
            return text[1:] if text.startswith("'") and _risky(text) else text
    value: Value = json.loads(text)
    return value
