"""Lists of paths that another program has written: a line each, or each ended by a NUL."""

from __future__ import annotations

import os

from rnninspect.errors import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

LONGEST = 2**16  # bytes of one path
_START = 2**13  # bytes that are waited for, longer than a path
_PIECE = 2**16


def paths_in(stream: BinaryIO) -> Iterator[str]:
    """The paths of a list as they come; a NUL near its start makes it a list of those.

    Empty lines are skipped.

    Raises:
        UnreadableFile: one is longer than any path.
    """
    rest = stream.read(_START)
    separator = b"\0" if b"\0" in rest else b"\n"
    while piece := stream.read1(_PIECE):  # type: ignore[attr-defined] # of all buffered streams
        *paths, rest = (rest + piece).split(separator)
        yield from filter(None, (_decoded(path, separator) for path in paths))
        if len(rest) > LONGEST:
            raise UnreadableFile(f"not a list of paths: one is longer than {LONGEST:,} bytes")
    yield from filter(None, (_decoded(path, separator) for path in rest.split(separator)))


def _decoded(path: bytes, separator: bytes) -> str:
    return os.fsdecode(path if separator == b"\0" else path.removesuffix(b"\r"))
