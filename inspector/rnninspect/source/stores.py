"""Where the bytes of a source come from: a file, memory, or nothing at all for a folder."""

from __future__ import annotations

import os

from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self


class State(Record):
    """What shows that a file was written to or replaced.

    Attributes:
        size: bytes.
        written: when it last was, in nanoseconds.
        identity: device and inode, which two hard links to one file share.
    """

    size: int
    written: int
    identity: tuple[int, int]

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        """The state that a look at the file shows."""
        return cls(status.st_size, status.st_mtime_ns, (status.st_dev, status.st_ino))


class File:
    """An open file, by its descriptor, with its state when it was opened."""

    def __init__(self, descriptor: int, status: os.stat_result) -> None:
        self.descriptor, self.seen = descriptor, State.of(status)

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode."""
        return self.seen.identity

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes at an offset; fewer at the end."""
        return os.pread(self.descriptor, length, offset)

    def changed(self) -> bool:
        """Whether something was written to it since it was opened."""
        return State.of(os.fstat(self.descriptor)) != self.seen

    def close(self) -> None:
        """Let go of it."""
        os.close(self.descriptor)


class Memory:
    """Bytes that were taken into memory."""

    identity = seen = None

    def __init__(self, data: bytes) -> None:
        self.data = data

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes at an offset; fewer at the end."""
        return self.data[offset : offset + length]

    def changed(self) -> bool:
        """Whether something was written to it since it was opened."""
        return False

    def close(self) -> None:
        """Let go of it."""
        self.data = b""


class Folder:
    """A folder, which has no bytes."""

    identity = seen = None

    def read_at(self, offset: int, length: int) -> bytes:  # noqa: ARG002 - a folder has no bytes
        """The bytes at an offset; fewer at the end."""
        return b""

    def changed(self) -> bool:
        """Whether something was written to it since it was opened."""
        return False

    def close(self) -> None:
        """Let go of it."""


Store = File | Memory | Folder
