"""Where the bytes of a source on this machine come from: a file, memory, nothing for a folder."""

from __future__ import annotations

import os

from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

# Device and inode, which two hard links to one file share; a location on a server.
Identity = tuple[int, int] | str


class State(Record):
    """What shows that a file was written to or replaced.

    Attributes:
        size: bytes.
        written: when it last was, in nanoseconds; 0 if a server does not say.
        identity: what two names of the same file share.
        etag: what a server calls this content.
    """

    size: int
    written: int
    identity: Identity
    etag: str = ""

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """The state that a look at the file shows."""
        return cls(status.st_size, status.st_mtime_ns, (status.st_dev, status.st_ino))


class File:
    """An open file, by its descriptor, with its state when it was opened."""

    def __init__(self, descriptor: int, status: os.stat_result) -> None:
        self.descriptor, self.seen = descriptor, State.of(status)

    @property
    def size(self) -> int:
        """Bytes when it was opened."""
        return self.seen.size

    @property
    def identity(self) -> Identity:
        """Device and inode."""
        return self.seen.identity

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes at an offset; fewer at the end."""
        return os.pread(self.descriptor, length, offset)

    def expect(self, places: Iterable[tuple[int, int]]) -> None:
        """Nothing has to be fetched."""

    def changed(self) -> bool:
        """Whether something was written to it since it was opened."""
        return State.of(os.fstat(self.descriptor)) != self.seen

    def close(self) -> None:
        """Close it."""
        os.close(self.descriptor)


class Memory:
    """Bytes that were taken into memory."""

    identity = seen = None

    def __init__(self, data: bytes) -> None:
        self.data, self.size = data, len(data)

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes at an offset; fewer at the end."""
        return self.data[offset : offset + length]

    def expect(self, places: Iterable[tuple[int, int]]) -> None:
        """Nothing has to be fetched."""

    def changed(self) -> bool:
        """Whether something was written to it since it was opened."""
        return False

    def close(self) -> None:
        """Free them."""
        self.data = b""


class Folder:
    """A folder, which has no bytes."""

    size, identity, seen = 0, None, None

    def read_at(self, offset: int, length: int) -> bytes:  # noqa: ARG002 - a folder has no bytes
        """The bytes at an offset; fewer at the end."""
        return b""

    def expect(self, places: Iterable[tuple[int, int]]) -> None:
        """Nothing has to be fetched."""

    def changed(self) -> bool:
        """Whether something was written to it since it was opened."""
        return False

    def close(self) -> None:
        """Nothing is open."""
