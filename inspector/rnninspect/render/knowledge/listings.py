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
    projected = 1 if Role.PROJECTION in cell.roles() else None
    text = formula(cell, cell.usual(), Sizes(1, 1, projected)).symbolic
    return (cell.name, str(len(cell.gates)), text, cell.summary)
