"""A comparison as Markdown."""

from __future__ import annotations

from rnninspect.render.diff.rows import (
    HEADS,
    LONGEST_NAME,
    NUMBERS,
    grid_of,
    heading,
    plain,
    reasons_of,
    summary,
)
from rnninspect.render.escape import for_markdown
from rnninspect.render.grid import draw_markdown
from rnninspect.render.names import shorten_apart

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.comparison import Comparison
    from rnninspect.render.view import View


def render(comparison: Comparison, _: View) -> Iterator[str]:
    """A heading, a table, a list of reasons, and the summary."""
    lines = [f"### {for_markdown(heading(comparison))}", ""]
    if comparison.rows:
        names = shorten_apart((row.name for row in comparison.rows), LONGEST_NAME)
        rows = grid_of(comparison, names)
        grid = [[for_markdown(plain(value)) for value in line] for line in rows]
        lines.append(draw_markdown(HEADS, grid, NUMBERS))
        lines += ["", *(f"- {for_markdown(line)}" for line in reasons_of(comparison)), ""]
    yield "\n".join([*lines, for_markdown(summary(comparison)), ""])
