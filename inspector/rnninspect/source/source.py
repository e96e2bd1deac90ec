"""Bytes of a model at an offset, and its neighbours inside the folder, under limits."""

from __future__ import annotations

import errno
import os
import stat
from functools import cached_property

from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limit, Limits
from rnninspect.source.neighbours import Neighbour, Whereabouts
from rnninspect.source.reading import Reading
from rnninspect.source.stores import File, Folder, Memory, State, Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


# Steps: to resolve a path, for each of its parts, for a folder's entry.
LOOK_UP, COMPONENT, ENTRY = 40, 4, 1

LONGEST_PATH = 4096  # that an operating system opens

OPENING = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


class Source:
    """A run of bytes that is read piece by piece, never whole unless asked for.

    A folder is a source without bytes, whose neighbours are the files in it.

    Attributes:
        location: the file or folder as the user named it.
        size: bytes in this run.
        reading: what it shares with all other sources of the model.
    """

    def __init__(
        self, location: str, store: Store, start: int, size: int, reading: Reading
    ) -> None:
        self.location, self.size, self.reading = location, size, reading
        self._store, self._start = store, start
        self._lent = False
        self._members: dict[str, Source] | None = None

    @property
    def name(self) -> str:
        """The file's or the folder's own name."""
        return self.location.rstrip("/").rpartition("/")[2]

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder; it then has no bytes."""
        return isinstance(self._store, Folder)

    @property
    def limits(self) -> Limits:
        """The bounds that a reader respects."""
        return self.reading.limits

    @property
    def reads_values(self) -> bool:
        """Whether a reader may read values of weights, which no one asked for as a rule."""
        return self.reading.reads_values

    def spend(self, name: Limit, amount: int, place: str = "the model") -> None:
        """Add to what the model has cost with all its parts; RefusedFile beyond the limit."""
        self.reading.spend(name, amount, place)

    @property
    def all_bytes(self) -> int:
        """Bytes of the file and of its companions; those of two hard links count once."""
        sizes = {known.identity: known.size for known in self.reading.companions.values()}
        own = self._store.identity
        return self.size + sum(size for identity, size in sizes.items() if identity != own)

    @property
    def state(self) -> State | None:
        """What the file was when it was opened; None for a folder, and for bytes in memory."""
        return self._store.seen

    @property
    def folder(self) -> str:
        """Where neighbours are looked for: the folder itself, or the folder of the file."""
        return self.location if self.is_folder else os.path.dirname(self.location)

    @cached_property
    def _resolved(self) -> str:
        return os.path.realpath(self.location)

    @cached_property
    def _allowed(self) -> tuple[str, str]:
        """The folders that a neighbour may be in once all links are followed."""
        return os.path.realpath(self.folder), _linked(self._resolved, self.is_folder)

    def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`; UnreadableFile if the run ends before."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise UnreadableFile(
                f"{length} bytes at offset {offset} are beyond the end at {self.size}: truncated?"
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
        """The first `length` bytes, or all if there are fewer."""
        return self.read(0, min(length, self.size))

    def window(self, offset: int, size: int) -> Source:
        """A part of this run as a source of its own; it lives no longer than this one.

        To close it closes nothing: the file is this one's.
        """
        if offset < 0 or size < 0 or offset + size > self.size:
            raise UnreadableFile(
                f"a part of {size} bytes at offset {offset} reaches beyond the end at {self.size}"
            )
        part = Source(self.location, self._store, self._start + offset, size, self.reading)
        part._lent = True
        return part

    def holding(self, data: bytes) -> Source:
        """A source over bytes in memory (an inflated member) with this one's path and limits."""
        return Source(self.location, Memory(data), 0, len(data), self.reading)

    def containing(self, members: dict[str, Source]) -> Source:
        """A folder with these files by path, such as the members of an archive."""
        folder = Source(self.location, Folder(), 0, 0, self.reading)
        folder._members = members
        return folder

    def neighbour(self, location: str) -> Neighbour:
        """What a path that the model names leads to; it is looked up, never opened."""
        if self._members is not None:
            member = self._members.get(location)
            found = Whereabouts.MISSING if member is None else Whereabouts.INSIDE
            return Neighbour(found, location if member else None, member.size if member else 0)
        if not location or location[0] == "/" or any(char in "\\\0" for char in location):
            return Neighbour(Whereabouts.OUTSIDE)
        self.spend(Limit.STEPS, LOOK_UP + COMPONENT * location.count("/", 0, LONGEST_PATH))
        try:
            resolved = _resolve(self.folder, location)
            if not any(_is_inside(resolved, folder) for folder in self._allowed):
                return Neighbour(Whereabouts.OUTSIDE)
            status = os.stat(resolved)
        except (OSError, ValueError):
            return Neighbour(Whereabouts.MISSING)
        if not stat.S_ISREG(status.st_mode):
            return Neighbour(Whereabouts.IRREGULAR)
        if resolved != self._resolved:
            self.reading.companions.setdefault(resolved, State.of(status))
        identity = status.st_dev, status.st_ino
        return Neighbour(Whereabouts.INSIDE, resolved, status.st_size, identity)

    def names_ending(self, suffix: str) -> tuple[str, ...]:
        """Names in the folder that end so, in order; UnreadableFile if it may not be read."""
        if self._members is not None:
            names = (name for name in self._members if "/" not in name)
            return tuple(sorted(name for name in names if name.endswith(suffix)))
        found = []
        try:
            with os.scandir(self.folder or os.curdir) as entries:
                for number, entry in enumerate(entries, 1):
                    self.limits.require(Limit.MEMBERS, number, "the number of files in the folder")
                    self.spend(Limit.STEPS, ENTRY)
                    if entry.name.endswith(suffix):
                        found.append(entry.name)
        except OSError as error:
            raise UnreadableFile(_reason(error)) from error
        return tuple(sorted(found))

    def open_neighbour(self, location: str) -> Source:
        """Open a regular file in the model's folder; UnreadableFile if there is no such file."""
        found = self.neighbour(location)
        if found.path is None:
            raise UnreadableFile(
                f"{location} is {found.whereabouts} (looked for in the model's folder)"
            )
        if self._members is not None:
            return self._members[location]
        source = _opened(found.path, self.reading)
        if source.is_folder:  # it was a file a moment ago
            raise UnreadableFile(f"{location} has become a folder")
        return source

    def require_unchanged(self) -> None:
        """UnreadableFile if the file or a companion was written to since it was first seen.

        What was read is then a mixture of two files, whatever a reader made of it.
        """
        if self._store.changed():
            raise UnreadableFile("the file changed while it was read")
        for path, seen in self.reading.companions.items():
            if _state_of(path) != seen:
                raise UnreadableFile(f"{os.path.basename(path)} changed while it was read")

    def close(self) -> None:
        """Let go of the file, if it is this source's own."""
        if not self._lent:
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


def _state_of(path: str) -> State | None:
    try:
        return State.of(os.stat(path))
    except OSError:
        return None


def _resolve(folder: str, location: str) -> str:
    """Where a path leads once all links are followed; OSError if no system opens one that long."""
    if len(location) > LONGEST_PATH:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    return os.path.realpath(os.path.join(folder, location))


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def _linked(resolved: str, is_folder: bool) -> str:  # noqa: FBT001 - used above alone
    """The other folder that parts of a model may be in, by where the user's path leads.

    The Hugging Face Hub's cache links a file, and each file of a folder `snapshots/REVISION`,
    into one folder of blobs.
    """
    if not is_folder:
        return os.path.dirname(resolved)
    folder, _ = os.path.split(resolved)
    above, name = os.path.split(folder)
    return os.path.join(above, "blobs") if name == "snapshots" else resolved


def open_source(path: str | os.PathLike[str], limits: Limits | None = None) -> Source:
    """Open a regular file or a folder; never waits on a pipe.

    Raises:
        UnreadableFile: there is nothing, it may not be read, or it is something else.
    """
    return _opened(os.fspath(path), Reading(limits or Limits()))


def _opened(path: str, reading: Reading) -> Source:
    try:
        descriptor = os.open(path, OPENING)
    except (OSError, ValueError) as error:
        raise UnreadableFile(_reason(error)) from error
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode):
        return Source(path, File(descriptor, status), 0, status.st_size, reading)
    os.close(descriptor)
    if stat.S_ISDIR(status.st_mode):
        return Source(path, Folder(), 0, 0, reading)
    raise UnreadableFile(irregular(status.st_mode))


def irregular(mode: int) -> str:
    """What is there in place of a regular file, by its `st_mode`."""
    what = next((name for test, name in KINDS if test(mode)), "something else")
    return f"{what}, not a file"


def holding_source(name: str, data: bytes, limits: Limits) -> Source:
    """A source over bytes that came from no file, such as standard input."""
    return Source(name, Memory(data), 0, len(data), Reading(limits))


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
