"""A comparison as a page that needs no other file."""

from __future__ import annotations

from rnninspect.comparison import Kind
from rnninspect.render.diff.rows import (
    HEADS,
    LONGEST_NAME,
    NUMBERS,
    grid_of,
    heading,
    names_of,
    plain,
    reasons_of,
    summary,
)
from rnninspect.render.page.bars import Bar, Segment, joined
from rnninspect.render.page.frame import page
from rnninspect.render.page.markup import element, text
from rnninspect.render.page.markup import heading as title
from rnninspect.render.page.table import Line, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.comparison import Comparison, Row
    from rnninspect.render.page.markup import Markup
    from rnninspect.render.view import View

MOST_BARS = 100  # layers that are drawn


def render(comparison: Comparison, _: View) -> Iterator[str]:
    """The summary, two bars for each layer that differs, and the table with the reasons."""
    yield from page(f"{heading(comparison)} · rnninspect diff", sections_of(comparison))


def sections_of(comparison: Comparison, level: int = 1) -> Iterator[Markup]:
    """The parts of the page; `level` is that of their title."""
    yield title(level, heading(comparison))
    sentence = summary(comparison)
    colour = "noted" if comparison.changed else "ok"
    yield element("p", element("span", sentence, class_=colour), class_="answer")
    if not comparison.rows:
        return
    names = names_of(comparison, LONGEST_NAME)
    bars = [bar for row in comparison.rows[:MOST_BARS] for bar in _bars(row, text(names[row.name]))]
    yield title(level + 1, "Before and after")
    yield joined(bars, "Parameters of each layer that differs: the old one, below it the new one.")
    yield title(level + 1, "Changes")
    grid = list(grid_of(comparison, names))
    lines = [Line([plain(value) for value in line]) for line in grid[:-1]]
    lines.append(Line([plain(value) for value in grid[-1]], is_sum=True))
    yield table(HEADS, lines, caption="What differs", numbers=NUMBERS, sortable=True)
    yield title(level + 1, "Reasons")
    yield element("ul", *(element("li", line) for line in reasons_of(comparison)))


def _bars(row: Row, name: Markup) -> Iterator[Bar]:
    conventional = {change.kind for change in row.changes} == {Kind.CONVENTION}
    kind = "convention" if conventional else "changed"
    for label, amount, colour in (("old", row.old, "old"), ("new", row.new, kind)):
        shown = name if label == "old" else element("span", "→", aria_label="new")
        number = 0 if amount is None else amount.parameters
        words = "absent" if amount is None else f"{number:,}"
        yield Bar(shown, (Segment(label, colour, number),), words, level=label == "new")
