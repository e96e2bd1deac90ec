"""SHA-256 of the files of a model, which reads them whole: only on request."""

from __future__ import annotations

from hashlib import sha256

from rnninspect.record import Record
from rnninspect.source.source import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.source.source import Source

PIECE = 2**20  # bytes read at once


class FileHash(Record):
    """One file of a model: its location, its size in bytes, and its SHA-256 in hexadecimal."""

    location: str
    bytes: int
    sha256: str


def file_hashes(source: Source) -> tuple[FileHash, ...]:
    """The hashes of the model's file and of the other files that it names, in the order found.

    None of a remote model, which would be fetched whole. The caller then makes sure that no file
    changed meanwhile (`Source.require_unchanged`).

    Raises:
        UnreadableFile: a file cannot be read.
    """
    return () if source.reading.opener.traffic else tuple(_each(source))


def _each(source: Source) -> Iterator[FileHash]:
    if not source.is_folder:
        yield _hash(source, source.location)
    for location in tuple(source.reading.companions):
        with opened(location, source.reading) as companion:
            yield _hash(companion, location)


def _hash(source: Source, location: str) -> FileHash:
    made = sha256(usedforsecurity=False)
    for offset in range(0, source.size, PIECE):
        made.update(source.read(offset, min(PIECE, source.size - offset)))
    return FileHash(location, source.size, made.hexdigest())
