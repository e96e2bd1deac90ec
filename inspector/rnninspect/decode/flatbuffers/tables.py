"""Tables and vectors of a FlatBuffers buffer; nothing is read before it is asked for."""

from __future__ import annotations

from struct import Struct

from rnninspect.decode.flatbuffers.pages import Pages
from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.source.source import Source

BOOL, INT8, UINT8, INT16, UINT16 = (Struct(f"<{code}") for code in "?bBhH")
INT32, UINT32, INT64, UINT64, FLOAT32, FLOAT64 = (Struct(f"<{code}") for code in "iIqQfd")
_OFFSET = UINT32.size
_IDENTIFIER = slice(4, 8)
_TEXT = "a string"
_LONGEST_TEXT = 64 * 2**10


class FlatBuffer:
    """A buffer that fills a source.

    Attributes:
        identifier: the file identifier, four bytes; fewer if the file is shorter.
        pages: the bytes, for parts that are no table (structs).
    """

    __slots__ = ("identifier", "pages")

    def __init__(self, source: Source) -> None:
        self.pages = Pages(source)
        self.identifier = source.head(_IDENTIFIER.stop)[_IDENTIFIER]

    def root(self) -> Table:
        """The outermost table; UnreadableFile if there is none."""
        return Table(self.pages, self.pages.follow(0, "the root table"), 0)


class Table:
    """A table whose fields are asked for by slot; a slot without a field has the default.

    Raises, wherever it reads: UnreadableFile for an offset, a vtable or a length that leads out of
    the buffer; RefusedFile for tables deeper within each other than the limit `nesting`, or where
    the model costs more than `steps`.

    Attributes:
        offset: where it begins, which identifies it.
    """

    __slots__ = ("_depth", "_fields", "_pages", "offset")

    def __init__(self, pages: Pages, offset: int, depth: int) -> None:
        if depth > pages.deepest:
            pages.source.limits.require(Limit.NESTING, depth, "the depth of tables")
        self._pages, self.offset, self._depth = pages, offset, depth
        self._fields = pages.fields(offset)

    def place(self, slot: int) -> int | None:
        """Where a field is stored, such as a struct; None if it is not."""
        fields = self._fields
        distance = fields[slot] if slot < len(fields) else 0
        return self.offset + distance if distance else None

    def integer(self, slot: int, kind: Struct, default: int = 0) -> int:
        """A whole number or an enum: `table.integer(3, INT32)`."""
        fields = self._fields
        distance = fields[slot] if slot < len(fields) else 0
        return self._pages.number(self.offset + distance, kind) if distance else default

    def flag(self, slot: int, *, default: bool = False) -> bool:
        """A bool."""
        place = self.place(slot)
        return default if place is None else self._pages.number(place, UINT8) != 0

    def real(self, slot: int, kind: Struct = FLOAT32, default: float = 0.0) -> float:
        """A floating-point number."""
        place = self.place(slot)
        return default if place is None else self._pages.real(place, kind)

    def text(self, slot: int) -> str | None:
        """A string; None if there is none. It may have 64 KiB."""
        place = self.place(slot)
        return None if place is None else text_at(self._pages, self._pages.follow(place, _TEXT))

    def table(self, slot: int) -> Table | None:
        """A table, also that of a union, whose type is in the slot before; None if absent."""
        place = self.place(slot)
        if place is None:
            return None
        return Table(self._pages, self._pages.follow(place, "a table"), self._depth + 1)

    def numbers(self, slot: int, kind: Struct) -> Numbers:
        """A vector of numbers, which is empty if it is absent."""
        place = self.place(slot)
        if place is None:
            return Numbers(self._pages, 0, 0, kind)
        return numbers_at(self._pages, self._pages.follow(place, "a vector"), kind)

    def tables(self, slot: int) -> Tables:
        """A vector of tables, which is empty if it is absent."""
        return Tables(self._pages, *self._references(slot), self._depth + 1)

    def texts(self, slot: int) -> Texts:
        """A vector of strings, which is empty if it is absent."""
        return Texts(self._pages, *self._references(slot))

    def _references(self, slot: int) -> tuple[int, int]:
        place = self.place(slot)
        return (0, 0) if place is None else self._pages.vector(place, _OFFSET, "a vector")


class Numbers:
    """A vector of numbers in the buffer.

    Attributes:
        offset: where the first one is stored; 0 if the vector is absent.
    """

    __slots__ = ("_count", "_kind", "_pages", "offset")

    def __init__(self, pages: Pages, offset: int, count: int, kind: Struct) -> None:
        self._pages, self.offset, self._count, self._kind = pages, offset, count, kind

    def __len__(self) -> int:
        """How many numbers it has."""
        return self._count

    @property
    def bytes(self) -> int:
        """How many bytes they take."""
        return self._count * self._kind.size

    def integers(self, most: int | None = None) -> tuple[int, ...]:
        """All whole numbers, or the first `most`; RefusedFile if they take `header_bytes`."""
        values: tuple[int, ...] = self._unpacked(most)
        return values

    def reals(self, most: int | None = None) -> tuple[float, ...]:
        """All floating-point numbers, or the first `most`."""
        values: tuple[float, ...] = self._unpacked(most)
        return values

    def _unpacked(self, most: int | None) -> tuple[int, ...]:
        count = self._count if most is None else min(most, self._count)
        if not count:
            return ()
        length = count * self._kind.size
        self._pages.source.limits.require(Limit.HEADER_BYTES, length, "a vector")
        self._pages.spend(count >> 3)
        data = self._pages.run(self.offset, length, "a vector")
        return Struct(f"<{count}{self._kind.format[1:]}").unpack(data)


class Tables:
    """A vector of tables in the buffer; an item is read when it is asked for.

    Attributes:
        pages: the bytes of the buffer.
        start: where the offset of the first one is stored; 0 if the vector is absent.
    """

    __slots__ = ("_count", "_depth", "pages", "start")

    def __init__(self, pages: Pages, count: int, start: int, depth: int) -> None:
        self.pages, self._count, self.start, self._depth = pages, count, start, depth

    def __len__(self) -> int:
        """How many tables it has."""
        return self._count

    def __getitem__(self, index: int) -> Table:
        """One table; UnreadableFile if the index, which another part of the file gave, is wrong."""
        if not 0 <= index < self._count:
            raise UnreadableFile(f"index {index} is out of range: there are {self._count} tables")
        place = self.start + _OFFSET * index
        return Table(self.pages, self.pages.follow(place, "a table"), self._depth)

    def __iter__(self) -> Iterator[Table]:
        """All tables in order."""
        for index in range(self._count):
            yield self[index]


class Texts:
    """A vector of strings in the buffer."""

    __slots__ = ("_count", "_pages", "_start")

    def __init__(self, pages: Pages, count: int, start: int) -> None:
        self._pages, self._count, self._start = pages, count, start

    def __len__(self) -> int:
        """How many strings it has."""
        return self._count

    def __iter__(self) -> Iterator[str]:
        """All strings in order."""
        for index in range(self._count):
            self._pages.spend(1)
            place = self._start + _OFFSET * index
            yield text_at(self._pages, self._pages.follow(place, _TEXT))


def numbers_at(pages: Pages, offset: int, kind: Struct) -> Numbers:
    """The vector of numbers at an offset."""
    count, start = pages.items(offset, kind.size, "a vector")
    return Numbers(pages, start, count, kind)


def text_at(pages: Pages, offset: int) -> str:
    """The string at an offset; it may have 64 KiB."""
    length, start = pages.items(offset, 1, _TEXT)
    if length > _LONGEST_TEXT:
        raise UnreadableFile(
            f"a string of {length} bytes at offset {start}", place=f"offset {start}"
        )
    return pages.text(start, length)
