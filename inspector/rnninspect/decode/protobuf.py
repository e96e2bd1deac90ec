"""Protocol Buffers' wire format, field by field, over a Source (https://protobuf.dev/programming-guides/encoding).

A payload is passed over by its length and never read; of the rest only a small window is held at a
time, so that neither time nor memory grows with the weights. A memory map would do the same, but a
file that is cut while it is mapped kills the process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnninspect.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from rnninspect.source import Source

VARINT, FIXED64, LENGTH, GROUP, END_GROUP, FIXED32 = range(6)  # the wire types

Span = tuple[int, int]
"""Where an encoded message starts, and where it ends."""

Message = tuple[Span, ...]
"""A message whose field occurs several times is the concatenation of them: protobuf merges."""

Field = tuple[int, int, int, int]
"""Field number, wire type, value (LENGTH: offset in the source), length of a LENGTH in bytes."""

KEPT_NUMBERS = 64  # of a repeated number that is not packed, and the last one

_WINDOW = 16 * 2**10
_OFTEN_REPEATED = 200  # names up to this length are held once, however often they occur
_LONGEST_TEXT = 64 * 2**10
_LONGEST_HEAD = 20  # bytes of a tag and a varint
_LONGEST_VARINT, _LONGEST_TAG = 10, 5
_FIXED_SIZES = {FIXED32: 4, FIXED64: 8}
_HIGH_BYTES = bytes(range(0x80, 0x100))


class CutField(UnreadableFile):
    """A field that is longer than the message around it: the file is cut off, or lies."""

    def __init__(self, number: int, size: int, offset: int, end: int) -> None:
        super().__init__(
            f"field {number} at offset {offset} claims {size} bytes and passes the end of its "
            f"message at {end}: truncated?"
        )
        self.number = number


class Found:
    """The wanted fields of one message, by number, in the order of the file.

    An entry is wire type, value, length, as in a Field. Of numbers that are not packed only the
    first and the last are kept: a list of weights that is written so takes no memory.
    """

    __slots__ = ("_dropped", "_entries")

    def __init__(self, entries: dict[int, list[tuple[int, int, int]]]) -> None:
        self._entries = entries
        self._dropped: dict[int, int] = {}

    def add_again(self, number: int, kind: int, value: int, size: int) -> None:
        """Note one more occurrence of a field."""
        entries = self._entries[number]
        if kind == LENGTH or len(entries) <= KEPT_NUMBERS:
            entries.append((kind, value, size))
        else:
            entries[-1] = (kind, value, size)
            self._dropped[number] = self._dropped.get(number, 0) + 1

    def numbers(self) -> AbstractSet[int]:
        """The fields that occur."""
        return self._entries.keys()

    def entries(self, number: int) -> Sequence[tuple[int, int, int]]:
        """Wire type, value and length of each occurrence that was kept."""
        return self._entries.get(number, ())

    def spans(self, number: int) -> Sequence[Span]:
        """Where each occurrence of a message or a text lies."""
        entries = self._entries.get(number)
        if entries is None:
            return ()
        return [(value, value + size) for kind, value, size in entries if kind == LENGTH]

    def message(self, number: int) -> Message:
        """A message that occurs at most once, else merged; empty if it does not occur."""
        return tuple(self.spans(number))

    def number(self, number: int, wire_type: int = VARINT) -> int | None:
        """The value of a field that occurs at most once: the last one counts."""
        for kind, value, _ in reversed(self._entries.get(number, ())):
            if kind == wire_type:
                return value
        return None

    def dropped(self, number: int) -> int:
        """How many single numbers were not kept."""
        return self._dropped.get(number, 0)


class WireReader:
    """Walks the fields of messages that lie in a source; holds one window of it.

    Raises, wherever it reads: UnreadableFile for bytes that are no wire format, with the offset;
    RefusedFile for more fields or deeper groups than the limits allow.
    """

    def __init__(self, source: Source) -> None:
        self.source, self.limits = source, source.limits
        self._data, self._base = b"", 0
        self._names: dict[bytes, str] = {}
        self._texts = 0
        self._fields = 0

    def whole(self) -> Message:
        """The source as one message."""
        return ((0, self.source.size),)

    def fields(self, message: Message) -> Iterator[Field]:
        """The fields of a message in the order of the file; unknown groups are left out."""
        if len(message) == 1:
            start, end = message[0]
            window = self._load(start, end)
            if end <= window[1] + len(window[0]):
                return self._burst(window, start, end, [])
        return self._walk(message)

    def collect(self, message: Message, wanted: Collection[int]) -> Found:
        """The fields of these numbers."""
        entries: dict[int, list[tuple[int, int, int]]] = {}
        found = Found(entries)
        for number, kind, value, size in self.fields(message):
            if number in wanted:
                if number in entries:
                    found.add_again(number, kind, value, size)
                else:
                    entries[number] = [(kind, value, size)]
        return found

    def texts(self, found: Found, number: int) -> tuple[str, ...]:
        """The values of a repeated text."""
        return tuple(self.text(start, end - start) for start, end in found.spans(number))

    def last_text(self, found: Found, number: int) -> str:
        """The value of a text that occurs at most once; empty if it does not occur."""
        spans = found.spans(number)
        return self.text(spans[-1][0], spans[-1][1] - spans[-1][0]) if spans else ""

    def text(self, offset: int, length: int) -> str:
        """A string or a name; bytes that are not UTF-8 survive as surrogates."""
        encoded = self.raw(offset, length)
        known = self._names.get(encoded)
        if known is not None:
            return known
        text = encoded.decode("utf-8", "surrogateescape")
        self._texts += length if text.isascii() else 4 * length  # as it may take in memory
        self.limits.require("header_bytes", self._texts, "the text in the file")
        if length <= _OFTEN_REPEATED:
            self._names[encoded] = text
        return text

    def raw(self, offset: int, length: int) -> bytes:
        """A short run of bytes; UnreadableFile if it is too long for a name."""
        start = offset - self._base
        if start >= 0 and start + length <= len(self._data):
            return self._data[start : start + length]
        if length > _LONGEST_TEXT:
            raise UnreadableFile(f"a name of {length} bytes at offset {offset}")
        return self.source.read(offset, length)

    def integers(self, found: Found, number: int) -> tuple[list[int], int]:
        """The first KEPT_NUMBERS of a repeated number, as unsigned, and how many there are."""
        values: list[int] = []
        count = found.dropped(number)
        for kind, value, size in found.entries(number):
            if kind == VARINT:
                values.append(value)
                count += 1
            elif kind == LENGTH:
                values += self.varints(value, size)
                count += self.count_varints(value, size)
        return values[:KEPT_NUMBERS], count

    def varints(self, offset: int, length: int) -> list[int]:
        """The first KEPT_NUMBERS of a packed field, as unsigned 64-bit values."""
        data = self.raw(offset, min(length, KEPT_NUMBERS * _LONGEST_VARINT))
        values: list[int] = []
        index = 0
        while index < len(data) and len(values) < KEPT_NUMBERS:
            value, index = _varint(data, index, offset, len(data))
            values.append(value)
        return values

    def count_varints(self, offset: int, length: int) -> int:
        """How many numbers a packed field holds; reads it in pieces, without decoding."""
        count, last = 0, b""
        for start in range(offset, offset + length, _WINDOW):
            last = self.source.read(start, min(_WINDOW, offset + length - start))
            count += len(last.translate(None, _HIGH_BYTES))
        if last and last[-1] > 0x7F:
            raise UnreadableFile(f"packed numbers at offset {offset} end inside a number")
        return count

    def count_fixed(self, found: Found, number: int, wire_type: int) -> int:
        """How many elements a repeated field of fixed size has, packed or not."""
        width, count = _FIXED_SIZES[wire_type], found.dropped(number)
        for kind, value, size in found.entries(number):
            if kind == LENGTH and size % width:
                raise UnreadableFile(f"{size} bytes at offset {value} are no packed numbers")
            count += size // width if kind == LENGTH else kind == wire_type
        return count

    def _walk(self, message: Message) -> Iterator[Field]:
        for start, end in message:
            offset, groups = start, list[int]()
            while offset < end:
                window = self._load(offset, end)
                offset = yield from self._burst(window, offset, end, groups)

    def _burst(
        self, window: tuple[bytes, int], offset: int, end: int, groups: list[int]
    ) -> Generator[Field, None, int]:
        """The fields that begin in a window; returns where the next one begins."""
        data, base = window
        stop = min(len(data), end - base)
        last = stop - 1 if base + stop == end else stop - _LONGEST_HEAD
        index, count = offset - base, 0
        while index <= last:
            count += 1
            start = index
            tag = data[index]
            index += 1
            if tag > 0x7F or tag < 8:
                tag, index = _tag(data, start, base, stop)
            kind, size = tag & 7, 0
            if kind in (VARINT, LENGTH):
                value = data[index] if index < stop else 0x80
                index += 1
                if value > 0x7F:
                    value, index = _varint(data, index - 1, base, stop)
                if kind == LENGTH:
                    size, value = value, base + index
                    if value + size > end:
                        raise CutField(tag >> 3, size, base + start, end)
            else:
                following = data[index : min(index + 8, stop)]
                value, used = self._other(tag, following, base + start, groups)
                index += used
            if not groups and kind != END_GROUP:
                yield tag >> 3, kind, value, size
            index += size
        self._fields += count
        self.limits.require("fields", self._fields)
        if groups and base + index >= end:
            raise UnreadableFile(f"a group is still open at offset {end}")
        return base + index

    def _other(self, tag: int, following: bytes, offset: int, groups: list[int]) -> tuple[int, int]:
        """Value and length of a field of fixed size; a group's bracket has neither."""
        kind, number = tag & 7, tag >> 3
        if size := _FIXED_SIZES.get(kind, 0):
            if size > len(following):
                raise CutField(number, size, offset, offset + 1 + len(following))
            return int.from_bytes(following[:size], "little"), size
        if kind == GROUP:
            groups.append(number)
            self.limits.require("nesting", len(groups), f"groups at offset {offset}")
        elif kind != END_GROUP or not groups or groups.pop() != number:
            raise UnreadableFile(f"tag {tag:#x} at offset {offset} opens no field")
        return 0, 0

    def _load(self, offset: int, end: int) -> tuple[bytes, int]:
        """A window that holds what may be a field's head at the offset, and where it begins."""
        held = self._base + len(self._data)
        if not self._base <= offset <= held - min(_LONGEST_HEAD, end - offset):
            self._data = self.source.read(offset, min(_WINDOW, self.source.size - offset))
            self._base = offset
        return self._data, self._base


def signed(value: int) -> int:
    """An int64 field's value from its varint."""
    return value - (1 << 64) if value >> 63 else value


def signed32(value: int) -> int:
    """An int32 field's value from its varint, of which protobuf keeps the low 32 bits."""
    low = value & 0xFFFFFFFF
    return low - (1 << 32) if low >> 31 else low


def _tag(data: bytes, index: int, base: int, stop: int) -> tuple[int, int]:
    tag, end = _varint(data, index, base, stop)
    if tag < 8 or tag >> 32 or end - index > _LONGEST_TAG:
        raise UnreadableFile(f"no field number at offset {base + index}")
    return tag, end


def _varint(data: bytes, index: int, base: int, stop: int) -> tuple[int, int]:
    value = shift = 0
    for position in range(index, min(stop, index + _LONGEST_VARINT)):
        byte = data[position]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, position + 1
        shift += 7
    what = "passes the end of its message" if stop - index < _LONGEST_VARINT else "never ends"
    raise UnreadableFile(f"a number at offset {base + index} {what}")
