"""The summary of a scan as tables for a terminal or a pipe."""

from __future__ import annotations

from rnninspect.render.colour import Style, heading, in_grid, paint
from rnninspect.render.escape import for_terminal
from rnninspect.render.grid import GAP, NARROWEST, draw
from rnninspect.render.report.sentences import not_shown
from rnninspect.render.scan.blocks import (
    LARGEST_HEADS,
    RULE_HEADS,
    format_table,
    headline,
    largest_grid,
    named_blocks,
    rule_grid,
)
from rnninspect.render.widths import width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.render.report.columns import Value
    from rnninspect.render.view import View
    from rnninspect.rows.summary import Summary

LEAST = ("Recurrent", "Layers", "Bytes", "Parameters")  # hidden in this order


def render(summary: Summary, view: View) -> Iterator[str]:
    """The number of models, a table by format, the largest, the rules, and the faults by name."""
    blocks = [
        heading(headline(summary), colour=view.colour),
        _formats(summary, view),
        _drawn(LARGEST_HEADS, largest_grid(summary), view),
        _drawn(RULE_HEADS, list(map(_with_level, rule_grid(summary))), view),
    ]
    for head, lines in named_blocks(summary).items():
        title = paint(head, Style.ERROR, colour=view.colour)
        blocks.append("\n".join([title, *(f"  {for_terminal(line)}" for line in lines)]))
    yield "\n\n".join(filter(None, blocks)) + "\n"


def _formats(summary: Summary, view: View) -> str:
    """The table by format without the columns of `LEAST` that do not fit, and which these are."""
    heads, grid = format_table(summary)
    if not grid:
        return ""
    needed = width_of(draw(heads, grid).partition("\n")[0])
    hidden: list[str] = []
    for head in LEAST:
        if view.width and _narrowest(heads, grid) > view.width:
            at = heads.index(head)
            hidden.append(heads.pop(at))
            grid = [[*line[:at], *line[at + 1 :]] for line in grid]
    drawn = draw(heads, grid, view.width, wrapped=0, colour=view.colour)
    said = ["", *not_shown(hidden, needed, view.width)] if hidden else []
    return "\n".join([drawn, *said])


def _narrowest(heads: Sequence[str], grid: Sequence[Sequence[Value]]) -> int:
    """The width of a table whose first column is as narrow as it may be."""
    rest = draw(heads[1:], [line[1:] for line in grid])
    return NARROWEST + len(GAP) + width_of(rest.partition("\n")[0])


def _drawn(heads: Sequence[str], grid: list[list[Value]], view: View) -> str:
    return draw(heads, grid, colour=view.colour) if grid else ""


def _with_level(line: list[Value]) -> list[Value]:
    at = RULE_HEADS.index("Level")
    return [*line[:at], in_grid(str(line[at] or "")), *line[at + 1 :]]
