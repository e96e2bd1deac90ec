"""The rows that are shown; those of equal layers folded, so that 64 blocks fit a screen."""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect.render.report.columns import (
    COLUMNS,
    Row,
    present,
    rows_in_words,
    usual,
    without_named_cells,
)
from rnninspect.wording.order import without_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.render.report.columns import Column, Value
    from rnninspect.render.view import View
    from rnninspect.report import Report

LEAST = 4  # rows that are folded; fewer are shown
_NUMBER = re.compile(r"\d+")
_SUMMED = ("expected", "stored", "bytes", "state")


def shown_rows(report: Report, view: View) -> list[Row]:
    """The rows of a table, those of equal layers folded unless the caller wants all of them."""
    rows = rows_in_words(report)
    return rows if view.unfold else fold(rows)


def in_full(rows: Sequence[Row], view: View) -> tuple[Sequence[Row], tuple[Column, ...]]:
    """The rows and the columns of a table that may be as wide as it is."""
    if view.chosen:
        return rows, present(view.columns or COLUMNS, rows)
    rows = without_named_cells(rows)
    return rows, usual(present(view.columns or COLUMNS, rows), rows)


def fold(rows: Sequence[Row]) -> list[Row]:
    """The rows, of equal layers outside stacks only one, where the first of them is.

    Equal are layers that differ only in the numbers in their names; their parameters, bytes and
    states are added up.
    """
    if len(rows) < LEAST:
        return list(rows)
    groups: dict[object, list[Row]] = {}
    of_rows = [groups.setdefault(_key(row), []) for row in rows]
    for row, group in zip(rows, of_rows, strict=True):
        group.append(row)
    found: list[Row] = []
    for row, group in zip(rows, of_rows, strict=True):
        if len(group) < LEAST:
            found.append(row)
        elif row is group[0]:
            found.append(_one(group))
    return found


def _key(row: Row) -> object:
    if not row.alone:
        return id(row)
    values = row.values | {"layer": without_numbers(str(row.values["layer"]))}
    return tuple(values), tuple(values.values())


def _one(group: Sequence[Row]) -> Row:
    first, count = group[0].values, len(group)
    values: dict[str, Value] = {
        **first,
        "layer": name_of_all([str(row.values["layer"]) for row in group]),
    }
    values["formula"] = f"{count} × ({first['formula']})"
    for name in _SUMMED:
        value = first.get(name)
        values[name] = value * count if isinstance(value, int) else value
    return group[0]._replace(values=values)


def name_of_all(names: Sequence[str]) -> str:
    """The name with the range of each number that differs: `layers.0…63.mixer × 64`."""
    columns = zip(*(_NUMBER.findall(name) for name in names), strict=True)
    ranges = (_range([int(number) for number in column]) for column in columns)
    return f"{_NUMBER.sub(lambda _: next(ranges), names[0])} × {len(names)}"


def _range(numbers: Sequence[int]) -> str:
    least, most = min(numbers), max(numbers)
    return str(least) if least == most else f"{least}…{most}"
