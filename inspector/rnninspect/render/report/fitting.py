"""Fits the rows of a report to a width: short kinds, short names, fewer columns."""

from __future__ import annotations

from rnninspect.record import Record
from rnninspect.render.escape import for_terminal
from rnninspect.render.grid import GAP, shown
from rnninspect.render.names import shorten_apart
from rnninspect.render.report.columns import ANSWERS, RowKind, present, without_named_cells
from rnninspect.render.widths import width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rnninspect.render.report.columns import Column, Row

NARROWEST_NAME, NARROWEST_KIND = 10, 10
WIDEST_NAME, WIDEST_VERDICT = 60, 14  # two rules; more are wrapped
AS_STORED = 1  # the weight of an expected count that equals the stored one: it is dropped first
TWO_WAYS = "Bidirectional("
# What a kind loses one after the other until it fits: the words of an operator that are not its
# cell, and of a recovered cell some of those that say how it was found.
SHORTER = (
    ("UNIDIRECTIONAL_SEQUENCE_", ""),
    ("BIDIRECTIONAL_SEQUENCE_", "Bi"),
    ("unrolled, ", ""),
    (" with layer norm", "+norm"),
    ("one step", "step"),
)


class Fitted(Record):
    """Rows that fit.

    Attributes:
        rows: their layers and kinds as they are shown.
        columns: those that are shown.
        hidden: the titles of those that were dropped.
        needed: the width at which none would be dropped.
    """

    rows: list[Row]
    columns: tuple[Column, ...]
    hidden: tuple[str, ...] = ()
    needed: int = 0


def fit(columns: Sequence[Column], rows: Sequence[Row], width: int) -> Fitted:
    """The rows in as many of the columns as fit; layer, stored and verdict are never dropped.

    Names are shortened to a quarter of the width before a column that answers is dropped; for the
    other columns no name is shortened.
    """
    rows = without_named_cells([_of_two_ways(row) for row in rows])
    shortened = short_kinds(rows, max(NARROWEST_KIND, width // 5))
    columns = present(columns, shortened)
    widths = {column.name: _widest(column, shortened) for column in columns}
    name = columns[0].name
    whole = widths[name]
    widths[name] = min(whole, max(NARROWEST_NAME, width // 4))

    def total(chosen: Iterable[Column]) -> int:
        return sum(widths[column.name] + len(GAP) for column in chosen) - len(GAP)

    kept = {column for column in columns if not column.drop}
    weights = {column: _weight(column, rows) for column in columns}
    ranked = sorted(columns, key=weights.__getitem__, reverse=True)
    for answers in (True, False):
        for column in ranked:
            if (weights[column] >= ANSWERS) == answers and total({*kept, column}) <= width:
                kept.add(column)
        room = widths[name] + width - total(kept)
        widths[name] = min(whole, max(room, NARROWEST_NAME))
    return Fitted(
        rows=short_names(shortened, max(room, NARROWEST_NAME)),
        columns=tuple(column for column in columns if column in kept),
        hidden=tuple(
            "Expected (= Stored)" if weights[column] == AS_STORED else column.title
            for column in columns
            if column not in kept
        ),
        needed=total(columns) + whole - widths[name],
    )


def _weight(column: Column, rows: Sequence[Row]) -> int:
    """Its place in the order in which columns are dropped, the last one first.

    The expected count adds nothing where it equals the stored one.
    """
    layers = (row.values for row in rows if row.kind is RowKind.LAYER)
    same = column.name == "expected" and all(line["expected"] == line["stored"] for line in layers)
    return AS_STORED if same else column.drop


def short_names(rows: Sequence[Row], width: int) -> list[Row]:
    """The rows with the names of their layers at most `width` wide, no two alike."""
    return _changed(rows, "layer", lambda names: shorten_apart(names, width))


def short_kinds(rows: Sequence[Row], width: int) -> list[Row]:
    """The rows with their kinds at most `width` wide: `LSTM` for `UNIDIRECTIONAL_SEQUENCE_LSTM`."""

    def short(kinds: Sequence[str]) -> dict[str, str]:
        compact = {kind: _compact(kind, width) for kind in kinds}
        fitting = shorten_apart(compact.values(), width)
        return {kind: fitting[text] for kind, text in compact.items()}

    return _changed(rows, "kind", short)


def _compact(kind: str, width: int) -> str:
    """A kind without what there is no space for: `LSTM (7 steps)`."""
    for long, short in SHORTER:
        if width_of(kind) <= width:
            break
        kind = kind.replace(long, short)
    return kind


def _of_two_ways(row: Row) -> Row:
    """A row whose kind is `BiLSTM` for `Bidirectional(LSTM)`; with one direction only its kind."""
    kind = str(row.values.get("kind", ""))
    if not kind.startswith(TWO_WAYS):
        return row
    inner, _, how = kind.removeprefix(TWO_WAYS).partition(") (")
    inner = f"{inner} ({how}" if how else inner.removesuffix(")")
    cell = str(row.values["cell"]).lower()
    own = [each for each in inner.split(", ") if cell in each.lower()]
    two = row.values["directions"] == 2 or len(own) != 1
    return row._replace(values=row.values | {"kind": f"Bi{inner}" if two else own[0]})


def _changed(
    rows: Sequence[Row], key: str, short: Callable[[Sequence[str]], dict[str, str]]
) -> list[Row]:
    """The rows with one of the values of each layer shortened."""
    harmless = [
        for_terminal(value) if isinstance(value := row.values.get(key), str) else None
        for row in rows
    ]
    texts = short(
        [
            text
            for row, text in zip(rows, harmless, strict=True)
            if text is not None and row.kind is RowKind.LAYER
        ]
    )
    return [
        row if text is None else row._replace(values=row.values | {key: texts.get(text, text)})
        for row, text in zip(rows, harmless, strict=True)
    ]


def _widest(column: Column, rows: Sequence[Row]) -> int:
    """Its width on a terminal; our own labels may run into the next columns."""
    texts = [
        shown(row.values.get(column.name))
        for row in rows
        if row.kind is RowKind.LAYER or column.name != "layer"
    ]
    widest = max(map(width_of, (column.title, *texts)))
    return min(widest, {"verdict": WIDEST_VERDICT, "layer": WIDEST_NAME}.get(column.name, widest))
