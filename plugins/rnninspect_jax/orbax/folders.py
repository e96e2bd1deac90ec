"""A store of arrays whose keys are files of the folder."""

from __future__ import annotations

from rnninspect.plugin import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from rnninspect.plugin import Source

    class Store(Protocol):
        """Values by key: the metadata of arrays, and their chunks."""

        def value(self, key: str) -> bytes | None:
            """A value as a whole; None if there is none."""

        def size(self, key: str) -> int | None:
            """The bytes of a value that are there; None if there is none."""


class FolderStore:
    """Each key is a file."""

    def __init__(self, source: Source, folder: str) -> None:
        """The store in a folder of the model, which ends in `/`, or in the model's own."""
        self.source, self.folder = source, folder

    def value(self, key: str) -> bytes | None:
        """A file's content.

        Raises:
            RefusedFile: the limit `header_bytes` is exceeded.
        """
        if self.size(key) is None:
            return None
        with self.source.open_neighbour(f"{self.folder}{key}") as file:
            self.source.limits.require(Limit.HEADER_BYTES, file.size, f"the size of {key[:80]}")
            return file.head(file.size)

    def size(self, key: str) -> int | None:
        """A file's size."""
        found = self.source.neighbour(f"{self.folder}{key}")
        return None if found.path is None else found.size
