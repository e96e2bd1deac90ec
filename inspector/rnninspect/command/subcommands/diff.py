"""Compares two models, whoever has parsed the options."""

from __future__ import annotations

from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.environment import terminal_width
from rnninspect.command.hints import print_unreadable
from rnninspect.command.printing import print_document, print_error, print_traffic
from rnninspect.command.waiting import Waiting
from rnninspect.errors import RnnInspectError
from rnninspect.record import Record
from rnninspect.render import DIFF
from rnninspect.render.view import View
from rnninspect.source.limits import Limits
from rnninspect.source.locations import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from rnninspect.comparison.sides import Side


class Asked(Record):
    """What one call asks for."""

    old: str
    new: str
    format: str = "table"
    output: Path | None = None
    fail_on_change: bool = False
    limits: Limits = Limits()


def diff(asked: Asked) -> int:
    """Compare the two, print what differs, and return the exit code."""
    from rnninspect.comparison import compare  # noqa: PLC0415 - only when used

    old, new, limits = asked.old, asked.new, asked.limits
    before, after = _read(old, new, limits), _read(new, old, limits)
    if before is None or after is None:
        return FAILED
    try:
        comparison = compare(before.outline, after.outline)
        files = [old, new, *before.files, *after.files]
    except RnnInspectError as error:  # of an installed reader
        print_error(str(error))
        return FAILED
    view = View(terminal_width())
    if not print_document(DIFF, asked.format, comparison, view, asked.output, files):
        return FAILED
    return FINDINGS if asked.fail_on_change and comparison.changed else OK


def _read(path: str, other: str, limits: Limits) -> Side | None:
    """One side; None, after an error line, if it cannot be read."""
    from rnninspect.comparison.sides import read_side  # noqa: PLC0415 - only when used

    try:
        with Waiting(shown(path)):
            side = read_side(path, other, limits)
    except RnnInspectError as error:
        print_unreadable(path, str(error))
        return None
    if side.report:
        print_traffic(side.report)
    return side
