"""A table of values, which scrolls by itself where it is wider than the page."""

from __future__ import annotations

from rnninspect.record import Record
from rnninspect.render.page.markup import Markup, element

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Line(Record):
    """A row: its cells, and whether it adds up others, which sorting leaves at the end."""

    cells: Sequence[str | int | None]
    is_sum: bool = False
    attributes: tuple[tuple[str, str], ...] = ()


def table(
    heads: Sequence[str],
    lines: Iterable[Line],
    *,
    caption: str,
    numbers: Sequence[int] = (),
    sortable: bool = False,
) -> Markup:
    """The table; the first cell of a row is its heading, and columns in `numbers` are right.

    Alignment is one class a column on the table, since a class on each cell would be a tenth of a
    page. The caption names the region, too, which the keyboard can scroll.
    """
    classes = [*(["sortable"] if sortable else []), *(f"n{at + 1}" for at in numbers)]
    drawn = element(
        "table",
        element("thead", element("tr", *(element("th", title) for title in heads))),
        element("tbody", *map(_row, lines)),
        class_=" ".join(classes) or None,
    )
    return element("div", drawn, class_="scroll", tabindex=0, role="region", aria_label=caption)


def _row(line: Line) -> Markup:
    head, *cells = line.cells
    parts = (element("th", head), *(element("td", cell) for cell in cells))
    return element("tr", *parts, class_="sum" if line.is_sum else None, **dict(line.attributes))
