"""A comparison as a table for a terminal or a pipe."""

from __future__ import annotations

from rnninspect.render.colour import heading as bold
from rnninspect.render.diff.rows import (
    HEADS,
    LONGEST_NAME,
    grid_of,
    heading,
    names_of,
    plain,
    reasons_of,
    summary,
)
from rnninspect.render.grid import GAP, draw
from rnninspect.render.widths import width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.comparison import Comparison
    from rnninspect.render.view import View

NARROWEST_NAME = 12


def render(comparison: Comparison, view: View) -> Iterator[str]:
    """The rows that differ, the reason of each change, and a summary in one line."""
    rest = [[plain(value) for value in line[1:]] for line in (HEADS, *grid_of(comparison, {}))]
    others = sum(max(map(width_of, column)) + len(GAP) for column in zip(*rest, strict=True))
    room = max(NARROWEST_NAME, min(LONGEST_NAME, view.width - others))
    grid = list(grid_of(comparison, names_of(comparison, room)))
    text = [bold(heading(comparison), colour=view.colour), ""]
    if comparison.rows:
        text += [draw(HEADS, grid, colour=view.colour), "", *reasons_of(comparison), ""]
    yield "\n".join([*text, summary(comparison), ""])
