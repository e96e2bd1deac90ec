"""Decodes TensorProto and SparseTensorProto, and measures their payloads without reading them.

The numbers in this module are the field numbers of onnx.proto (IR version 14).
"""

from __future__ import annotations

from rnninspect.decode.protobuf import FIXED32, FIXED64, LENGTH, VARINT, signed, signed32
from rnninspect.plugin import Limit
from rnninspect.stored.tensor import IN_COLUMNS
from rnninspect_onnx.protobuf.tensor_messages import (
    KEPT_AXES,
    KEPT_INTEGERS,
    SparseTensorProto,
    TensorProto,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.decode.protobuf import Found, Message, WireReader

FLOAT_DATA, INT32_DATA, STRING_DATA, INT64_DATA, DOUBLE_DATA, UINT64_DATA = 4, 5, 6, 7, 10, 11
_INT32, _INT64 = 6, 7  # TensorProto.DataType

_FIXED = {FLOAT_DATA: FIXED32, DOUBLE_DATA: FIXED64}
_VARIABLE = frozenset({INT32_DATA, INT64_DATA, UINT64_DATA})
_TYPED = frozenset({STRING_DATA, *_FIXED, *_VARIABLE})
_TENSOR = _TYPED | {1, 2, 8, 9, 13, 14}
_PORTION, _STEPS = 500, 5  # tensors whose steps are charged at once, and the steps of each
_COUNTED = 2**20  # bytes of packed numbers that are counted one by one at most
INTEGER_SIZES = {_INT32: 4, _INT64: 8}
REAL_SIZE = 4  # bytes of a number in float_data
_SPECIAL = frozenset({0, *INTEGER_SIZES})


class TensorDecoder:
    """Decodes the tensors of one file; counts them against the limit `tensors`."""

    def __init__(self, wire: WireReader) -> None:
        self.wire, self.limits = wire, wire.limits
        self._count = self._light = self._passed = 0
        self._next_check = min(_PORTION, self.limits.tensors)

    def several(self, messages: Iterable[Message]) -> tuple[TensorProto, ...]:
        """The tensors of all messages that are not empty."""
        return tuple(self.tensor(message) for message in messages if message)

    def several_sparse(self, messages: Iterable[Message]) -> tuple[SparseTensorProto, ...]:
        """The tensors of all messages that are not empty."""
        return tuple(self.sparse_tensor(message) for message in messages if message)

    def sparse_tensor(self, message: Message) -> SparseTensorProto:
        """A SparseTensorProto."""
        found = self.wire.collect(message, {1, 2, 3})
        dims, _ = self.wire.integers(found, 3)
        offset = message[0][0]
        return SparseTensorProto(
            values=self.tensor(found.message(1) or ((offset, offset),)),
            indices=self.tensor(found.message(2) or ((offset, offset),)),
            dims=tuple(signed(size) for size in dims),
        )

    def tensor(self, message: Message) -> TensorProto:
        """A TensorProto; of its payload only the length, and the values of a few integers."""
        self.count(1)
        return self._common(message) or self._any(message)

    @property
    def counted(self) -> int:
        """How many tensors were counted so far."""
        return self._count + self._passed

    def count(self, tensors: int) -> None:
        """Count some more tensors."""
        self._count += tensors
        if self._count > self._next_check:
            self.limits.require(Limit.TENSORS, self._count)
            self.wire.source.spend(Limit.STEPS, _STEPS * max(_PORTION, tensors))
            self._next_check = min(self._count + _PORTION, self.limits.tensors)

    def count_light(self, tensors: int) -> None:
        """Count tensors that are kept in columns: five as one."""
        whole, self._light = divmod(self._light + tensors, IN_COLUMNS)
        self._passed += tensors - whole
        self.count(whole)

    def _common(self, message: Message) -> TensorProto | None:
        """A fast path for nearly every tensor: dims, type, name, raw data."""
        dims: list[int] = []
        element_type = 0
        name = raw = (0, 0)
        for number, kind, value, size in self.wire.fields(message):
            if kind == VARINT and number == 1:
                dims.append(value)
            elif (
                kind == LENGTH and number == 1 and size <= KEPT_AXES
            ):  # an axis takes a byte at least
                dims += self.wire.varints(value, size)
            elif kind == VARINT and number == 2:
                element_type = value
            elif kind == LENGTH and number == 8:
                name = (value, size)
            elif kind == LENGTH and number == 9:
                raw = (value, size)
            elif number in _TENSOR:
                return None
        if not raw[0] or element_type in _SPECIAL or element_type >> 31 or len(dims) > KEPT_AXES:
            return None
        return TensorProto(
            name=self.wire.text(*name),
            dims=tuple([signed(size) for size in dims]),
            rank=len(dims),
            element_type=element_type,
            offset=message[0][0],
            payload=raw,
        )

    def _any(self, message: Message) -> TensorProto:
        found = self.wire.collect(message, _TENSOR)
        dims, rank = self.wire.integers(found, 1)
        element_type = signed32(found.number(2) or 0)
        raw = found.spans(9)
        return TensorProto(
            name=self.wire.last_text(found, 8),
            dims=tuple(signed(size) for size in dims[:KEPT_AXES]),
            rank=rank,
            element_type=element_type,
            offset=message[0][0],
            payload=(raw[-1][0], raw[-1][1] - raw[-1][0]) if raw else None,
            typed=tuple(self._typed(found)),
            integers=self._integers(found, element_type),
            external=self._external(found),
            bits=self._bits(found),
        )

    def _bits(self, found: Found) -> int | None:
        """The bits of the one number in float_data: an operand of the graph, not a weight."""
        entries = found.entries(FLOAT_DATA)
        if len(entries) != 1:
            return None
        kind, value, size = entries[0]
        if kind == LENGTH:
            packed = size == REAL_SIZE
            return int.from_bytes(self.wire.raw(value, size), "little") if packed else None
        return value if kind == FIXED32 else None

    def _typed(self, found: Found) -> Iterable[tuple[int, int | None]]:
        for number, wire_type in _FIXED.items():
            if found.entries(number):
                yield number, self.wire.count_fixed(found, number, wire_type)
        for number in sorted(_VARIABLE):
            if found.entries(number):
                packed = sum(end - start for start, end in found.spans(number))
                counted = packed <= _COUNTED
                yield number, self.wire.integers(found, number)[1] if counted else None
        if found.spans(STRING_DATA):
            yield STRING_DATA, len(found.spans(STRING_DATA))

    def _integers(self, found: Found, element_type: int) -> tuple[int, ...] | None:
        width = INTEGER_SIZES.get(element_type)
        if width is None or found.number(14) == 1:
            return None
        if raw := found.spans(9):
            start, end = raw[-1]
            few = end - start <= KEPT_INTEGERS * width
            return words_of(self.wire.raw(start, end - start), width) if few else None
        number = INT32_DATA if element_type == _INT32 else INT64_DATA
        if sum(end - start for start, end in found.spans(number)) > _COUNTED:
            return None
        values, count = self.wire.integers(found, number)
        return tuple(signed(value) for value in values) if count <= KEPT_INTEGERS else None

    def _external(self, found: Found) -> tuple[tuple[str, str], ...] | None:
        if found.number(14) != 1:
            return None
        return tuple(self._pair((span,)) for span in found.spans(13))

    def _pair(self, message: Message) -> tuple[str, str]:
        found = self.wire.collect(message, {1, 2})
        return self.wire.last_text(found, 1), self.wire.last_text(found, 2)


def words_of(data: bytes, width: int) -> tuple[int, ...] | None:
    """The integers of so many bytes each in raw_data; None if one is cut."""
    if len(data) % width:
        return None
    words = (data[at : at + width] for at in range(0, len(data), width))
    return tuple(int.from_bytes(word, "little", signed=True) for word in words)
