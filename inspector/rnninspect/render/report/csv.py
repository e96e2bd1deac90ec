"""The report as CSV: a line for each layer, and one for everything else in a file."""

from __future__ import annotations

import csv
import io

from rnninspect.render.escape import for_csv
from rnninspect.render.report.columns import COLUMNS, RowKind, rows_of
from rnninspect.report import readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.render.report.columns import Value
    from rnninspect.render.view import View
    from rnninspect.report import Report, Unreadable

SUMS = (RowKind.SUBTOTAL, RowKind.TOTAL)  # a spreadsheet can add up


def render(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    """RFC 4180 but for its line ends, which are those of the other formats."""
    head = [["path", *(column.name for column in view.columns or COLUMNS)]]
    for report in readable(results):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows((*head, *_rows(report, view)))
        yield out.getvalue()
        head = []


def _rows(report: Report, view: View) -> Iterator[list[str | int]]:
    for row in rows_of(report):
        if row.kind not in SUMS:
            values = (row.values.get(column.name) for column in view.columns or COLUMNS)
            yield [for_csv(report.path), *map(_plain, values)]


def _plain(value: Value) -> str | int:
    if value is None:
        return ""
    return value if isinstance(value, int) else for_csv(value)
