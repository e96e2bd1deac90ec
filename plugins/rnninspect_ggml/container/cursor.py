"""Numbers and texts of a header, one after the other; what is skipped is hardly read."""

from __future__ import annotations

from struct import Struct, calcsize

from rnninspect.lean import lru_cache
from rnninspect.plugin import Limit, UnreadableFile, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_FIRST_PIECE, _LARGEST_PIECE = 4096, 1 << 18  # bytes that are read at once
_STRINGS_IN_A_STEP = 8
_STEPS_OF_A_PIECE = 8


@lru_cache(maxsize=64)
def _layout(codes: str) -> Struct:
    return Struct(codes)


class Cursor:
    """A place in the header of a file.

    Pieces grow while one follows the other, so that a short file costs one short read, and a text
    of a gigabyte that is skipped costs none of its bytes.
    """

    __slots__ = ("_at", "_data", "_next", "_piece", "_read", "_size", "_source", "_start", "order")

    def __init__(self, source: Source) -> None:
        self._source, self._size = source, source.size
        self._data, self._start, self._at = b"", 0, 0
        self._piece, self._read = _FIRST_PIECE, 0
        self.set_order("<")

    def set_order(self, order: str) -> None:
        """Choose the order of bytes: `<` little-endian, `>` big-endian."""
        self.order = order
        self._next = Struct(f"{order}Q").unpack_from

    @property
    def offset(self) -> int:
        """Where it is in the file."""
        return self._start + self._at

    def take(self, layout: str) -> tuple[int | float, ...]:
        """Numbers by their codes in `struct`; UnreadableFile if the file ends before."""
        reading = _layout(self.order + layout)
        at = self._need(reading.size)
        self._at = at + reading.size
        return reading.unpack_from(self._data, at)

    def unpack(self, reading: Struct) -> tuple[int, ...]:
        """The numbers of a layout that is used often."""
        at = self._need(reading.size)
        self._at = at + reading.size
        return reading.unpack_from(self._data, at)

    def length(self) -> int:
        """A number of 8 bytes: a length or a count."""
        at = self._need(8)
        self._at = at + 8
        number: int = self._next(self._data, at)[0]
        return number

    def text(self, what: str, longest: int) -> bytes:
        """A text as it is stored; UnreadableFile if it is longer than allowed or than the file."""
        length = self.length()
        if length > longest:
            fault = "truncated" if length <= self._size else "malformed"
            raise UnreadableFile(
                f"{fault}: {what} of {length} bytes at offset {self.offset - 8}",
                place=f"offset {self.offset - 8}",
            )
        return self.bytes(length)

    def bytes(self, length: int) -> bytes:
        """So many bytes; UnreadableFile if the file ends before."""
        at = self._need(length)
        self._at = at + length
        return self._data[at : at + length]

    def skip(self, length: int) -> None:
        """Go on by so many bytes; UnreadableFile if the file ends before."""
        target = self.offset + length
        if target > self._size:
            raise UnreadableFile(
                f"truncated: {length} bytes at offset {self.offset} in a file of {self._size}",
                place=f"offset {self.offset}",
            )
        if length <= len(self._data) - self._at:
            self._at += length
        else:
            self._data, self._start, self._at = b"", target, 0
            self._piece = _FIRST_PIECE

    def skip_numbers(self, code: str, count: int) -> None:
        """Go on by so many numbers of one code of `struct`."""
        self.skip(count * calcsize(f"={code}"))

    def skip_texts(self, count: int) -> None:
        """Go on by so many texts: a vocabulary has a hundred thousand."""
        if count > (self._size - self.offset) // 8:
            texts = plural(count, "string")
            raise UnreadableFile(
                f"truncated: {texts} at offset {self.offset} in a file of {self._size}",
                place=f"offset {self.offset}",
            )
        self._source.spend(Limit.STEPS, count // _STRINGS_IN_A_STEP)
        follow = self._next
        while count:
            at = self._need(8)
            data, last = self._data, len(self._data) - 8
            while count and at <= last:
                at += 8 + follow(data, at)[0]
                count -= 1
            if at <= len(data):
                self._at = at
            else:
                self._at = len(data)
                self.skip(at - len(data))

    def _need(self, length: int) -> int:
        """Have so many bytes in memory; where they begin in the piece."""
        if self._at + length > len(self._data):
            self._read_on(length)
        return self._at

    def _read_on(self, length: int) -> None:
        start = self.offset
        if start + length > self._size:
            raise UnreadableFile(
                f"truncated: {length} bytes at offset {start} in a file of {self._size}",
                place=f"offset {start}",
            )
        amount = min(max(length, self._piece), self._size - start)
        self._piece = min(8 * self._piece, _LARGEST_PIECE)
        self._read += amount
        self._source.spend(Limit.STEPS, _STEPS_OF_A_PIECE)
        self._source.limits.require(Limit.HEADER_BYTES, self._read, "the header")
        self._data, self._start, self._at = self._source.read(start, amount), start, 0
