"""The lists of what the tool knows: its rules, its readers, its cells."""

from __future__ import annotations

from rnninspect.cells import CELLS, Role, Sizes, every_cell, formula
from rnninspect.cells.products import in_symbols
from rnninspect.cells.spelling import LEGEND, equations
from rnninspect.record import Record
from rnninspect.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from rnninspect.cells import Cell
    from rnninspect.plugin import Reader


class Listing(Record):
    """A list as a table.

    Attributes:
        heads: the titles of its columns.
        rows: its lines, a text for each column.
        numbers: the places of the columns that are aligned to the right.
        parts: the title of a last column, whose texts have parts that are not to be broken; a
            terminal shows it in a table of its own, beside the first column.
        of: these parts, for each line.
        legend: sentences below.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    parts: str = ""
    of: tuple[tuple[str, ...], ...] = ()
    legend: tuple[str, ...] = ()


class Catalogue(Record):
    """All that is known of one kind of thing.

    Attributes:
        name: `rules`, `readers` or `cells`.
        things: each of them, for programs.
        listings: what people are shown of them.
    """

    name: str
    things: tuple[Any, ...]
    listings: tuple[Listing, ...]


def rule_catalogue() -> Catalogue:
    """The rules."""
    return Catalogue("rules", tuple(RULES.values()), (rule_listing(),))


def reader_catalogue(readers: Iterable[Reader]) -> Catalogue:
    """These readers."""
    known = tuple(readers)
    return Catalogue("readers", known, (reader_listing(known),))


def cell_catalogue() -> Catalogue:
    """The cells, those that bring sizes of their own last."""
    cells = tuple(every_cell().values())
    return Catalogue("cells", cells, (cell_listing(), modern_cell_listing()))


def rule_listing() -> Listing:
    """All rules with code, name, level and summary."""
    rows = ((rule.code, rule.name, rule.level.value, rule.summary) for rule in RULES.values())
    return Listing(("Rule", "Name", "Level", "Finds"), tuple(rows))


def reader_listing(readers: Iterable[Reader]) -> Listing:
    """These readers and what they read."""
    return Listing(("Reader", "Reads"), tuple((each.name, each.summary) for each in readers))


def cell_listing() -> Listing:
    """The gated cells: gates, the formula of all weights that each may have, and its step."""
    cells = CELLS.values()
    return Listing(
        heads=("Cell", "g", "Every weight it may have", "What it is"),
        rows=tuple(map(_cell_row, cells)),
        numbers=(1,),
        parts="Step",
        of=tuple(map(equations, cells)),
        legend=LEGEND,
    )


def modern_cell_listing() -> Listing:
    """The cells that bring sizes of their own: what they are, their formula, sizes and step."""
    cells = [cell for cell in every_cell().values() if cell.symbols]
    return Listing(
        heads=("Cell", "What it is"),
        rows=tuple((cell.name, cell.summary) for cell in cells),
        parts="Formula, sizes and step",
        of=tuple(
            (in_symbols(cell, cell.usual()), *map(" ".join, cell.symbols), *equations(cell))
            for cell in cells
        ),
    )


def _cell_row(cell: Cell) -> tuple[str, ...]:
    return (cell.name, str(len(cell.gates)), usual_formula(cell), cell.summary)


def usual_formula(cell: Cell) -> str:
    """The formula of a gated cell with all weights that its layers usually have."""
    projected = 1 if Role.PROJECTION in cell.roles() else None
    return formula(cell, cell.usual(), Sizes(1, 1, projected)).symbolic
