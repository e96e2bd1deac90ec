"""An audit as Markdown, in the dialect of GitHub's job summaries."""

from __future__ import annotations

from rnninspect.render.audit.rows import (
    LAYER_HEADS,
    LAYER_NUMBERS,
    LIMIT_HEADS,
    LIMIT_NUMBERS,
    finding_texts,
    join_blocks,
    layer_grid,
    limit_grid,
    summary,
)
from rnninspect.render.escape import for_markdown
from rnninspect.render.grid import draw_markdown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.audit import Checking, Measure
    from rnninspect.render.audit.rows import Grid
    from rnninspect.render.view import View

LONGEST = 120


def render(checking: Checking, _: View) -> Iterator[str]:
    """A heading with the summary, then the blocks of the table format."""
    audit = checking.audit()

    def limits(measures: Sequence[Measure]) -> str:
        return _table(LIMIT_HEADS, LIMIT_NUMBERS, limit_grid(measures, LONGEST))

    findings = "\n".join(f"- {for_markdown(line)}" for line in finding_texts(audit))
    layers = _table(LAYER_HEADS, LAYER_NUMBERS, layer_grid(audit, LONGEST))
    head = f"### rnninspect: {for_markdown(summary(audit))}"
    yield f"{join_blocks(audit, head, limits, (findings, layers))}\n"


def _table(heads: Sequence[str], numbers: Sequence[int], grid: Grid) -> str:
    if not grid:
        return ""
    return draw_markdown(heads, [[for_markdown(value) for value in row] for row in grid], numbers)
