"""What comes of a file or folder that was named or met: a report, a reason, or nothing."""

from __future__ import annotations

from rnninspect.errors import RnnInspectError, UnknownFormat
from rnninspect.inspection import inspect_source
from rnninspect.readers import open_model
from rnninspect.report import Report, Unreadable
from rnninspect.source.locations import shown
from rnninspect.source.standard_input import NAME, open_standard_input

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.source.limits import Limits
    from rnninspect.source.source import Source
    from rnninspect.walking.walk import Met


def report_on(
    found: Met | Unreadable, limits: Limits, *, values: bool = False, hashes: bool = False
) -> Report | Unreadable | None:
    """The report on a model, or why there is none; None for a file of another kind."""
    if isinstance(found, Unreadable):
        return found
    try:
        with open_found(found.path, limits) as source:
            source.reading.reads_values, source.reading.hashes_files = values, hashes
            return inspect_source(source, found.path)
    except RnnInspectError as error:
        if isinstance(error, UnknownFormat) and not found.claims:
            return None
        return Unreadable(shown(found.path), str(error))


def open_found(path: str, limits: Limits) -> Source:
    """Open what a call names; `-` is standard input.

    Raises:
        UnreadableFile: there is nothing, it may not be read, or it is something else.
    """
    return open_standard_input(limits) if path == NAME else open_model(path, limits)
