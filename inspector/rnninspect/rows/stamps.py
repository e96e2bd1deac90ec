"""What shows that the files of a model are those that its row was made from."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from rnninspect.errors import UnreadableFile
from rnninspect.readers import open_model
from rnninspect.record import Record
from rnninspect.source.local import Local
from rnninspect.source.locations import is_remote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.source.source import Source
    from rnninspect.source.stores import State


class Stamp(Record):
    """The state of all files of a model: two equal stamps are one content.

    Attributes:
        file_bytes: their sizes together.
        modified: when the one that was written last was written, in ISO 8601; empty if unknown.
        etag: the ETags of remote files.
    """

    file_bytes: int
    modified: str = ""
    etag: str = ""


def stamp_of(source: Source) -> Stamp:
    """The stamp of a model that was read, as its files were when they were opened."""
    return _joined(source.all_bytes, [source.state, *source.reading.companions.values()])


def stamp_now(files: Iterable[str]) -> Stamp | None:
    """The stamp of these files as they are now; None if one of them cannot be read."""
    states = {}
    for path in files:
        try:
            state = _state_of(path)
        except UnreadableFile:
            return None
        if state is not None:
            states[state.identity] = state
    return _joined(sum(state.size for state in states.values()), states.values())


def _state_of(path: str) -> State | None:
    """The state of a file; None for a folder. One of this machine is not opened for that."""
    state = None if is_remote(path) else _local_state(path)
    if state is not None:
        return state
    with open_model(path) as source:
        return source.state


def _local_state(path: str) -> State | None:
    """The state of a file that may be read; None if there is no such file."""
    try:
        return Local().stat(path) if os.access(path, os.R_OK) else None
    except (OSError, ValueError):
        return None


def _joined(size: int, states: Iterable[State | None]) -> Stamp:
    known = [state for state in states if state is not None]
    written = max((state.written for state in known), default=0)
    etags = " ".join(state.etag for state in known if state.etag)
    return Stamp(size, in_text(written) if written else "", etags)


def in_text(nanoseconds: int) -> str:
    """A time since 1970 in ISO 8601, UTC, in microseconds; empty if no calendar has it."""
    seconds, rest = divmod(nanoseconds, 10**9)
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06}Z"
