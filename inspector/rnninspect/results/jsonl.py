"""Rows as lines of JSON: an object for each model, with its layers in a list."""

from __future__ import annotations

from rnninspect.errors import ResultsError, in_words
from rnninspect.lean import json
from rnninspect.results.values import checked
from rnninspect.rows.inspecting import ModelRows
from rnninspect.rows.schema import INNER, MODELS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

LONGEST_LINE = 2**26  # bytes; the largest model that the limits allow takes half of it
LAYERS_FIELD = "layers"


def write(path: Path, models: Iterable[ModelRows]) -> None:
    """Write a line for each model, in ASCII."""
    with path.open("x", encoding="ascii") as file:
        file.writelines(line_of({**rows.model, LAYERS_FIELD: rows.layers}) for rows in models)


def line_of(row: Mapping[str, object]) -> str:
    """One row as a line."""
    return f"{json.dumps(row, separators=(',', ':'))}\n"


def read(path: Path) -> Iterator[ModelRows]:
    """The rows of each line; ResultsError, naming the line, where it is something else."""
    with path.open("rb") as file:
        for number in range(1, 2**63):
            line = file.readline(LONGEST_LINE + 1)
            if not line:
                return
            place = f"line {number}"
            if len(line) > LONGEST_LINE:
                raise ResultsError(f"{place} is longer than {LONGEST_LINE:,} bytes")
            yield _parsed(line, place)


def _parsed(line: bytes, place: str) -> ModelRows:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{place}: not a row of JSON: {in_words(error)}") from error
    layers = fields.pop(LAYERS_FIELD, None) if isinstance(fields, dict) else None
    if not isinstance(layers, list):
        raise ResultsError(f"{place}: not a row of a scan: no list of layers")
    inner = (checked(layer, INNER, f"{place}, layer {at}") for at, layer in enumerate(layers))
    return ModelRows(checked(fields, MODELS, place), tuple(inner))
