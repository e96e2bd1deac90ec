"""The report as Markdown, in the dialect of GitHub's tables."""

from __future__ import annotations

from rnninspect.render.escape import for_markdown, shorten
from rnninspect.render.grid import draw_markdown, numbers_in
from rnninspect.render.report.folding import in_full, shown_rows
from rnninspect.render.report.sentences import finding_lines, no_layer, summary
from rnninspect.report import readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.render.report.columns import Row, Value
    from rnninspect.render.view import View
    from rnninspect.report import Report, Unreadable

LONGEST_NAME = 120


def render(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    """A heading, a table and a list of findings for each file."""
    blank: tuple[str, ...] = ()
    for report in readable(results):
        yield "\n".join((*blank, *_lines(report, view), ""))
        blank = ("",)


def _lines(report: Report, view: View) -> Iterator[str]:
    producer = f", {shorten(report.producer, LONGEST_NAME)}" if report.producer else ""
    about = f"{report.format}{producer}, {report.file_bytes:,} bytes"
    yield f"### {for_markdown(report.path)}"
    yield ""
    yield for_markdown(about)
    yield ""
    yield markdown_rows(shown_rows(report, view), view)
    yield ""
    if not report.layers:
        yield f"{for_markdown(no_layer(report))}\\"
    yield for_markdown(summary(report))
    findings = list(finding_lines(report.findings))
    if findings:
        yield ""
        yield from (f"- {for_markdown(line)}" for line in findings)


def markdown_rows(rows: Sequence[Row], view: View) -> str:
    """The table; numbers are aligned to the right."""
    rows, columns = in_full(rows, view)
    grid = [[row.values.get(column.name) for column in columns] for row in rows]
    texts = [[_cell(value) for value in line] for line in grid]
    return draw_markdown(
        [column.title for column in columns], texts, numbers_in(grid, len(columns))
    )


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else for_markdown(shorten(value, LONGEST_NAME))
