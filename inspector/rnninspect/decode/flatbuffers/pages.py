"""The bytes of a buffer, of which small pages are kept: tables lie scattered between weights."""

from __future__ import annotations

from struct import Struct

from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limit
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.source.source import Source

_PAGE_BITS = 12
_PAGE = 1 << _PAGE_BITS
WITHIN = _PAGE - 1  # the bits of an offset that are its place in a page
_WIDEST = 8  # bytes of a number: a page reaches that far into the next one
_MOST_PAGES = 1_024  # that are kept: 4 MiB
_STEPS_OF_A_PAGE = 6
_MOST_SLOTS = 64  # of a table; no schema that is read here has more
STEPS_OF_A_TABLE = 4
_PORTION = 4_000  # steps that are spent at once
_MOST_VTABLES = 20_000
_SIGNED, _UNSIGNED, _PAIR = Struct("<i"), Struct("<I"), Struct("<HH")


class Pages:
    """Numbers and runs of bytes of a buffer, all checked against its end.

    Raises, wherever it reads: UnreadableFile for what is beyond the end, with the offset;
    RefusedFile where the model costs more steps than the limits allow.
    """

    __slots__ = ("_kept", "_most_text", "_steps", "_texts", "_vtables", "deepest", "size", "source")

    def __init__(self, source: Source) -> None:
        self.source, self.size = source, source.size
        self.deepest, self._most_text = source.limits.nesting, source.limits.header_bytes
        self._kept: dict[int, bytes] = {}
        self._vtables: dict[int, tuple[int, ...]] = {}
        self._steps = self._texts = 0

    def number(self, offset: int, kind: Struct, what: str = "a field") -> int:
        """A whole number at an offset."""
        if offset < 0 or offset + kind.size > self.size:
            self.require(offset, kind.size, what)
        number = offset >> _PAGE_BITS
        try:  # as `page` does, without a call, since no other function is called as often
            page = self._kept[number]
        except KeyError:
            page = self._load(number)
        value: int = kind.unpack_from(page, offset & WITHIN)[0]
        return value

    def real(self, offset: int, kind: Struct) -> float:
        """A floating-point number at an offset."""
        value: float = self.number(offset, kind)
        return value

    def run(self, offset: int, length: int, what: str) -> bytes:
        """A run of bytes, which the caller has found to be short enough."""
        if offset < 0 or offset + length > self.size:
            self.require(offset, length, what)
        index = offset & WITHIN
        if index + length <= _PAGE:
            return self.page(offset)[index : index + length]
        self.spend(_STEPS_OF_A_PAGE + (length >> _PAGE_BITS))
        return self.source.read(offset, length)

    def text(self, offset: int, length: int) -> str:
        """A string; bytes that are not UTF-8 survive as surrogates."""
        text = self.run(offset, length, "a string").decode("utf-8", "surrogateescape")
        self._texts += length if text.isascii() else 4 * length  # as it may take in memory
        if self._texts > self._most_text:
            self.source.limits.require(Limit.HEADER_BYTES, self._texts, "the text in the file")
        return text

    def page(self, offset: int) -> bytes:
        """The page that an offset is in, with a few bytes of the next one."""
        number = offset >> _PAGE_BITS
        try:
            return self._kept[number]
        except KeyError:
            return self._load(number)

    def follow(self, offset: int, what: str) -> int:
        """Where the offset that is stored at an offset points to."""
        return self.target(offset, self.number(offset, _UNSIGNED, what), what)

    def target(self, offset: int, distance: int, what: str) -> int:
        """Where the distance that is stored at an offset leads to."""
        if not distance:
            raise UnreadableFile(
                f"the offset of {what} at offset {offset} is zero", place=f"offset {offset}"
            )
        if offset + distance + _UNSIGNED.size > self.size:
            self.require(offset + distance, _UNSIGNED.size, what)
        return offset + distance

    def vector(self, offset: int, item: int, what: str) -> tuple[int, int]:
        """Number of items and place of the first one, of a vector whose items are so wide."""
        return self.items(self.follow(offset, what), item, what)

    def items(self, start: int, item: int, what: str) -> tuple[int, int]:
        """Number of items and place of the first one, of the vector at an offset."""
        count = self.number(start, _UNSIGNED, what)
        first = start + _UNSIGNED.size
        if first + count * item > self.size:
            self.require(first, count * item, f"{what} of {plural(count, 'item')}")
        return count, first

    def fields(self, offset: int) -> tuple[int, ...]:
        """The place of each field within the table at an offset; 0 where it has none."""
        self.spend(STEPS_OF_A_TABLE)
        vtable = offset - self.number(offset, _SIGNED, "a table")
        known = self._vtables.get(vtable)
        if known is None:
            known = self._read_vtable(vtable, offset)
            if len(self._vtables) < _MOST_VTABLES:
                self._vtables[vtable] = known
        return known

    def _read_vtable(self, vtable: int, offset: int) -> tuple[int, ...]:
        place = f"the vtable of the table at offset {offset}"
        self.require(vtable, _PAIR.size, place)
        size = int.from_bytes(self.run(vtable, 2, place), "little")
        if size < _PAIR.size or size % 2:
            raise UnreadableFile(f"{place} has {size} bytes")
        self.require(vtable, size, place)
        count = min(size // 2 - 2, _MOST_SLOTS)
        self.spend(count >> 2)
        data = self.run(vtable + _PAIR.size, 2 * count, place)
        return Struct(f"<{count}H").unpack(data)

    def require(self, offset: int, length: int, what: str) -> None:
        """UnreadableFile unless these bytes are within the buffer."""
        if offset < 0 or offset + length > self.size:
            raise UnreadableFile(
                f"{what} at offset {offset} is beyond the end at {self.size}: truncated?",
                place=f"offset {offset}",
            )

    def spend(self, steps: int) -> None:
        """Count work; it is spent in portions, since to spend a step costs more than a step."""
        self._steps += steps
        if self._steps > _PORTION:
            self.source.spend(Limit.STEPS, self._steps)
            self._steps = 0

    def _load(self, number: int) -> bytes:
        """A page, with a few bytes of the next one."""
        self.spend(_STEPS_OF_A_PAGE)
        if len(self._kept) >= _MOST_PAGES:
            self._kept.clear()
        start = number << _PAGE_BITS
        page = self._kept[number] = self.source.read(start, min(_PAGE + _WIDEST, self.size - start))
        return page
