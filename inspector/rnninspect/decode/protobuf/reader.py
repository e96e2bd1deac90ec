"""Reads what a message is asked for: its fields by number, texts, repeated numbers."""

from __future__ import annotations

from rnninspect.decode.protobuf.found import KEPT_NUMBERS, Found
from rnninspect.decode.protobuf.numbers import LONGEST_VARINT, read_varint
from rnninspect.decode.protobuf.wire import FIXED32, FIXED64, LENGTH, VARINT, Walker
from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rnninspect.decode.protobuf.wire import Message
    from rnninspect.source.source import Source

_PIECE = 16 * 2**10
_OFTEN_REPEATED = 200  # names up to this length are kept once, however often they occur
_WIDTHS = {FIXED32: 4, FIXED64: 8}
_HIGH_BYTES = bytes(range(0x80, 0x100))


class WireReader(Walker):
    """Walks messages and reads of them what is asked for.

    Raises, wherever it reads: UnreadableFile for malformed bytes, with the offset;
    RefusedFile for more fields, text or deeper groups than the limits allow.
    """

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._names: dict[str, str] = {}
        self._texts = 0

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

    def held(self, data: bytes, base: int) -> tuple[dict[int, int], dict[int, list[bytes]]]:
        """The numbers and the parts, by field, of a small message that was read at an offset.

        Of a number that occurs again the last one; numbers of fixed size are passed over.
        """
        numbers: dict[int, int] = {}
        parts: dict[int, list[bytes]] = {}
        for number, kind, value, size in self._burst((data, base), base, base + len(data), []):
            if kind == VARINT:
                numbers[number] = value
            elif kind == LENGTH:
                start = value - base
                parts.setdefault(number, []).append(data[start : start + size])
        return numbers, parts

    def texts(self, found: Found, number: int) -> tuple[str, ...]:
        """The values of a repeated text."""
        return tuple(self.text(start, end - start) for start, end in found.spans(number))

    def last_text(self, found: Found, number: int) -> str:
        """The value of a text that occurs at most once; empty if it does not occur."""
        spans = found.spans(number)
        return self.text(spans[-1][0], spans[-1][1] - spans[-1][0]) if spans else ""

    def text(self, offset: int, length: int) -> str:
        """A string or a name; bytes that are not UTF-8 survive as surrogates."""
        return self.decoded(self.raw(offset, length))

    def decoded(self, encoded: bytes) -> str:
        """A string or a name that was read already, counted among those that are kept."""
        text = encoded.decode("utf-8", "surrogateescape")
        known = self._names.get(text)
        if known is not None:
            return known
        length = len(encoded)
        self.hold(length if text.isascii() else 4 * length)  # as it may take in memory
        if length <= _OFTEN_REPEATED:
            self._names[text] = text
        return text

    def all_decoded(self, encoded: Sequence[bytes]) -> list[str]:
        """Many names, as `decoded` gives each; at once where they are short, ASCII and new."""
        names = self._names
        joined = b"\n".join(encoded)
        texts = joined.decode("ascii").split("\n") if joined.isascii() else []
        found = dict(zip(texts, texts, strict=True))
        is_plain = len(texts) == len(found) == len(encoded) and names.keys().isdisjoint(found)
        if not is_plain or max(map(len, texts), default=0) > _OFTEN_REPEATED:
            return [self.decoded(each) for each in encoded]
        self.hold(len(joined) - len(texts) + 1)
        names.update(found)
        return texts

    def hold(self, length: int) -> None:
        """Count bytes of text that are kept in memory."""
        self._texts += length
        if self._texts > self.limits.header_bytes:
            self.limits.require(Limit.HEADER_BYTES, self._texts, "the text in the file")

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
        data = self.raw(offset, min(length, KEPT_NUMBERS * LONGEST_VARINT))
        values: list[int] = []
        index = 0
        while index < len(data) and len(values) < KEPT_NUMBERS:
            value, index = read_varint(data, index, offset, len(data))
            values.append(value)
        return values

    def count_varints(self, offset: int, length: int) -> int:
        """How many numbers a packed field has; reads it in pieces, without decoding."""
        count, last = 0, b""
        for start in range(offset, offset + length, _PIECE):
            last = self.source.read(start, min(_PIECE, offset + length - start))
            count += len(last.translate(None, _HIGH_BYTES))
        if last and last[-1] > 0x7F:
            raise UnreadableFile(
                f"packed numbers at offset {offset} end within a number", place=f"offset {offset}"
            )
        return count

    def count_fixed(self, found: Found, number: int, wire_type: int) -> int:
        """How many elements a repeated field of fixed size has, packed or not."""
        width, count = _WIDTHS[wire_type], found.dropped(number)
        for kind, value, size in found.entries(number):
            if kind == LENGTH and size % width:
                raise UnreadableFile(
                    f"{size} bytes at offset {value} are not packed numbers",
                    place=f"offset {value}",
                )
            count += size // width if kind == LENGTH else kind == wire_type
        return count
