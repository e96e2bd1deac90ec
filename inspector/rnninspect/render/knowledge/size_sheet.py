"""The count, without a file, of a layer whose cell brings sizes of its own: a row each weight."""

from __future__ import annotations

import sys

from rnninspect.cells import count, term
from rnninspect.cells.asking import asked_sizes
from rnninspect.cells.products import in_numbers, in_symbols, sum_in_numbers, sum_in_symbols
from rnninspect.cells.spelling import equations
from rnninspect.cells.state import WITHOUT_CONVOLUTION, state_elements
from rnninspect.cells.work import multiplies, multiply_adds
from rnninspect.record import Record
from rnninspect.render.colour import heading
from rnninspect.render.grid import draw
from rnninspect.render.widths import pack, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.cells import Cell, Role, Sizes
    from rnninspect.render.report.columns import Value
    from rnninspect.render.view import View

HEADS = ("Weight", "Formula", "Parameters", "Multiply-adds")
_LABEL = 12  # characters before a line's text


class SizeSheet(Record):
    """A layer to count: its cell, weights and sizes, how many there are, what was chosen."""

    cell: Cell
    roles: frozenset[Role]
    sizes: Sizes
    levels: int
    chosen: tuple[str, ...]

    @property
    def parameters(self) -> int:
        """Parameters of one layer."""
        return count(self.cell, self.roles, self.sizes)

    @property
    def state(self) -> int | None:
        """Elements that one sequence keeps in one layer; None if a size is not given."""
        return state_elements(self.cell, self.sizes)

    @property
    def work(self) -> int | None:
        """Multiply-adds of one step of one layer; None if not known."""
        return multiply_adds(self.cell, self.roles, self.sizes)


def render(sheet: SizeSheet, view: View) -> Iterator[str]:
    """The sizes, a table of weights, the formula, the state and the step."""
    yield "\n".join(
        [
            *_head(sheet, view),
            "",
            _table(sheet, view),
            "",
            *_foot(sheet, view.width),
            "",
        ]
    )


def _head(sheet: SizeSheet, view: View) -> Iterator[str]:
    cell, width = sheet.cell, view.width
    for line in wrap(f"{cell.name}: {cell.summary}", width or sys.maxsize):
        yield heading(line, colour=view.colour)
    sizes = (f"{symbol} = {size:,} {cell.word(symbol)}" for symbol, size in sheet.sizes.own)
    yield from _beside("sizes", _listed(sizes, width))
    if sheet.chosen:
        names = {asked.symbol: asked.names[0] for asked in asked_sizes(cell)}
        chosen = (f"{symbol} (--{names[symbol]})" for symbol in sheet.chosen)
        yield from _beside("by default", _listed(chosen, width))


def _table(sheet: SizeSheet, view: View) -> str:
    cell, sizes = sheet.cell, sheet.sizes
    rows: list[list[Value]] = []
    for weight in cell.weights:
        if weight.role in sheet.roles:
            number = cell.parameters(weight.role, sizes)
            used = number if multiplies(cell, weight) and sheet.work is not None else None
            rows.append([weight.role.value, term(cell, weight.role, sizes), number, used])
    if cell.work and sheet.work is not None:
        own = dict(sizes.own)
        text = f"{sum_in_symbols(cell, cell.work)} = {sum_in_numbers(cell, cell.work, own)}"
        products = sum(row[3] for row in rows if isinstance(row[3], int))
        rows.append(["(state)", text, None, sheet.work - products])
    rows.append(["(total)", "", sheet.parameters, sheet.work])
    return draw(HEADS, rows, view.width, wrapped=1, colour=view.colour)


def _foot(sheet: SizeSheet, width: int) -> Iterator[str]:
    cell, own = sheet.cell, dict(sheet.sizes.own)
    yield from _labelled("formula", in_symbols(cell, sheet.roles), width)
    numbers = f"= {in_numbers(cell, sheet.roles, own)} = {sheet.parameters:,}"
    yield from _labelled("", numbers, width)
    yield from _labelled("state", _state(sheet), width)
    if sheet.work is None:
        yield from _labelled("one step", "multiply-adds depend on how the cell is run", width)
    if sheet.levels > 1:
        yield from _labelled(f"{sheet.levels} layers", _layers(sheet), width)
    for number, equation in enumerate(equations(cell)):
        yield from _labelled("" if number else "step", equation, width)


def _state(sheet: SizeSheet) -> str:
    cell, sizes = sheet.cell, WITHOUT_CONVOLUTION | dict(sheet.sizes.own)
    text = sum_in_symbols(cell, cell.state)
    if sheet.state is None:
        needed = {each for product in cell.state for factor in product for each in factor.symbols()}
        missing = [asked for asked in asked_sizes(cell) if asked.symbol in needed - sizes.keys()]
        listed = ", ".join(f"--{asked.names[0]}" for asked in missing)
        return f"{text} elements; {listed} gives the number"
    numbers = sum_in_numbers(cell, cell.state, sizes)
    return f"{text} = {numbers} = {sheet.state:,} elements for one sequence"


def _layers(sheet: SizeSheet) -> str:
    parts = [f"{sheet.levels * sheet.parameters:,} parameters"]
    if sheet.state is not None:
        parts.append(f"{sheet.levels * sheet.state:,} elements of state")
    if sheet.work is not None:
        parts.append(f"{sheet.levels * sheet.work:,} multiply-adds a step")
    return ", ".join(parts)


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    """The text beside its label, wrapped."""
    return _beside(label, wrap(text, _left(width)))


def _beside(label: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"{label:<{_LABEL}}{line}"
        label = ""


def _listed(parts: Iterable[str], width: int) -> Iterator[str]:
    """The parts with commas between them, as many on a line as fit."""
    *first, last = parts
    return pack((*(f"{part}," for part in first), last), " ", _left(width))


def _left(width: int) -> int:
    """The width beside a label; a very large one where there is no limit."""
    return max(width - _LABEL, 40) if width else sys.maxsize
