"""Counts reports while they are shown, for the line or the tables at the end."""

from __future__ import annotations

from rnninspect.render.scan.blocks import headline
from rnninspect.report import Unreadable
from rnninspect.rows.inspecting import rows_of, unreadable_row
from rnninspect.rows.stamps import Stamp
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.report import Report
    from rnninspect.rows.schema import Row
    from rnninspect.rows.summary import Summary


def counting(
    results: Iterable[Report | Unreadable], summary: Summary
) -> Iterator[Report | Unreadable]:
    """The results as they come; each is added to the summary."""
    for result in results:
        summary.add(row_of(result))
        yield result


def row_of(result: Report | Unreadable) -> Row:
    """What a summary counts of a report."""
    if isinstance(result, Unreadable):
        return unreadable_row(result.path, result.reason).model
    return rows_of(result, Stamp(result.file_bytes)).model


def last_line(summary: Summary) -> str:
    """`12 models: 9 ok, 3 error; 14 recurrent layers, 1,234 of 5,678 parameters recurrent`."""
    sums = summary.total.sums
    layers = plural(sums["layer_count"], "recurrent layer")
    return (
        f"{headline(summary)}; {layers},"
        f" {sums['recurrent']:,} of {plural(sums['parameters'], 'parameter')} recurrent"
    )
