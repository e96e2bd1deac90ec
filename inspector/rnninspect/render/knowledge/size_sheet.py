"""The count, without a file, of a layer whose cell brings sizes of its own: a row each weight."""

from __future__ import annotations

import sys

from rnninspect.cells import term
from rnninspect.cells.asking import asked_sizes
from rnninspect.cells.products import sum_in_numbers, sum_in_symbols
from rnninspect.cells.state import WITHOUT_CONVOLUTION
from rnninspect.cells.work import multiplies
from rnninspect.render.colour import heading
from rnninspect.render.grid import draw
from rnninspect.render.widths import pack, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.counting import SizedCount
    from rnninspect.render.report.columns import Value
    from rnninspect.render.view import View

HEADS = ("Weight", "Formula", "Parameters", "Multiply-adds")
_LABEL = 12  # characters before a line's text


def render(counted: SizedCount, view: View) -> Iterator[str]:
    """The sizes, a table of weights, the formula, the state and the step of one layer."""
    one, width = counted._replace(layers=1), view.width
    parts = [*_head(one, view), "", _table(one, view), "", *_foot(one, width)]
    if counted.layers > 1:
        parts.extend(_labelled(f"{counted.layers} layers", _figures(counted), width))
    yield "\n".join([*parts, *_step(counted, width), ""])


def _head(counted: SizedCount, view: View) -> Iterator[str]:
    cell, width = counted.cell, view.width
    for line in wrap(f"{cell.name}: {cell.summary}", width or sys.maxsize):
        yield heading(line, colour=view.colour)
    sizes = (f"{symbol} = {size:,} {cell.word(symbol)}" for symbol, size in counted.sizes.own)
    yield from _beside("sizes", _listed(sizes, width))
    if counted.chosen:
        names = {asked.symbol: asked.names[0] for asked in asked_sizes(cell)}
        chosen = (f"{symbol} (--{names[symbol]})" for symbol in counted.chosen)
        yield from _beside("by default", _listed(chosen, width))


def _table(counted: SizedCount, view: View) -> str:
    cell, sizes, work = counted.cell, counted.sizes, counted.multiply_adds
    rows: list[list[Value]] = []
    for weight in cell.weights:
        if weight.role in counted.roles:
            number = cell.parameters(weight.role, sizes)
            used = number if multiplies(cell, weight) and work is not None else None
            rows.append([weight.role.value, term(cell, weight.role, sizes), number, used])
    if cell.work and work is not None:
        own = dict(sizes.own)
        text = f"{sum_in_symbols(cell, cell.work)} = {sum_in_numbers(cell, cell.work, own)}"
        products = sum(row[3] for row in rows if isinstance(row[3], int))
        rows.append(["(state)", text, None, work - products])
    rows.append(["(total)", "", counted.parameters, work])
    return draw(HEADS, rows, view.width, wrapped=1, colour=view.colour)


def _foot(counted: SizedCount, width: int) -> Iterator[str]:
    yield from _labelled("formula", counted.formula, width)
    yield from _labelled("", f"= {counted.substituted} = {counted.parameters:,}", width)
    yield from _labelled("state", _state(counted), width)
    if counted.multiply_adds is None:
        yield from _labelled("one step", "multiply-adds depend on how the cell is run", width)


def _step(counted: SizedCount, width: int) -> Iterator[str]:
    for number, equation in enumerate(counted.equations):
        yield from _labelled("" if number else "step", equation, width)


def _state(counted: SizedCount) -> str:
    cell, sizes = counted.cell, WITHOUT_CONVOLUTION | dict(counted.sizes.own)
    text = sum_in_symbols(cell, cell.state)
    if counted.state_elements is None:
        needed = {each for product in cell.state for factor in product for each in factor.symbols()}
        missing = [asked for asked in asked_sizes(cell) if asked.symbol in needed - sizes.keys()]
        listed = ", ".join(f"--{asked.names[0]}" for asked in missing)
        return f"{text} elements; {listed} gives the number"
    numbers = sum_in_numbers(cell, cell.state, sizes)
    return f"{text} = {numbers} = {counted.state_elements:,} elements for one sequence"


def _figures(counted: SizedCount) -> str:
    parts = [f"{counted.parameters:,} parameters"]
    if counted.state_elements is not None:
        parts.append(f"{counted.state_elements:,} elements of state")
    if counted.multiply_adds is not None:
        parts.append(f"{counted.multiply_adds:,} multiply-adds a step")
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
