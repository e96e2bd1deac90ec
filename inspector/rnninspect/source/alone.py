"""Nothing beside the model: what is in memory, or comes through a pipe, has no other files."""

from __future__ import annotations

from rnninspect.errors import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import NoReturn

    from rnninspect.source.opener import Entry
    from rnninspect.source.stores import State


class Alone:
    """Implements `rnninspect.source.opener.Opener` for a model with no file beside it."""

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
