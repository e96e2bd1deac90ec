"""Reads the small files that rnninspect shares with its users: policies, baselines, model cards."""

from __future__ import annotations

from rnninspect.errors import UnreadableFile
from rnninspect.source.source import open_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

LARGEST = 1_000_000  # bytes


def read_document(path: str | PathLike[str]) -> bytes:
    """All bytes of a regular file, without waiting for a pipe or filling memory from a device.

    Raises:
        UnreadableFile: it cannot be opened, is not a regular file, or is larger than LARGEST.
    """
    with open_source(path) as source:
        if source.is_folder:
            raise UnreadableFile("a folder, not a file")
        require_small(source.size)
        return source.read(0, source.size)


def require_small(size: int) -> None:
    """UnreadableFile if a document of this size would not be read."""
    if size > LARGEST:
        raise UnreadableFile(f"too large: {size:,} bytes, at most {LARGEST:,} are read")
