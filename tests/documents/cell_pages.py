"""The cells as Markdown: a table, and for each cell its formula, its sizes and its step."""

from __future__ import annotations

from collections.abc import Iterable

from documents.tables import table
from rnninspect.cells import CELLS, Cell, Role, Sizes, every_cell, formula, textbook_roles
from rnninspect.cells.products import in_symbols
from rnninspect.cells.spelling import LEGEND, equations, gate_names

HEADS = ("Cell", "What it is", "Every weight it may have")


def gated() -> str:
    """The cells of m inputs and n hidden units."""
    cells = CELLS.values()
    table = _table((cell, _usual(cell)) for cell in cells)
    return "\n\n".join([table, "\n".join(LEGEND), *map(_gated_section, cells)])


def with_own_sizes() -> str:
    """The cells that bring sizes of their own."""
    cells = [cell for cell in every_cell().values() if cell.symbols]
    table = _table((cell, in_symbols(cell, cell.usual())) for cell in cells)
    return "\n\n".join([table, *map(_own_section, cells)])


def _table(cells: Iterable[tuple[Cell, str]]) -> str:
    rows = [
        (f"[{cell.name}](#{_anchor(cell)})", cell.summary, f"`{symbolic}`")
        for cell, symbolic in cells
    ]
    return table(HEADS, rows)


def _anchor(cell: Cell) -> str:
    """The anchor of a heading, as GitHub makes it."""
    kept = (letter for letter in cell.name.lower() if letter.isalnum() or letter in " -_")
    return "".join(kept).replace(" ", "-")


def _usual(cell: Cell) -> str:
    projected = 1 if Role.PROJECTION in cell.roles() else None
    return formula(cell, cell.usual(), Sizes(1, 1, projected)).symbolic


def _gated_section(cell: Cell) -> str:
    letters = {name: letter for letter, name in gate_names(cell).items()}
    gates = [f"{name} `{letters[name]}`" if name in letters else name for name in cell.gates]
    textbook = formula(cell, textbook_roles(cell), Sizes(1, 1)).symbolic
    lines = [f"`{_usual(cell)}` with every weight that it may have"]
    if textbook != _usual(cell):
        lines[0] += f", `{textbook}` by the textbook"
    if len(gates) > 1:
        lines.append(f"gates: {', '.join(gates)}")
    return _section(cell, lines)


def _own_section(cell: Cell) -> str:
    sizes = ", ".join(f"`{symbol}` {word}" for symbol, word in cell.symbols)
    lines = [f"`{in_symbols(cell, cell.usual())}`", f"sizes: {sizes}"]
    if cell.known_as:
        lines.append(f"also known as {', '.join(cell.known_as)}")
    return _section(cell, lines)


def _section(cell: Cell, lines: list[str]) -> str:
    facts = "\n".join(f"* {line}" for line in lines)
    step = "\n".join(equations(cell))
    return f"### {cell.name}\n\n{cell.summary}\n\n{facts}\n\n```text\n{step}\n```"
