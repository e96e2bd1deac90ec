"""Decodes TensorProto: its type, shape and the bytes of its values, which are not read.

The numbers in this module are the field numbers of tensor.proto and of its list of types.
"""

from __future__ import annotations

import math
import struct

from rnninspect.decode.protobuf import FIXED32, FIXED64, LENGTH, signed
from rnninspect.plugin import Limit
from rnninspect_keras.graph.messages.records import KEPT_NUMBERS, MOST_AXES, Constant
from rnninspect_keras.graph.messages.types import type_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Found, Message, WireReader
    from rnninspect_keras.graph.messages.records import Dims

_CONTENT, _TEXTS, _FLOATS, _DOUBLES = 4, 8, 5, 6
_INTEGER_LISTS = {7, 10, 11, 13, 16, 17}  # int, int64, bool, half, uint32, uint64
_LISTS = {_FLOATS, _DOUBLES, _TEXTS, 9, 12, 18, *_INTEGER_LISTS}
_FIELDS = frozenset({1, 2, _CONTENT, *_LISTS})
_FLOAT, _DOUBLE, _TEXT = 1, 2, 7  # types
_WHOLE = {3: "i", 9: "q", 10: "?", 4: "B", 5: "h", 6: "b", 17: "H", 22: "I", 23: "Q"}
_REAL = {_FLOAT: "f", _DOUBLE: "d", 19: "e"}
_REFERENCES = 100  # the types of references are higher by this
_SIGNED = frozenset({3, 5, 6, 9})
_LIST_OF = {3: 7, 4: 7, 5: 7, 6: 7, 17: 7, 9: 10, 10: 11, 22: 16, 23: 17}
_PORTION, _STEPS = 500, 6  # constants whose steps are charged at once, and the steps of each


class TensorDecoder:
    """Decodes the tensors of one file; counts them against the limit `tensors`."""

    def __init__(self, wire: WireReader) -> None:
        self._wire, self._limits = wire, wire.limits
        self._shapes: dict[bytes, Dims | None] = {}
        self._count, self._next_check = 0, min(_PORTION, wire.limits.tensors)

    def shape(self, message: Message) -> Dims | None:
        """A TensorShapeProto; None where the rank is unknown, or beyond MOST_AXES."""
        key = b"".join(self._wire.raw(start, end - start) for start, end in message)
        if key not in self._shapes:
            self._shapes[key] = self._shape(message)
        return self._shapes[key]

    def _shape(self, message: Message) -> Dims | None:
        found = self._wire.collect(message, (2, 3))
        spans = found.spans(2)
        if found.number(3) or len(spans) > MOST_AXES:
            return None
        sizes = [self._wire.collect((span,), (1,)).number(1) or 0 for span in spans]
        return tuple(signed(size) if size < 1 << 63 else None for size in sizes)

    def tensor(self, message: Message) -> Constant:
        """A TensorProto; of its payload only the length, and the values of a few integers."""
        self._count += 1
        if self._count > self._next_check:
            self._limits.require(Limit.TENSORS, self._count)
            self._wire.source.spend(Limit.STEPS, _STEPS * _PORTION)
            self._next_check = min(self._count + _PORTION, self._limits.tensors)
        found = self._wire.collect(message, _FIELDS)
        sizes = self.shape(found.message(2)) if found.message(2) else ()
        kind = (found.number(1) or 0) % _REFERENCES
        content = found.spans(_CONTENT)
        place = message[0][0] if message else 0
        is_content = bool(content) and content[-1][0] < content[-1][1]
        return Constant(
            place,
            kind,
            None if sizes is None else tuple(-1 if size is None else size for size in sizes),
            content[-1][1] - content[-1][0] if is_content else self._listed(found),
            is_content,
            self._numbers(found, kind, sizes, content[-1] if is_content else None),
            self._wire.texts(found, _TEXTS) if kind == _TEXT else (),
        )

    def _listed(self, found: Found) -> int:
        """The bytes of values that are listed one by one."""
        count = 0
        for number in _LISTS & found.numbers():
            spans = sum(end - start for start, end in found.spans(number))
            single = len(found.entries(number)) - len(found.spans(number)) + found.dropped(number)
            width = {_FLOATS: 4, _DOUBLES: 8}.get(number, 1)
            count += spans + width * single
        return count

    def _numbers(
        self, found: Found, kind: int, sizes: Dims | None, content: tuple[int, int] | None
    ) -> tuple[float, ...] | None:
        """The elements where they are few integers; a real number where it is the only one."""
        if sizes is None or None in sizes or not (kind in _WHOLE or kind in _REAL):
            return None
        elements = math.prod(size for size in sizes if size is not None)
        if content is not None:
            most = KEPT_NUMBERS if kind in _WHOLE else 1
            return self._unpacked(kind, content) if 0 <= elements <= most else None
        if kind in _REAL:
            return self._one_real(found, kind)
        if elements > KEPT_NUMBERS or elements < 0:
            return None
        values, count = self._wire.integers(found, _LIST_OF[kind])
        if count > KEPT_NUMBERS:
            return None
        listed = [signed(value) if kind in _SIGNED else value for value in values][:elements]
        last = listed[-1] if listed else 0
        return (*listed, *(last,) * (elements - len(listed)))

    def _unpacked(self, kind: int, content: tuple[int, int]) -> tuple[float, ...] | None:
        form, (start, end) = _WHOLE.get(kind) or _REAL[kind], content
        size = struct.calcsize(form)
        if (end - start) % size or end - start > size * KEPT_NUMBERS:
            return None
        data = self._wire.raw(start, end - start)
        return tuple(struct.unpack(f"<{len(data) // size}{form}", data))

    def _one_real(self, found: Found, kind: int) -> tuple[float, ...] | None:
        """The number that all elements are; 0 where none is listed."""
        if not found.numbers() & _LISTS:
            return (0.0,)
        if kind == _FLOAT:
            return self._fixed(found, _FLOATS, FIXED32, "f")
        if kind == _DOUBLE:
            return self._fixed(found, _DOUBLES, FIXED64, "d")
        values, count = self._wire.integers(found, 13)
        if count != 1:
            return None
        number: float = struct.unpack("<e", (values[0] & 0xFFFF).to_bytes(2, "little"))[0]
        return (number,)

    def _fixed(
        self, found: Found, number: int, wire_type: int, form: str
    ) -> tuple[float, ...] | None:
        if self._wire.count_fixed(found, number, wire_type) != 1:
            return None
        size = struct.calcsize(form)
        for kind, value, length in found.entries(number):
            if kind == LENGTH and length == size:
                real: float = struct.unpack(f"<{form}", self._wire.raw(value, size))[0]
                return (real,)
            if kind == wire_type:
                bits: float = struct.unpack(f"<{form}", value.to_bytes(size, "little"))[0]
                return (bits,)
        return None


def needed_bytes(constant: Constant) -> int:
    """The bytes that a constant's values must take in the file."""
    if not constant.is_content or constant.shape is None or min(constant.shape, default=0) < 0:
        return constant.stored
    size = type_of(constant.type)[1]
    return math.prod(constant.shape) * size if size else constant.stored
