"""An audit as tables for a terminal or a pipe."""

from __future__ import annotations

from rnninspect.lean import partial
from rnninspect.render.audit.brief import closing_lines, failing_lines
from rnninspect.render.audit.rows import (
    LAYER_HEADS,
    LAYER_NUMBERS,
    LIMIT_HEADS,
    LIMIT_NUMBERS,
    LONGEST_WORDS,
    SHORTER_WORDS,
    failing_measures,
    finding_texts,
    join_blocks,
    layer_grid,
    limit_grid,
    renewal_line,
    summary,
)
from rnninspect.render.colour import in_grid
from rnninspect.render.grid import GAP, draw
from rnninspect.render.widths import width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rnninspect.audit import Audit, Checking, Measure
    from rnninspect.render.audit.rows import Grid
    from rnninspect.render.view import View

    GridOf = Callable[[int], Grid]

NARROW, NARROWEST, LONGEST = 24, 16, 120
WIDTHS_OF_WORDS = (LONGEST_WORDS, SHORTER_WORDS)


def render(checking: Checking, view: View) -> Iterator[str]:
    """What fails and a line for what passed, or, in a verbose view, everything."""
    draw_all = _whole if view.verbose else _brief
    blocks = "\n\n".join(filter(None, draw_all(checking.audit(), view)))
    yield f"{blocks}\n" if blocks else ""


def _brief(audit: Audit, view: View) -> Iterator[str]:
    """The limits that fail, the findings of models that fail, and, if not quiet, the outcome."""
    if audit.fail_on is not None:
        yield _limits(failing_measures(audit), view)
    yield "\n".join(failing_lines(audit, colour=view.colour))
    if not view.quiet:
        yield "\n".join(filter(None, (*closing_lines(audit), renewal_line(audit))))


def _whole(audit: Audit, view: View) -> Iterator[str]:
    """The summary, the limits that fail, the largest layers, and the other limits."""
    layers = _fitting(LAYER_HEADS, LAYER_NUMBERS, [partial(layer_grid, audit)], view)
    findings = "\n".join(finding_texts(audit, colour=view.colour))
    limits = partial(_limits, view=view)
    yield join_blocks(audit, summary(audit), limits, (findings, layers))
    yield renewal_line(audit)


def _limits(measures: Sequence[Measure], view: View) -> str:
    grids = [partial(limit_grid, measures, words=words) for words in WIDTHS_OF_WORDS]
    return _fitting(LIMIT_HEADS, LIMIT_NUMBERS, grids, view)


def _fitting(
    heads: Sequence[str], numbers: Sequence[int], grids: Sequence[GridOf], view: View
) -> str:
    """A table whose last column takes what the others leave of the width.

    The first of the grids that leaves enough is drawn, else the last.
    """
    left = 0
    for grid_of in grids:
        rows = [row[:-1] for row in grid_of(LONGEST)]
        if not rows:
            return ""
        columns = zip(heads[:-1], *rows, strict=True)
        left = view.width - sum(max(map(width_of, column)) + len(GAP) for column in columns)
        if left >= NARROW:
            break
    drawn = [[in_grid(row[0]), *row[1:]] for row in grid_of(max(left, NARROWEST))]
    return draw(heads, drawn, numbers=numbers, colour=view.colour)
