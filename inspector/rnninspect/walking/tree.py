"""What a walk asks of the place where files are: the entries of a folder, and a file's start."""

from __future__ import annotations

import os
from enum import Enum

from rnninspect.errors import UnreadableFile
from rnninspect.record import Record
from rnninspect.source.local import Local, reason_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from rnninspect.source import opener


class Kind(Enum):
    """What an entry of a folder is."""

    FILE, FOLDER, LINK, OTHER = range(4)  # the last: a pipe, a device


class Entry(Record):
    """A name in a folder."""

    name: str
    kind: Kind


class Tree:
    """Files by the paths that it has joined itself, from the one that a user gave.

    Attributes:
        is_local: whether the files are this machine's: then the start of one costs little.
    """

    def __init__(self, place: opener.Opener | None = None) -> None:
        self._opener = place or Local()
        self.is_local = isinstance(self._opener, Local)

    def entries(self, folder: str) -> Generator[Entry]:
        """What is in a folder, in any order; UnreadableFile if it may not be read."""
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
