"""Draws a grid of values as text: in columns for a terminal, between bars for Markdown."""

from __future__ import annotations

from rnninspect.render.colour import heading, paint
from rnninspect.render.escape import for_terminal
from rnninspect.render.widths import pad, width_of, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rnninspect.render.colour import Style
    from rnninspect.render.report.columns import Value

NARROWEST = 12
GAP = "  "


def draw(  # noqa: PLR0913 - what a table may have
    heads: Sequence[str],
    grid: Sequence[Sequence[Value]],
    width: int = 0,
    numbers: Collection[int] = (),
    labels: Collection[int] = (),
    wrapped: int = -1,
    *,
    colour: bool = False,
) -> str:
    """A table; numbers are aligned to the right, with separators.

    With a width the column `wrapped` is wrapped to fit. `numbers` are columns whose text is a
    number. `labels` are lines whose first text may run into the blank columns after it. With
    `colour` the heads and the `Styled` texts of the grid are painted.
    """
    lines = [[shown(value) for value in line] for line in grid]
    place = wrapped % len(heads)
    tall = _wrapped(heads, lines, place, width)
    for line, parts in zip(lines, tall, strict=True):
        line[place] = parts[0]
    named = [line for number, line in enumerate(lines) if number not in labels]
    widths = [max(map(width_of, column)) for column in zip(heads, *lines, strict=True)]
    widths[place] = max([widths[place], *(width_of(part) for parts in tall for part in parts)])
    widths[0] = max(width_of(line[0]) for line in (heads, *named)) if place else widths[0]
    widths[0] += max([0, *(_excess(lines[number], widths) for number in labels)])
    right = numbers_in(grid, len(heads), numbers)
    drawn = [heading(_line(heads, widths, right), colour=colour)]
    drawn.append(GAP.join("-" * taken for taken in widths))
    for values, line, parts in zip(grid, lines, tall, strict=True):
        more = [[*[""] * place, part, *[""] * (len(heads) - place - 1)] for part in parts[1:]]
        styles = [getattr(value, "style", None) for value in values] if colour else ()
        drawn += [_line(row, widths, right, styles) for row in (line, *more)]
    return "\n".join(drawn)


def _wrapped(
    heads: Sequence[str], lines: Sequence[Sequence[str]], place: int, width: int
) -> list[list[str]]:
    """The texts of one column in pieces that fit into the width left by the others."""
    if not width:
        return [[line[place]] for line in lines]
    widths = [max(map(width_of, column)) + len(GAP) for column in zip(heads, *lines, strict=True)]
    left = width - sum(widths) + widths[place]
    return [wrap(line[place], max(left, NARROWEST)) for line in lines]


def _excess(line: Sequence[str], widths: Sequence[int]) -> int:
    """The width by which a line's first text exceeds the blank columns after it."""
    return width_of(line[0]) - _over(widths, _blanks(line) + 1)


def _line(
    row: Sequence[str],
    widths: Sequence[int],
    right: Collection[int],
    styles: Sequence[Style | None] = (),
) -> str:
    """A line of the table; each text that has a style is painted, the blanks beside it are not."""
    over = _blanks(row) if width_of(row[0]) > widths[0] else 0
    places = [0, *range(over + 1, len(row))]
    room = [_over(widths, over + 1), *widths[over + 1 :]]
    cells = [pad(row[at], taken, right=at in right) for at, taken in zip(places, room, strict=True)]
    for number, at in enumerate(places if styles else ()):
        text = row[at]
        cells[number] = cells[number].replace(text, paint(text, styles[at], colour=True), 1)
    return GAP.join(cells).rstrip()


def _blanks(line: Sequence[str]) -> int:
    """The number of blank texts that follow the first one."""
    return next((place for place, text in enumerate(line[1:]) if text), len(line) - 1)


def _over(widths: Sequence[int], columns: int) -> int:
    """The width of the first columns, with the gaps between them."""
    return sum(widths[:columns]) + len(GAP) * (columns - 1)


def draw_markdown(
    heads: Sequence[str], grid: Sequence[Sequence[str]], numbers: Collection[int] = ()
) -> str:
    """A table of texts that are escaped already; columns of `numbers` are aligned to the right."""
    import tabulate  # noqa: PLC0415 - the other formats do not use it

    tabulate.WIDE_CHARS_MODE = False  # the same text whether or not wcwidth is installed
    align = ["right" if place in numbers else "left" for place in range(len(heads))]
    return tabulate.tabulate(
        grid,
        headers=list(heads),
        tablefmt="pipe",
        disable_numparse=True,
        colalign=align if grid else None,
    )


def numbers_in(
    grid: Sequence[Sequence[Value]], columns: int, more: Collection[int] = ()
) -> set[int]:
    """The columns that contain a number, and `more` that are to be treated as such."""
    return {
        place
        for place in range(columns)
        if place in more or any(isinstance(line[place], int) for line in grid)
    }


def shown(value: Value) -> str:
    """A value as text, with thousands separated."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else for_terminal(value)
