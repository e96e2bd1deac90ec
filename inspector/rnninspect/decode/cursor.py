"""A forward-only position in a source, which reads ahead in pieces."""

from __future__ import annotations

import struct

from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.source.source import Source

_PIECE = 1 << 18
WORD = struct.Struct("<I").unpack_from
_LONGEST_LINE = 1 << 16


class Cursor:
    """Reads a source from an offset; `data[at]` is the next byte if `at < len(data)`."""

    __slots__ = ("at", "base", "data", "source")

    def __init__(self, source: Source, offset: int = 0) -> None:
        self.source, self.base = source, offset
        self.data, self.at = b"", 0

    @property
    def offset(self) -> int:
        """Offset in the source."""
        return self.base + self.at

    @property
    def left(self) -> int:
        """Bytes up to the end."""
        return self.source.size - self.offset

    def take(self, length: int) -> bytes:
        """The next `length` bytes; UnreadableFile if fewer are left."""
        start = self.at
        stop = start + length
        if stop > len(self.data):
            self.fill(length)
            start, stop = 0, length
        self.at = stop
        return self.data[start:stop]

    def byte(self) -> int:
        """The next byte."""
        at = self.at
        if at >= len(self.data):
            self.fill(1)
            at = 0
        self.at = at + 1
        return self.data[at]

    def word(self) -> int:
        """The next four bytes as an unsigned little-endian number: the most frequent width."""
        at = self.at
        if at + 4 > len(self.data):
            return self.number(4)
        self.at = at + 4
        number: int = WORD(self.data, at)[0]
        return number

    def number(self, length: int) -> int:
        """The next bytes as an unsigned little-endian number."""
        return int.from_bytes(self.take(length), "little")

    def fill(self, length: int) -> None:
        """Buffer at least `length` bytes; UnreadableFile if fewer are left."""
        if length > self.left:
            raise UnreadableFile(
                f"truncated: {length} bytes expected at offset {self.offset}, {self.left} left",
                place=f"offset {self.offset}",
            )
        self.base, self.at = self.offset, 0
        self.data = self.source.read(self.base, max(length, min(_PIECE, self.left)))

    def skip(self, length: int) -> Source:
        """Skip bytes and return them as a source of their own, unread."""
        if length > self.left:
            self.fill(length)
        passed = self.source.window(self.offset, length)
        if self.at + length <= len(self.data):
            self.at += length
        else:
            self.base, self.at, self.data = self.offset + length, 0, b""
        return passed

    def line_length(self) -> int:
        """Bytes before the next newline; UnreadableFile if there is none."""
        found = self.data.find(b"\n", self.at)
        if found >= 0:
            return found - self.at
        start = self.offset
        while start < self.source.size:
            piece = self.source.read(start, min(_PIECE, self.source.size - start))
            found = piece.find(b"\n")
            if found >= 0:
                return start + found - self.offset
            start += len(piece)
            self.source.limits.require(Limit.HEADER_BYTES, start - self.offset, "a line")
        raise UnreadableFile(
            f"unterminated line at offset {self.offset}", place=f"offset {self.offset}"
        )

    def line(self) -> bytes:
        """The next line without its newline; UnreadableFile beyond 64 KiB."""
        start, end = self.at, self.data.find(b"\n", self.at)
        if 0 <= end - start <= _LONGEST_LINE:  # of nearly all lines
            self.at = end + 1
            return self.data[start:end]
        length = self.line_length()
        if length > _LONGEST_LINE:
            raise UnreadableFile(
                f"line of {length} bytes at offset {self.offset}", place=f"offset {self.offset}"
            )
        return self.take(length + 1)[:-1]
