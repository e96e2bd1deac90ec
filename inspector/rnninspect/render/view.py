"""How a document is shown: what the caller may choose."""

from __future__ import annotations

from rnninspect.record import Record
from rnninspect.rules import Level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.render.report.columns import Column
    from rnninspect.rows.summary import Summary


class View(Record):
    """What a caller may choose; a format ignores what does not concern it.

    Attributes:
        width: in characters; 0 for no limit.
        columns: the columns of a report to choose from; none for all.
        chosen: whether they were named by the caller: then none is dropped to fit the width.
        root: the folder from which CI systems name files; the current one if empty.
        unfold: whether each of many equal layers has a row.
        summary: what a line at the end says of several models; counted while they are drawn.
        fail_on: the lowest level that is shown as a failure, in formats that know failures.
        verbose: whether a table also shows what passed.
        quiet: whether a table shows nothing but failures.
        colour: whether text has a terminal's codes, in the formats `table` and `text`.
    """

    width: int = 80
    columns: tuple[Column, ...] = ()
    chosen: bool = False
    root: str = ""
    fail_on: Level | None = Level.ERROR
    unfold: bool = False
    summary: Summary | None = None
    verbose: bool = False
    quiet: bool = False
    colour: bool = False
