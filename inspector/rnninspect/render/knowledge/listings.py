"""What the tool knows, as text: its rules, its readers, its cells."""

from __future__ import annotations

import textwrap

from rnninspect.cells import CELLS, Role, Sizes, formula
from rnninspect.render.escape import for_terminal
from rnninspect.render.grid import draw
from rnninspect.rules import FAMILIES, RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnninspect.cells import Cell
    from rnninspect.plugin import Reader
    from rnninspect.render.report.columns import Value
    from rnninspect.rules import Rule


RULE_HEADS = ("Rule", "Name", "Level", "Finds")
CELL_HEADS = ("Cell", "g", "Every weight it may have", "What it is")


def rule_table(width: int = 0) -> str:
    """All rules with code, name, level and summary."""
    return draw(RULE_HEADS, rule_rows(), width)


def rule_rows() -> list[list[str]]:
    """A row for each rule, by RULE_HEADS."""
    return [[rule.code, rule.name, rule.level.value, rule.summary] for rule in RULES.values()]


def rule_page(rule: Rule, width: int) -> str:
    """One rule in full."""
    family = FAMILIES.get(rule.code[:2], "")
    head = f"{rule.code} {rule.name} ({rule.level}, {family})"
    parts = [("", rule.summary), ("Why: ", rule.why), ("Fix: ", rule.fix)]
    lines = [textwrap.fill(label + text, width) for label, text in parts]
    return "\n".join([head, "", *lines])


def reader_table(readers: Iterable[Reader], width: int = 0) -> str:
    """The installed readers and what they read."""
    rows: list[Sequence[Value]] = [
        [for_terminal(reader.name), for_terminal(reader.summary)] for reader in readers
    ]
    return draw(("Reader", "Reads"), rows, width)


def cell_table(width: int = 0) -> str:
    """The cells, their gates and their weights, each with its formula."""
    return draw(CELL_HEADS, cell_rows(), width, numbers=(1,))


def cell_rows() -> list[list[str]]:
    """A row for each cell, by CELL_HEADS."""
    return [_cell_row(cell) for cell in CELLS.values()]


def _cell_row(cell: Cell) -> list[str]:
    projected = 1 if Role.PROJECTION in cell.roles() else None
    text = formula(cell, cell.roles(), Sizes(1, 1, projected)).symbolic
    return [cell.name, str(len(cell.gates)), text, cell.summary]
