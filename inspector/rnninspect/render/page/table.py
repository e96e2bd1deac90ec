"""A table of values with a caption, which scrolls by itself where it is wider than the page."""

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
    """The table; the first cell of a row is its heading, and columns in `numbers` are right."""
    head = element(
        "tr",
        *(
            element("th", title, scope="col", class_="number" if at in numbers else None)
            for at, title in enumerate(heads)
        ),
    )
    body = (_row(line, numbers) for line in lines)
    drawn = element(
        "table",
        element("caption", caption),
        element("thead", head),
        element("tbody", *body),
        class_="sortable" if sortable else None,
    )
    return element("div", drawn, class_="scroll", tabindex=0, role="region", aria_label=caption)


def _row(line: Line, numbers: Sequence[int]) -> Markup:
    cells = (_cell(value, at, at in numbers) for at, value in enumerate(line.cells))
    return element("tr", *cells, class_="sum" if line.is_sum else None, **dict(line.attributes))


def _cell(value: str | int | None, at: int, is_number: bool) -> Markup:  # noqa: FBT001 - private
    name, scope = ("td", None) if at else ("th", "row")
    data = value if isinstance(value, int) else None
    return element(
        name,
        value,
        scope=scope,
        class_="number" if is_number else None,
        data_value=str(data) if data is not None else None,
    )
