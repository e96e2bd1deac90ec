"""What a walk asks of the place where files are: the entries of a folder, and a file's start."""

from __future__ import annotations

import os
from itertools import chain, islice

from rnninspect.errors import UnreadableFile
from rnninspect.lean import IntEnum
from rnninspect.record import Record
from rnninspect.source.limits import Limit
from rnninspect.source.local import Local, reason_of
from rnninspect.walking.filing import Likelihood
from rnninspect.walking.names import HeldNames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from typing import Protocol

    from rnninspect.source import opener
    from rnninspect.source.limits import Limits
    from rnninspect.walking.names import Names

    class Tree(Protocol):
        """The folders that are walked over, by the paths that it has joined itself.

        Attributes:
            is_local: whether the files are this machine's: then the start of one costs little.
        """

        is_local: bool

        def names(self, folder: str, judge: Callable[[Entry], Likelihood], limits: Limits) -> Names:
            """The names in a folder that are not judged to be NONE.

            Raises:
                UnreadableFile: it cannot be read, or there are too many.
            """

        def join(self, folder: str, name: str) -> str:
            """The path of a name in a folder."""

        def start(self, path: str, length: int) -> bytes:
            """The first bytes of a regular file; fewer if there are fewer or it cannot be read."""


MOST_HELD = 100_000  # names of one folder that are kept in memory
_IN_A_FOLDER = "the number of files in the folder"


class Kind(IntEnum):
    """What an entry of a folder is."""

    FILE, FOLDER, LINK, OTHER = range(4)  # the last: a pipe, a device


class Entry(Record):
    """A name in a folder."""

    name: str
    kind: Kind


class LocalTree:
    """Implements `Tree` for this machine."""

    is_local = True

    def __init__(self, place: opener.Opener | None = None) -> None:
        self._opener = place or Local()

    def names(self, folder: str, judge: Callable[[Entry], Likelihood], limits: Limits) -> Names:
        """The names in a folder: in memory, and on disk where there are more than MOST_HELD."""
        entries = self._entries(folder)
        try:
            judged = self._judged(entries, judge, limits)
            held = HeldNames(islice(judged, MOST_HELD))
            following = next(judged, None)
            if following is None:
                return held
            from rnninspect.walking.spool import spooled  # noqa: PLC0415 - seldom: imports sqlite3

            try:
                return spooled(chain(held.items(), (following,), judged))
            except OSError as error:
                raise UnreadableFile(str(error)) from error
        finally:
            entries.close()

    def _judged(
        self, entries: Iterable[Entry], judge: Callable[[Entry], Likelihood], limits: Limits
    ) -> Iterator[tuple[str, Likelihood]]:
        number = 0
        for entry in entries:
            likelihood = judge(entry)
            if likelihood is not Likelihood.NONE:
                number += 1
                limits.require(Limit.LISTED, number, _IN_A_FOLDER)
                yield f"{entry.name}/" if entry.kind is Kind.FOLDER else entry.name, likelihood

    def _entries(self, folder: str) -> Generator[Entry]:
        try:
            for entry in self._opener.list(folder):
                yield Entry(entry.name, _kind(entry))
        except (OSError, ValueError) as error:
            raise UnreadableFile(reason_of(error)) from error

    def join(self, folder: str, name: str) -> str:
        """The path of a name in a folder."""
        if folder == os.curdir and not name.startswith("-"):  # `-` is standard input
            return name
        return f"{folder.rstrip('/')}/{name}"

    def start(self, path: str, length: int) -> bytes:
        """The first bytes of a regular file; fewer if there are fewer or it cannot be read."""
        try:
            store = self._opener.open(path)
        except UnreadableFile:
            return b""
        try:
            return store.read_at(0, length)
        except (OSError, UnreadableFile):
            return b""
        finally:
            store.close()


def _kind(entry: opener.Entry) -> Kind:
    if entry.is_symlink():
        return Kind.LINK
    if entry.is_dir():
        return Kind.FOLDER
    return Kind.FILE if entry.is_file() else Kind.OTHER
