"""How a report is to be shown: what the caller may choose."""

from __future__ import annotations

from rnninspect.record import Record
from rnninspect.render.report.columns import COLUMNS, Column
from rnninspect.rules import Level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.report import Report


class View(Record):
    """How the caller wants it.

    Attributes:
        width: in characters.
        columns: those to choose from.
        chosen: whether they were asked for by name.
        root: the folder that CI systems name files from; the current one if empty.
        fail_on: the level from which a finding is shown as a failure, where a format has such.
    """

    width: int = 80
    columns: tuple[Column, ...] = COLUMNS
    chosen: bool = False
    root: str = ""
    fail_on: Level | None = Level.ERROR


class Unreadable(Record):
    """A file without a report, and why."""

    path: str
    reason: str


def readable(results: Iterable[Report | Unreadable]) -> Iterator[Report]:
    """The reports among the results, as they come."""
    return (result for result in results if not isinstance(result, Unreadable))
