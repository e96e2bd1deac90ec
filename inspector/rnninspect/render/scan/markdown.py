"""The summary of a scan as Markdown."""

from __future__ import annotations

from rnninspect.render.escape import for_markdown
from rnninspect.render.grid import draw_markdown, numbers_in, shown
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
    """A heading with the number of models, then the blocks of the table format."""
    blocks = [
        f"### rnninspect: {for_markdown(headline(summary))}",
        _drawn(*format_table(summary)),
        _drawn(LARGEST_HEADS, largest_grid(summary)),
        _drawn(RULE_HEADS, rule_grid(summary)),
    ]
    for head, lines in named_blocks(summary).items():
        items = (f"- {for_markdown(line)}" for line in lines)
        blocks.append("\n".join([f"**{head}**", "", *items]))
    yield "\n\n".join(filter(None, blocks)) + "\n"


def _drawn(heads: Sequence[str], grid: list[list[Value]]) -> str:
    if not grid:
        return ""
    texts = [[for_markdown(shown(value)) for value in line] for line in grid]
    return draw_markdown(heads, texts, numbers_in(grid, len(heads)))
