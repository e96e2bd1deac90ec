"""The summary of a scan as tables for a terminal or a pipe."""

from __future__ import annotations

from rnninspect.render.colour import Style, heading, in_grid, paint
from rnninspect.render.escape import for_terminal
from rnninspect.render.grid import draw
from rnninspect.render.scan.blocks import (
    LARGEST_HEADS,
    RULE_HEADS,
    format_table,
    headline,
    largest_grid,
    named_blocks,
    rule_grid,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.render.report.columns import Value
    from rnninspect.render.view import View
    from rnninspect.rows.summary import Summary


def render(summary: Summary, view: View) -> Iterator[str]:
    """The number of models, a table by format, the largest, the rules, and the faults by name."""
    blocks = [
        heading(headline(summary), colour=view.colour),
        _drawn(*format_table(summary), view),
        _drawn(LARGEST_HEADS, largest_grid(summary), view),
        _drawn(RULE_HEADS, list(map(_with_level, rule_grid(summary))), view),
    ]
    for head, lines in named_blocks(summary).items():
        title = paint(head, Style.ERROR, colour=view.colour)
        blocks.append("\n".join([title, *(f"  {for_terminal(line)}" for line in lines)]))
    yield "\n\n".join(filter(None, blocks)) + "\n"


def _drawn(heads: Sequence[str], grid: list[list[Value]], view: View) -> str:
    return draw(heads, grid, colour=view.colour) if grid else ""


def _with_level(line: list[Value]) -> list[Value]:
    at = RULE_HEADS.index("Level")
    return [*line[:at], in_grid(str(line[at] or "")), *line[at + 1 :]]
