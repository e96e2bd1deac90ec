"""Bytes of a model at an offset, and its neighbours inside the folder, under limits."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol, Self

from rnninspect.errors import UnreadableFile
from rnninspect.limits import Limits

if TYPE_CHECKING:
    from types import TracebackType

KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Whereabouts(StrEnum):
    """Where a path that a model names leads."""

    INSIDE = "inside"  # a regular file in the model's folder
    MISSING = "missing"
    OUTSIDE = "outside"  # absolute, or out of the folder by `..` or a link
    IRREGULAR = "irregular"  # a pipe, a device, a folder


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A file that the model names; `size` in bytes is known only when it is inside."""

    whereabouts: Whereabouts
    path: Path | None = None
    size: int = 0


class _Store(Protocol):
    def read_at(self, offset: int, length: int) -> bytes: ...
    def close(self) -> None: ...


class _File:
    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def read_at(self, offset: int, length: int) -> bytes:
        return os.pread(self.descriptor, length, offset)

    def close(self) -> None:
        os.close(self.descriptor)


class _Memory:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def read_at(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]

    def close(self) -> None:
        self.data = b""


class Source:
    """A run of bytes that is read piece by piece, never whole unless asked for.

    Attributes:
        path: the file as the user named it; neighbours are sought in its folder.
        size: bytes in this run.
        limits: the bounds that a reader holds to.
    """

    def __init__(self, path: Path, store: _Store, start: int, size: int, limits: Limits) -> None:
        self.path, self.size, self.limits = path, size, limits
        self._store, self._start = store, start

    def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`; UnreadableFile if the run ends before."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise UnreadableFile(
                f"{length} bytes at offset {offset} lie beyond the end at {self.size}: truncated?"
            )
        data = self._store.read_at(self._start + offset, length)
        while len(data) < length:  # a read may come back short, and a file may shrink meanwhile
            more = self._store.read_at(self._start + offset + len(data), length - len(data))
            if not more:
                raise UnreadableFile(
                    f"the file ends at offset {offset + len(data)} while it is read"
                )
            data += more
        return data

    def head(self, length: int) -> bytes:
        """The first bytes, fewer if there are not so many."""
        return self.read(0, min(length, self.size))

    def window(self, offset: int, size: int) -> Source:
        """A part of this run as a source of its own; it lives no longer than this one."""
        if offset < 0 or size < 0 or offset + size > self.size:
            raise UnreadableFile(
                f"a part of {size} bytes at offset {offset} passes the end at {self.size}"
            )
        return Source(self.path, self._store, self._start + offset, size, self.limits)

    def holding(self, data: bytes) -> Source:
        """A source over bytes in memory (an inflated member) with this one's path and limits."""
        return Source(self.path, _Memory(data), 0, len(data), self.limits)

    def neighbour(self, location: str) -> Neighbour:
        """What a path that the model names leads to; it is looked up, never opened."""
        pure = PurePosixPath(location)
        if not location or pure.is_absolute() or any(char in "\\\0" for char in location):
            return Neighbour(Whereabouts.OUTSIDE)
        try:
            resolved = (self.path.parent / location).resolve()
            folders = {self.path.parent.resolve(), self.path.resolve().parent}
            if not any(resolved.is_relative_to(folder) for folder in folders):
                return Neighbour(Whereabouts.OUTSIDE)
            status = resolved.stat()
        except (OSError, RuntimeError, ValueError):
            return Neighbour(Whereabouts.MISSING)
        if not stat.S_ISREG(status.st_mode):
            return Neighbour(Whereabouts.IRREGULAR)
        return Neighbour(Whereabouts.INSIDE, resolved, status.st_size)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_source(path: str | os.PathLike[str], limits: Limits | None = None) -> Source:
    """Open a regular file, or raise UnreadableFile with the reason; never waits on a pipe."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise UnreadableFile(_reason(error)) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        what = next((name for test, name in KINDS if test(status.st_mode)), "no regular file")
        raise UnreadableFile(f"{what}, not a file" if what.startswith("a ") else what)
    return Source(Path(path), _File(descriptor), 0, status.st_size, limits or Limits())


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
