"""Walks the fields of encoded messages, one window of the source at a time."""

from __future__ import annotations

from rnninspect.decode.protobuf.numbers import read_tag, read_varint
from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limit
from rnninspect.stored.tensor import IN_COLUMNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    from rnninspect.source.source import Source

VARINT, FIXED64, LENGTH, GROUP, END_GROUP, FIXED32 = range(6)  # the wire types

Span = tuple[int, int]
"""Where an encoded message starts, and where it ends."""

Message = tuple[Span, ...]
"""A message whose field occurs several times is the concatenation of them: protobuf merges."""

Field = tuple[int, int, int, int]
"""Field number, wire type, value (LENGTH: offset in the source), length of a LENGTH in bytes."""

_WINDOW = 16 * 2**10
_LONGEST_HEAD = 20  # bytes of a tag and a varint
_SHORT_FIELD = 512
_LONGEST_TEXT = 64 * 2**10
_PORTION = 4_000  # fields whose steps are spent at once
_FIXED_SIZES = {FIXED32: 4, FIXED64: 8}


class CutField(UnreadableFile):
    """A field that is longer than the message around it: the file is truncated or malformed."""

    def __init__(self, number: int, size: int, offset: int, end: int) -> None:
        super().__init__(
            f"field {number} at offset {offset} claims {size} bytes and passes the end of its "
            f"message at {end}: truncated?",
            place=f"offset {offset}",
        )
        self.number = number


class Passing:
    """The fields of a message; the caller may read some by itself and say where to go on."""

    __slots__ = ("_fields", "at")

    def __init__(self, fields: Generator[Field, int | None, object]) -> None:
        self._fields = fields
        self.at: int | None = None

    def __iter__(self) -> Passing:
        return self

    def __next__(self) -> Field:
        at, self.at = self.at, None
        return self._fields.send(at)

    def go_on(self, at: int) -> None:
        """Go on at an offset behind the last field, in the same span."""
        self.at = at


class Walker:
    """Walks the fields of messages in a source, of which one window is in memory."""

    def __init__(self, source: Source) -> None:
        self.source, self.limits = source, source.limits
        self._data, self._base, self._end = b"", 0, 0  # the window and where it is
        self._fields, self._portion = 0, source.reading.portion(Limit.FIELDS, _PORTION)
        self._settled = self._light = self._passed = 0

    @property
    def counted(self) -> int:
        """How many fields were counted so far."""
        return self._settled + self._fields + self._passed

    def whole(self) -> Message:
        """The source as one message."""
        return ((0, self.source.size),)

    def fields(self, message: Message) -> Generator[Field, int | None, int | None]:
        """The fields of a message in the order of the file; unknown groups are left out.

        After a field, `send(offset)` goes on at an offset behind it in the same span.
        """
        if len(message) == 1:
            start, end = message[0]
            window = self._load(start, end, end - start)
            if end <= window[1] + len(window[0]):
                return self._burst(window, start, end, [])
        return self._walk(message)

    def raw(self, offset: int, length: int) -> bytes:
        """A short run of bytes; UnreadableFile if it is too long for a name."""
        if self._base <= offset and offset + length <= self._end:
            start = offset - self._base
            return self._data[start : start + length]
        if length > _LONGEST_TEXT:
            raise UnreadableFile(
                f"a name of {length} bytes at offset {offset}", place=f"offset {offset}"
            )
        return self.source.read(offset, length)

    def passing(self, message: Message) -> Passing:
        """The fields of a message, of which the caller reads some by itself."""
        return Passing(self.fields(message))

    def window(self, offset: int, end: int) -> tuple[bytes, int]:
        """Bytes with a field at an offset, if it is short, and where they begin."""
        return self._load(offset, end, _SHORT_FIELD)

    def count(self, fields: int) -> None:
        """Count fields that the caller read by itself."""
        self._fields += fields
        if self._fields > self._portion:
            self._settle()

    def count_light(self, fields: int) -> None:
        """Count fields that the caller passed over: five as one, since they took less time."""
        whole, self._light = divmod(self._light + fields, IN_COLUMNS)
        self._passed += fields - whole
        self.count(whole)

    def _walk(self, message: Message) -> Generator[Field, int | None, None]:
        for start, end in message:
            offset, groups = start, list[int]()
            while offset < end:
                window = self._load(offset, end)
                offset = yield from self._burst(window, offset, end, groups)

    def _burst(  # noqa: C901 - written out: every field of every message passes here
        self, window: tuple[bytes, int], offset: int, end: int, groups: list[int]
    ) -> Generator[Field, int | None, int]:
        """The fields that begin in a window; returns where the next one begins."""
        data, base = window
        stop = min(len(data), end - base)
        last = stop - 1 if base + stop == end else stop - _LONGEST_HEAD
        index, count = offset - base, 0
        while index <= last:
            count += 1
            start, tag, index = index, data[index], index + 1
            if tag > 0x7F or tag < 8:
                tag, index = read_tag(data, start, base, stop)
            kind, size = tag & 7, 0
            if kind in (VARINT, LENGTH):
                value = data[index] if index < stop else 0x80
                index += 1
                if value > 0x7F:
                    value, index = read_varint(data, index - 1, base, stop)
                if kind == LENGTH:
                    size, value = value, base + index
                    if value + size > end:
                        raise CutField(tag >> 3, size, base + start, end)
            elif kind == FIXED32 and index + 4 <= stop:  # a checksum in each entry of a checkpoint
                value, index = int.from_bytes(data[index : index + 4], "little"), index + 4
            else:
                most = data[index : min(index + 8, stop)]
                value, used = self._other(tag, most, base + start, groups)
                index += used
            if not groups and kind != END_GROUP:
                following = yield tag >> 3, kind, value, size
                if following is not None:
                    index, size = following - base, 0
            index += size
        self._fields += count
        if self._fields > self._portion:
            self._settle()
        if groups and base + index >= end:
            raise UnreadableFile(f"unterminated group at offset {end}", place=f"offset {end}")
        return base + index

    def _settle(self) -> None:
        """Spend what the fields since the last time cost: a step each."""
        self.source.spend(Limit.FIELDS, self._fields)
        self.source.spend(Limit.STEPS, self._fields)
        self._settled += self._fields
        self._fields, self._portion = 0, self.source.reading.portion(Limit.FIELDS, _PORTION)

    def _other(self, tag: int, following: bytes, offset: int, groups: list[int]) -> tuple[int, int]:
        """Value and length of a field of fixed size; a group's bracket has neither."""
        kind, number = tag & 7, tag >> 3
        if size := _FIXED_SIZES.get(kind, 0):
            if size > len(following):
                raise CutField(number, size, offset, offset + 1 + len(following))
            return int.from_bytes(following[:size], "little"), size
        if kind == GROUP:
            groups.append(number)
            self.limits.require(
                Limit.NESTING, len(groups), f"the depth of groups at offset {offset}"
            )
        elif kind != END_GROUP or not groups or groups.pop() != number:
            raise UnreadableFile(
                f"tag {tag:#x} at offset {offset} does not start a field", place=f"offset {offset}"
            )
        return 0, 0

    def _load(self, offset: int, end: int, needed: int = _LONGEST_HEAD) -> tuple[bytes, int]:
        """A window with the bytes needed at an offset, at most a whole one, and where it begins."""
        if not self._base <= offset <= self._end - min(needed, end - offset, _WINDOW):
            self._data = self.source.read(offset, min(_WINDOW, self.source.size - offset))
            self._base, self._end = offset, offset + len(self._data)
        return self._data, self._base
