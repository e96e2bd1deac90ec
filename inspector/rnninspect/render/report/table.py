"""The report as text for a terminal or a pipe."""

from __future__ import annotations

from rnninspect.render.colour import heading, in_grid
from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.grid import draw
from rnninspect.render.report.columns import COLUMNS, LETTERS, RowKind, present, usual
from rnninspect.render.report.fitting import Fitted, fit, short_names
from rnninspect.render.report.folding import shown_rows
from rnninspect.render.report.sentences import (
    LONGEST_NAME,
    finding_lines,
    no_layer,
    not_shown,
    summary,
)
from rnninspect.render.widths import hang
from rnninspect.report import readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.render.report.columns import Row, Value
    from rnninspect.render.view import View
    from rnninspect.report import Report, Unreadable

OWN_LETTERS = ("own_sizes", "formula")  # the columns in which a cell's own letters are


def render(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    """Each file's table, coverage and findings, and at the end the meaning of the letters."""
    titles: set[str] = set()
    own: dict[str, str] = {}
    blank: tuple[str, ...] = ()
    shown = 0
    for report in readable(results):
        shown += 1
        fitted = fitted_rows(shown_rows(report, view), view)
        yield "\n".join((*blank, *_lines(report, fitted, view), ""))
        blank = ("",)
        if report.layers:
            titles.update(column.title for column in fitted.columns)
        if any(column.name in OWN_LETTERS for column in fitted.columns):
            for counted in report.layers:
                own |= {letter: counted.cell.word(letter) for letter, _ in counted.layer.sizes.own}
    known = {letter: word for letter, word in LETTERS.items() if letter in titles}
    known |= own
    letters = ", ".join(f"{letter} {word}" for letter, word in known.items())
    if letters:
        yield "\n".join(("", *hang(letters, view.width), ""))
    if view.summary and view.summary.total.models > 1:
        from rnninspect.render.scan.counting import last_lines  # noqa: PLC0415 - not for one model

        yield f"\n{last_lines(view.summary, shown)}\n"


def _lines(report: Report, fitted: Fitted, view: View) -> Iterator[str]:
    producer = (
        f", {shorten(for_terminal(report.producer), LONGEST_NAME)}" if report.producer else ""
    )
    path = heading(for_terminal(report.path), colour=view.colour)
    yield f"{path}: {report.format}{producer}, {report.file_bytes:,} bytes"
    yield ""
    yield draw_rows(fitted, view)
    yield ""
    if fitted.hidden:
        yield from not_shown(fitted.hidden, fitted.needed, view.width, "--columns")
    if not report.layers:
        yield from hang(no_layer(report), view.width)
    yield from hang(summary(report), view.width)
    yield from finding_lines(report.findings, colour=view.colour)


def fitted_rows(rows: Sequence[Row], view: View) -> Fitted:
    """The rows, and the columns with a value: as many as fit, or those named by the caller."""
    columns = present(view.columns or COLUMNS, rows)
    if view.chosen:
        return Fitted(short_names(rows, LONGEST_NAME), columns)
    return fit(usual(columns, rows), rows, view.width)


def draw_rows(fitted: Fitted, view: View) -> str:
    """The table itself."""
    names = [column.name for column in fitted.columns]
    grid = [[_cell(row, name) for name in names] for row in fitted.rows]
    ours = [row.kind is not RowKind.LAYER for row in fitted.rows]
    labels = [number for number, label in enumerate(ours) if label and names[0] == "layer"]
    last = names[-1] == "verdict" and not view.chosen
    heads = [column.title for column in fitted.columns]
    return draw(heads, grid, view.width if last else 0, labels=labels, colour=view.colour)


def _cell(row: Row, name: str) -> Value:
    value = row.values.get(name)
    return in_grid(value) if name == "verdict" and isinstance(value, str) else value
