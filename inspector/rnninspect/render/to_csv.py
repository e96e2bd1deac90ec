"""The report as CSV: a line for each layer, and one for everything else in a file."""

from __future__ import annotations

import csv
import io

from rnninspect.render.columns import RowKind, rows_of
from rnninspect.render.escape import for_csv

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.render.columns import Value
    from rnninspect.render.view import Unreadable, View
    from rnninspect.report import Report

SUMS = (RowKind.SUBTOTAL, RowKind.TOTAL)  # a spreadsheet adds up by itself


def as_csv(reports: Sequence[Report], _: Sequence[Unreadable], view: View) -> str:
    """RFC 4180 but for its line ends, which are those of the other formats."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["path", *(column.name for column in view.columns)])
    for report in reports:
        for row in rows_of(report):
            if row.kind not in SUMS:
                values = (row.values.get(column.name) for column in view.columns)
                writer.writerow([for_csv(report.path), *(_plain(value) for value in values)])
    return out.getvalue().rstrip("\n")


def _plain(value: Value) -> str | int:
    if value is None:
        return ""
    return value if isinstance(value, int) else for_csv(value)
