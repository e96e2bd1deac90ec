"""The summary of a scan as tables for a terminal or a pipe."""

from __future__ import annotations

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


def render(summary: Summary, _: View) -> Iterator[str]:
    """The number of models, a table by format, the largest, the rules, and the faults by name."""
    blocks = [
        headline(summary),
        _drawn(*format_table(summary)),
        _drawn(LARGEST_HEADS, largest_grid(summary)),
        _drawn(RULE_HEADS, rule_grid(summary)),
    ]
    for head, lines in named_blocks(summary).items():
        blocks.append("\n".join([head, *(f"  {for_terminal(line)}" for line in lines)]))
    yield "\n\n".join(filter(None, blocks)) + "\n"


def _drawn(heads: Sequence[str], grid: list[list[Value]]) -> str:
    return draw(heads, grid) if grid else ""
