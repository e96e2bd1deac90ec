"""Counts reports while they are shown, for the line or the tables at the end."""

from __future__ import annotations

from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.scan.blocks import headline, largest_grid
from rnninspect.report import Unreadable
from rnninspect.rows.inspecting import rows_of, unreadable_row
from rnninspect.rows.schema import Verdict
from rnninspect.rows.stamps import Stamp
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.report import Report
    from rnninspect.rows.schema import Row
    from rnninspect.rows.summary import Summary


LONGEST_PATH = 60


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


def last_lines(summary: Summary, shown: int) -> str:
    """`12 models: 9 ok, 3 error; 2 not shown`, and below it their sums and the largest one.

    Args:
        summary: of all models.
        shown: how many of them have a report above the line.
    """
    sums = summary.total.sums
    hidden = summary.total.models - summary.total.verdicts[Verdict.UNREADABLE] - shown
    lines = [f"{headline(summary)}{f'; {hidden:,} not shown' if hidden else ''}"]
    layers = plural(sums["layer_count"], "recurrent layer")
    parameters = plural(sums["parameters"], "parameter")
    lines.append(f"{layers}, {sums['recurrent']:,} of {parameters} recurrent")
    for size, path in largest_grid(summary)[:1]:
        name = shorten(for_terminal(str(path)), LONGEST_PATH)
        lines.append(f"largest: {name}, {size:,}")
    return "\n".join(lines)
