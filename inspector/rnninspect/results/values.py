"""The types of the columns in Python, for what is read from a file that anyone may have made."""

from __future__ import annotations

from rnninspect.errors import ResultsError
from rnninspect.rows.schema import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.rows.schema import Column, Row

_TYPES: dict[Kind, type | tuple[type, ...]] = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: (int, float),
    Kind.FLAG: bool,
    Kind.TIME: str,
    Kind.TEXTS: list,
    Kind.INTEGERS: list,
    Kind.SIZES: dict,
}
_ITEMS = {Kind.TEXTS: str, Kind.INTEGERS: int, Kind.SIZES: str}


def checked(row: object, columns: tuple[Column, ...], place: str) -> Row:
    """A row whose columns and types are those of the schema; ResultsError, naming the place."""
    if not isinstance(row, dict):
        raise ResultsError(f"{place}: not a row of a scan: {type(row).__name__}")
    require_columns(list(row), columns, place)
    for column in columns:
        if not _fits(row[column.name], column.kind):
            raise ResultsError(f"{place}: {column.name} is not of the type {column.kind}")
    if row[columns[0].name] is None:
        raise ResultsError(f"{place}: {columns[0].name} is missing")
    return row


def require_columns(names: list[str], columns: tuple[Column, ...], place: str) -> None:
    """ResultsError unless these are the names of the columns, in this order."""
    due = [column.name for column in columns]
    if names == due:
        return
    missing = [name for name in due if name not in names]
    unknown = [str(name)[:80] for name in names if name not in due]
    why = (
        f"a column {missing[0]} is missing"
        if missing
        else f"an unknown column {unknown[0]!r}"
        if unknown
        else "its columns are in another order"
    )
    raise ResultsError(f"{place}: not written by this version of rnninspect scan: {why}")


def _fits(value: object, kind: Kind) -> bool:
    if value is None:
        return True
    if not isinstance(value, _TYPES[kind]) or isinstance(value, bool) != (kind is Kind.FLAG):
        return False
    if isinstance(value, list | dict):
        whole = all(isinstance(item, _ITEMS[kind]) for item in value)
        return whole and (isinstance(value, list) or all(type(v) is int for v in value.values()))
    return True
