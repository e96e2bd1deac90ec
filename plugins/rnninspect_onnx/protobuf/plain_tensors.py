"""Recognises plain tensors without a message for each: their parts in the order of protobuf.

A plain tensor has dims, a type, perhaps a name, and its data in one place: in `raw_data`, in a
short packed field of its type, or in another file by location, offset and length, in decimals as
they are written. Whatever is unusual in its encoding is left to the decoder. The numbers in this
module are the tags of TensorProto and StringStringEntryProto: field number and wire type.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import LENGTH, LONGEST_VARINT, VARINT, signed
from rnninspect.plugin import Record, UnreadableFile
from rnninspect_onnx.protobuf.initializers import TensorKind
from rnninspect_onnx.protobuf.payload import TYPED_FIELDS, payload_bytes
from rnninspect_onnx.protobuf.tensor_decoder import (
    FLOAT_DATA,
    INT32_DATA,
    INT64_DATA,
    INTEGER_SIZES,
    REAL_SIZE,
)
from rnninspect_onnx.protobuf.tensor_messages import KEPT_AXES, KEPT_INTEGERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Span, WireReader

_DIM, _DIMS, _NAME, _RAW, _ENTRY = 0x08, 0x0A, 0x42, 0x4A, 0x6A
_NUMBERS = {field << 3 | LENGTH: field for field in (FLOAT_DATA, INT32_DATA, INT64_DATA)}
_IS_EXTERNAL = b"\x70\x01"
_LOCATION = b"\x0a\x08location\x12"
SHORT = 0x7F  # the longest length of one byte
_LONGEST_LENGTH = 5  # bytes of a length
_LONGEST_NUMBER = 18  # decimals
_MOST_KNOWN = 1_000  # lengths that are kept, since they occur again
_ZERO = b"0"[0]
_OFFSETS, _LENGTHS = (  # what precedes a number of so many decimals in its entry
    tuple(b"\x6a%c\x0a\x06%b\x12%c" % (size + 10, key, size) for size in range(_LONGEST_NUMBER + 1))
    for key in (b"offset", b"length")
)
_EXTERNAL_FIELDS = 10  # three entries, each with a key and a value, and that there are some
_HIGH_BYTES = bytes(range(0x80, 0x100))

Plain = tuple[TensorKind, bytes, int, int, bytes, int]
"""Kind, name, payload, length and numbers, as `Initializers` has them; fields of the decoder."""


class _Head(Record):
    """What precedes the data or the name.

    Attributes:
        kind: of tensors with these dims, this type, and their data in raw_data.
        fields: how many fields that is.
        width: bytes of an integer whose value may be asked for, else 0.
        walks: how often the decoder passes over the fields.
        variants: kinds with their data elsewhere, and the bytes they have in memory.
    """

    kind: TensorKind
    fields: int
    width: int
    walks: int
    variants: dict[object, tuple[TensorKind, int]]


class PlainTensors:
    """Recognises the plain tensors of one file."""

    def __init__(self, wire: WireReader) -> None:
        self._wire = wire
        self._known: dict[bytes, _Head] = {}
        self._locations: dict[bytes, str] = {}
        self._lengths: dict[bytes, int] = {}

    def read(self, data: bytes, base: int, start: int, end: int) -> Plain | None:
        """The tensor from `start` to `end`, of which some is in a window; None if it is not plain.

        IndexError if too little of it is in the window.
        """
        index = _after_dims(data, start) + 2
        head = self._known.get(data[start:index]) or self._learned(data, base, start, index)
        if head is None:
            return None
        name, tag, fields = b"", data[index], head.fields + 1
        typed: bytes | None = None
        if tag in _NUMBERS and data[index + 1] <= SHORT:
            typed = data[index + 2 : index + 2 + data[index + 1]]
            index += 2 + data[index + 1]
        if data[index] == _NAME and data[index + 1] <= SHORT and index < end:
            start, index = index + 2, index + 2 + data[index + 1]
            name = data[start:index]
            fields += 1
        if data[index] == _RAW and typed is None:
            length, payload = length_at(data, index + 1)
            if payload + length != end:
                return None
            few = head.width and 0 < length <= KEPT_INTEGERS * head.width
            numbers = self._wire.raw(base + payload, length) if few else b""
            return head.kind, name, base + payload, length, numbers, head.walks * fields
        if typed is not None:
            return self._typed(head, tag, typed, name, fields) if index == end else None
        return self._external(data, index, end, head, name, fields)

    def _typed(self, head: _Head, tag: int, part: bytes, name: bytes, fields: int) -> Plain | None:
        """A tensor with nothing but a typed field."""
        field, size = _NUMBERS[tag], head.kind.element_type
        if field != TYPED_FIELDS.get(size):
            return None
        count = len(part) // REAL_SIZE if field == FLOAT_DATA else _count(part)
        if not count or (field == FLOAT_DATA and len(part) % REAL_SIZE):
            return None
        kind, length = head.variants.get((field, count)) or self._variant(head, (field, count))
        kept = head.width or (field == FLOAT_DATA and count == 1)
        return kind, name, 0, length, part if kept else b"", fields

    def _variant(self, head: _Head, typed: tuple[int, int]) -> tuple[TensorKind, int]:
        kind = head.kind._replace(typed=typed)
        length = payload_bytes(kind.tensor("", 0, (0, 0), b"")) or 0
        head.variants[typed] = kind, length
        return kind, length

    def _external(
        self, data: bytes, index: int, end: int, head: _Head, name: bytes, fields: int
    ) -> Plain | None:
        """A tensor whose data are in another file."""
        after = index + 2 + data[index + 1]
        if data[index] != _ENTRY or data[index + 1] > SHORT:
            return None
        entry = data[index:after]
        location = self._locations.get(entry) or self._location(entry)
        offset, after = _decimal(data, after, _OFFSETS)
        last = data[after:end]
        length = self._lengths.get(last)
        if length is None:
            length, after = _decimal(data, after, _LENGTHS)
            if data[after:end] != _IS_EXTERNAL:
                return None
            if len(self._lengths) < _MOST_KNOWN:
                self._lengths[last] = length
        if not location or offset < 0 or length < 0:
            return None
        known = head.variants.get(location)
        if known is None:
            known = head.variants[location] = head.kind._replace(location=location), 0
        return known[0], name, offset, length, b"", fields + _EXTERNAL_FIELDS - 1

    def _location(self, entry: bytes) -> str:
        """The location in an entry that occurs for the first time; empty if it is another entry."""
        begin = 2 + len(_LOCATION) + 1
        size = bytes([max(len(entry) - begin, 0)])
        if not entry.startswith(_LOCATION + size, 2):
            return ""
        location = self._locations[entry] = self._wire.decoded(entry[begin:])
        return location

    def _learned(self, data: bytes, base: int, start: int, index: int) -> _Head | None:
        """A head that occurs for the first time; None if it is not one of a plain tensor."""
        before = self._wire.counted
        try:
            kind = self._kind((base + start, base + index))
        except UnreadableFile:  # which the decoder will report
            kind = None
        fields = self._wire.counted - before
        self._wire.count(-fields)  # they are counted with each tensor
        if kind is None:
            return None
        width = INTEGER_SIZES.get(kind.element_type, 0)
        head = _Head(kind, fields, width, 2 if width else 1, {})
        self._known[data[start:index]] = head
        return head

    def _kind(self, span: Span) -> TensorKind | None:
        dims: list[int] = []
        element_type = 0
        for number, kind, value, size in self._wire.fields((span,)):
            if (number, kind) == (1, VARINT):
                dims.append(value)
            elif (number, kind) == (1, LENGTH) and size <= KEPT_AXES:
                dims += self._wire.varints(value, size)
            elif (number, kind) == (2, VARINT):
                element_type = value
            else:
                return None
        known = 0 < element_type < 1 << 31 and len(dims) <= KEPT_AXES
        return TensorKind(tuple(map(signed, dims)), element_type) if known else None


def length_at(data: bytes, index: int) -> tuple[int, int]:
    """A length, and the index after it; IndexError at the end of the data."""
    value = data[index]
    if value < 0x80:
        return value, index + 1
    value &= 0x7F
    for place in range(1, _LONGEST_LENGTH):
        byte = data[index + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, index + place + 1
    raise IndexError(index)  # longer than a message can be


def _after_dims(data: bytes, index: int) -> int:
    """Where the type begins, if it follows the dims."""
    while data[index] == _DIM:
        index += 2
        while data[index - 1] > 0x7F:
            index += 1
    return index + 2 + data[index + 1] if data[index] == _DIMS else index


def _decimal(data: bytes, index: int, keys: tuple[bytes, ...]) -> tuple[int, int]:
    """The number of an entry with this key, and the index after it; -1 if it is unusual."""
    start = index + len(keys[0])
    size = data[start - 1]
    after = start + size
    digits = data[start:after]
    if size < len(keys) and data.startswith(keys[size], index) and digits.isdigit():
        return (int(digits), after) if size == 1 or data[start] != _ZERO else (-1, index)
    return -1, index


def _count(numbers: bytes) -> int:
    """How many varints these are; 0 if one of them is cut or too long."""
    if numbers.isascii():
        return len(numbers)
    longest = size = 0
    for byte in numbers:
        size = size + 1 if byte > 0x7F else 0
        longest = max(longest, size)
    return 0 if size or longest >= LONGEST_VARINT else len(numbers.translate(None, _HIGH_BYTES))
