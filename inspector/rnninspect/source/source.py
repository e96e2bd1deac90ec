"""Bytes of a model at an offset, and its neighbours inside the folder, under limits."""

from __future__ import annotations

import os

from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limit, Limits
from rnninspect.source.local import LONGEST_PATH, Local, reason_of
from rnninspect.source.neighbours import Neighbour, Whereabouts
from rnninspect.source.reading import Reading
from rnninspect.source.stores import Folder, Memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Self

    from rnninspect.source.opener import Store
    from rnninspect.source.stores import State

# Steps: to look a path up, for each of its parts, for a folder's entry.
LOOK_UP, COMPONENT, ENTRY = 40, 4, 1


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
        self._after: Callable[[], None] | None = None
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
    def is_remote(self) -> bool:
        """Whether its bytes are fetched from a server as they are read."""
        return self.reading.opener.traffic is not None and self._store.seen is not None

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

    def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`; UnreadableFile if the run ends before."""
        if offset < 0 or length < 0 or offset + length > self.size:
            raise UnreadableFile(
                f"{length} bytes at offset {offset} are beyond the end at {self.size}: truncated?",
                place=f"offset {offset}",
            )
        data = self._store.read_at(self._start + offset, length)
        while len(data) < length:  # a read may come back short, and a file may shrink meanwhile
            more = self._store.read_at(self._start + offset + len(data), length - len(data))
            if not more:
                raise UnreadableFile(
                    f"the file ends at offset {offset + len(data)} while it is read",
                    place=f"offset {offset + len(data)}",
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
                f"a part of {size} bytes at offset {offset} reaches beyond the end at {self.size}",
                place=f"offset {offset}",
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

    def among(self, members: dict[str, Source]) -> Source:
        """The same bytes with these files beside them, such as other members of an archive."""
        part = Source(self.location, self._store, self._start, self.size, self.reading)
        part._lent = True
        part._members = members
        return part

    def neighbour(self, location: str) -> Neighbour:
        """What a path that the model names leads to; it is looked up, never opened."""
        if self._members is not None:
            member = self._members.get(location)
            found = Whereabouts.MISSING if member is None else Whereabouts.INSIDE
            return Neighbour(found, location if member else None, member.size if member else 0)
        if not location or location[0] == "/" or any(char in "\\\0" for char in location):
            return Neighbour(Whereabouts.OUTSIDE)
        self.spend(Limit.STEPS, LOOK_UP + COMPONENT * location.count("/", 0, LONGEST_PATH))
        opener = self.reading.opener
        try:
            resolved = opener.resolve(self.folder, self.location, location)
            if resolved is None:
                return Neighbour(Whereabouts.OUTSIDE)
            state = opener.stat(resolved)
        except (OSError, ValueError):
            return Neighbour(Whereabouts.MISSING)
        if state is None:
            return Neighbour(Whereabouts.IRREGULAR)
        if state.identity != self._store.identity:
            self.reading.companions.setdefault(resolved, state)
        return Neighbour(Whereabouts.INSIDE, resolved, state.size, state.identity)

    def expect(self, places: Iterable[tuple[int, int]]) -> None:
        """Say which places will be read soon, by offset and length.

        Where each read is a request to a server, they are fetched at once; else nothing happens.
        """
        self._store.expect((self._start + offset, length) for offset, length in places)

    def expect_neighbours(self, locations: Iterable[str], *, size_only: bool = False) -> None:
        """Say which files of the model will be looked up soon, in this order.

        With `size_only` no byte of them will be read. They are asked for at once, as by `expect`.
        """
        opener = self.reading.opener
        if self._members is None and opener.traffic is not None:
            found = (opener.resolve(self.folder, self.location, each) for each in locations)
            opener.expect(filter(None, found), size_only=size_only)

    def names_ending(self, suffix: str) -> tuple[str, ...]:
        """Names in the folder that end so, in order; UnreadableFile if it may not be read."""
        if self._members is not None:
            names = (name for name in self._members if "/" not in name)
            return tuple(sorted(name for name in names if name.endswith(suffix)))
        found = []
        try:
            for number, entry in enumerate(self.reading.opener.list(self.folder), 1):
                self.limits.require(Limit.MEMBERS, number, "the number of files in the folder")
                self.spend(Limit.STEPS, ENTRY)
                if entry.name.endswith(suffix):
                    found.append(entry.name)
        except OSError as error:
            raise UnreadableFile(reason_of(error)) from error
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
        source = opened(found.path, self.reading)
        if source.is_folder:  # it was a file a moment ago
            raise UnreadableFile(f"{location} has become a folder")
        source.location = os.path.join(self.folder, location)  # its neighbours are beside its link
        return source

    def require_unchanged(self) -> None:
        """UnreadableFile if the file or a companion was written to since it was first seen.

        What was read is then a mixture of two files, whatever a reader made of it.
        """
        if self._store.changed():
            raise UnreadableFile("the file changed while it was read")
        for path, seen in self.reading.companions.items():
            if self._state_of(path) != seen:
                raise UnreadableFile(f"{os.path.basename(path)} changed while it was read")

    def _state_of(self, path: str) -> State | None:
        try:
            return self.reading.opener.stat(path)
        except OSError:
            return None

    def with_end(self, call: Callable[[], None]) -> Source:
        """This source, which will close what its opener keeps open as well."""
        self._after = call
        return self

    def close(self) -> None:
        """Close the file, if it is this source's own."""
        if not self._lent:
            self._store.close()
        if self._after:
            self._after()

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
    """Open a regular file or a folder of this machine; never waits on a pipe.

    Raises:
        UnreadableFile: there is nothing, it may not be read, or it is something else.
    """
    return opened(os.fspath(path), Reading(limits or Limits(), Local()))


def opened(location: str, reading: Reading) -> Source:
    """Open a file or a folder where the model is.

    Raises:
        UnreadableFile: there is nothing, it may not be read, or it is something else.
    """
    store = reading.opener.open(location)
    return Source(location, store, 0, store.size, reading)


def holding_source(name: str, data: bytes, limits: Limits) -> Source:
    """A source over bytes that came from no file, such as standard input; nothing is beside it."""
    from rnninspect.source.opener import Alone  # noqa: PLC0415 - most models are files

    return Source(name, Memory(data), 0, len(data), Reading(limits, Alone()))
