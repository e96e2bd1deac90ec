"""What a source needs of the place where its files are: this machine, or a server."""

from __future__ import annotations

from rnninspect.errors import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import NoReturn, Protocol

    from rnninspect.source.stores import Identity, State
    from rnninspect.source.traffic import Traffic
else:
    Protocol = object


class Store(Protocol):
    """The bytes of one file, read piece by piece."""

    @property
    def size(self) -> int:
        """How many bytes there are."""

    @property
    def identity(self) -> Identity | None:
        """What two names of the same file share; None for bytes that came from no file."""

    @property
    def seen(self) -> State | None:
        """What the file was when it was opened; None for bytes that came from no file."""

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes at an offset; fewer at the end, or where a read comes back short."""

    def expect(self, places: Iterable[tuple[int, int]]) -> None:
        """Places that will be read soon, by offset and length: they may be fetched at once."""

    def changed(self) -> bool:
        """Whether the file was written to or replaced since it was opened."""

    def close(self) -> None:
        """Close the file."""


class Entry(Protocol):
    """One name in a folder, as `os.DirEntry` has it; nothing is opened for it."""

    @property
    def name(self) -> str:
        """The name, without the folder."""

    def is_dir(self) -> bool:
        """Whether it is a folder, or a link to one."""

    def is_file(self) -> bool:
        """Whether it is a regular file, or a link to one."""

    def is_symlink(self) -> bool:
        """Whether it is a symbolic link."""


class Opener(Protocol):
    """Opens, looks up and lists files by their location: a path, or a URL."""

    @property
    def traffic(self) -> Traffic | None:
        """What was fetched over the network; None where there is no network."""

    def open(self, location: str) -> Store:
        """The bytes of a file, or a `Folder`.

        Raises:
            UnreadableFile: there is nothing, it may not be read, or it is something else.
        """

    def resolve(self, folder: str, location: str, name: str) -> str | None:
        """Where a path that a model names leads; None if that is outside the model.

        Args:
            folder: the model's folder.
            location: the model, which is the folder itself or a file in it.
            name: a relative path, from a file that may be hostile.

        Raises:
            OSError: it leads nowhere.
        """

    def stat(self, location: str) -> State | None:
        """The state of a regular file; None for anything else.

        Raises:
            OSError: there is nothing, or it may not be looked up.
            UnreadableFile: a server does not say.
        """

    def expect(self, locations: Iterable[str], *, size_only: bool = False) -> None:
        """Files that will be opened or looked up in this order: they may be asked for at once.

        Args:
            locations: as `resolve` gives them.
            size_only: whether no byte of them will be read.
        """

    def list(self, location: str) -> Iterator[Entry]:
        """What is in a folder, in no order.

        Raises:
            OSError: it may not be read.
            UnreadableFile: a server does not list it.
        """


class Alone:
    """The opener of a model with no other file: in memory, or from a pipe."""

    traffic = None

    def open(self, location: str) -> NoReturn:
        """Nothing."""
        raise UnreadableFile(f"{location}: the model has no other file")

    def resolve(self, folder: str, location: str, name: str) -> NoReturn:  # noqa: ARG002 - it has no folder
        """Nowhere: there is no folder."""
        raise FileNotFoundError(name)

    def stat(self, location: str) -> State | None:
        """Nothing."""
        raise FileNotFoundError(location)

    def expect(self, locations: Iterable[str], *, size_only: bool = False) -> None:
        """Nothing has to be fetched."""

    def list(self, location: str) -> Iterator[Entry]:  # noqa: ARG002 - as above
        """No entries."""
        return iter(())
