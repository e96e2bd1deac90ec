"""Draws a grid of values as text, as narrow as asked."""

from __future__ import annotations

from rnninspect.render.escape import for_terminal, shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rnninspect.render.columns import Column, Row, Value

NARROWEST_NAME = 12


def draw(
    heads: Sequence[str],
    grid: Sequence[Sequence[Value]],
    style: str = "simple",
    width: int = 0,
    numbers: Collection[int] = (),
) -> str:
    """A table in one of tabulate's styles; numbers stand to the right with separators.

    With a width the last column is wrapped to fit. `numbers` are columns whose text is a number.
    """
    import tabulate  # noqa: PLC0415 - JSON and CSV must not pay for it

    tabulate.MIN_PADDING = 0  # a title may be as wide as its column: 80 columns are few
    lines = [[shown(value) for value in line] for line in grid]
    right = [
        place in numbers or any(isinstance(line[place], int) for line in grid)
        for place in range(len(heads))
    ]
    return tabulate.tabulate(
        lines,
        headers=list(heads),
        tablefmt=style,
        disable_numparse=True,
        colalign=["right" if is_number else "left" for is_number in right] if grid else None,
        maxcolwidths=_wrapping(heads, lines, width) if width else None,
    )


def _wrapping(heads: Sequence[str], lines: Sequence[Sequence[str]], width: int) -> list[int | None]:
    columns = list(zip(heads, *lines, strict=True))
    taken = sum(max(map(len, column)) + 2 for column in columns[:-1])
    return [*([None] * (len(heads) - 1)), max(width - taken, NARROWEST_NAME)]


def shown(value: Value) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else for_terminal(value)


def fit(columns: Sequence[Column], rows: Sequence[Row], width: int) -> tuple[list[Column], int]:
    """The columns that fit, and the width that is left for the first one, the name."""
    kept = list(columns)
    widths = {column.name: _widest(column, rows) for column in kept}
    name = kept[0].name

    def total() -> int:
        return sum(widths[column.name] + 2 for column in kept) - 2

    for column in sorted((column for column in columns if column.drop), key=lambda c: c.drop):
        fixed = total() - widths[name]
        if fixed + min(widths[name], max(NARROWEST_NAME, width // 4)) <= width:
            break
        kept.remove(column)
    return kept, max(NARROWEST_NAME, width - (total() - widths[name]))


def narrow(row: Row, columns: Sequence[Column], name_width: int) -> list[Value]:
    """The values of a row, its name no wider than given."""
    values: list[Value] = []
    for place, column in enumerate(columns):
        value = row.values.get(column.name)
        if place == 0 and isinstance(value, str):
            value = shorten(for_terminal(value), name_width)
        values.append(value)
    return values


def _widest(column: Column, rows: Sequence[Row]) -> int:
    return max([len(column.title), *(len(shown(row.values.get(column.name))) for row in rows)])
