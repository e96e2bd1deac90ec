"""The segments of ExecuTorch's files: data after the flatbuffer, found by a header inside of it.

The header follows the file identifier (schema/extended_header.h; flat_tensor_header.h for data
files): a magic, its length, and numbers of 64 bits.
"""

from __future__ import annotations

from rnninspect.decode.flatbuffers import UINT64
from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.flatbuffers import Tables
    from rnninspect.plugin import Source

_HEADER, _LENGTH = 8, 8  # where the header begins; bytes of its magic and its length
_PROGRAM, _DATA = b"eh00", b"FH01"
_BASE = {_PROGRAM: 1, _DATA: 2}  # which number is the place of the first segment
_NUMBERS = 4


class Segments(Record):
    """The segments of a file; without a header there are none.

    Attributes:
        base: where the first one begins.
        parts: offset from there, and size, of each.
        file_size: bytes of the whole file.
    """

    base: int
    parts: tuple[tuple[int, int], ...]
    file_size: int

    def held(self, number: int, offset: int, needed: int) -> int | None:
        """Bytes that are stored at an offset in a segment, of those needed; None without it."""
        if not 0 <= number < len(self.parts):
            return None
        start, size = self.parts[number]
        inside = min(size - offset, self.file_size - self.base - start - offset)
        return max(0, min(needed, inside))


def read_segments(source: Source, listed: Tables) -> Segments:
    """The segments of a file by its header and by the tables that list them."""
    head = source.head(_HEADER + _LENGTH + 8 * _NUMBERS)
    at = _BASE.get(head[_HEADER : _HEADER + len(_PROGRAM)])
    if at is None:
        return Segments(0, (), source.size)
    start = _HEADER + _LENGTH + 8 * at
    base = int.from_bytes(head[start : start + 8], "little")
    parts = tuple((part.integer(0, UINT64), part.integer(1, UINT64)) for part in listed)
    return Segments(base, parts, source.size)
