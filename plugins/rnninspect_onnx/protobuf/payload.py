"""Element types of ONNX tensors, and the bytes that a payload should have and has.

Facts: TensorProto in onnx.proto (IR version 14); types below a byte are packed, the last byte
filled up. Types that have no field of their own lie in int32_data or uint64_data.
"""

from __future__ import annotations

import math

from rnninspect.plugin import Record
from rnninspect_onnx.protobuf.tensor_decoder import (
    DOUBLE_DATA,
    FLOAT_DATA,
    INT32_DATA,
    INT64_DATA,
    STRING_DATA,
    UINT64_DATA,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_onnx.protobuf.messages import Tensor


_WIDEST_CODE = 16  # bits of an integer that stands for a weight


class ElementType(Record):
    """numpy's name where it has one, bits of an element, and the typed field that may hold it."""

    name: str
    bits: int
    field: int

    @property
    def is_real(self) -> bool:
        """Whether it is a floating-point type, complex ones included."""
        return "float" in self.name or "complex" in self.name

    @property
    def is_weight(self) -> bool:
        """Whether weights are kept in it, be it quantised; not in indices, conditions and texts."""
        return self.is_real or (0 < self.bits <= _WIDEST_CODE and self.name != "bool")


ELEMENT_TYPES: dict[int, ElementType] = {
    1: ElementType("float32", 32, FLOAT_DATA),
    2: ElementType("uint8", 8, INT32_DATA),
    3: ElementType("int8", 8, INT32_DATA),
    4: ElementType("uint16", 16, INT32_DATA),
    5: ElementType("int16", 16, INT32_DATA),
    6: ElementType("int32", 32, INT32_DATA),
    7: ElementType("int64", 64, INT64_DATA),
    8: ElementType("str", 0, STRING_DATA),
    9: ElementType("bool", 8, INT32_DATA),
    10: ElementType("float16", 16, INT32_DATA),
    11: ElementType("float64", 64, DOUBLE_DATA),
    12: ElementType("uint32", 32, UINT64_DATA),
    13: ElementType("uint64", 64, UINT64_DATA),
    14: ElementType("complex64", 64, FLOAT_DATA),
    15: ElementType("complex128", 128, DOUBLE_DATA),
    16: ElementType("bfloat16", 16, INT32_DATA),
    17: ElementType("float8_e4m3fn", 8, INT32_DATA),
    18: ElementType("float8_e4m3fnuz", 8, INT32_DATA),
    19: ElementType("float8_e5m2", 8, INT32_DATA),
    20: ElementType("float8_e5m2fnuz", 8, INT32_DATA),
    21: ElementType("uint4", 4, INT32_DATA),
    22: ElementType("int4", 4, INT32_DATA),
    23: ElementType("float4_e2m1fn", 4, INT32_DATA),
    24: ElementType("float8_e8m0fnu", 8, INT32_DATA),
    25: ElementType("uint2", 2, INT32_DATA),
    26: ElementType("int2", 2, INT32_DATA),
    27: ElementType("float6_e2m3fn", 6, INT32_DATA),
    28: ElementType("float6_e3m2fn", 6, INT32_DATA),
}
_STRING = 8
_LARGEST = 2**63 - 1


def needed_bytes(dims: tuple[int, ...], element_type: int) -> int | None:
    """Bytes that a shape calls for; None if the type is unknown or no array has such a shape."""
    known = ELEMENT_TYPES.get(element_type)
    if known is None or element_type == _STRING or any(size < 0 for size in dims):
        return None
    elements = math.prod(dims)
    return -(-elements * known.bits // 8) if elements <= _LARGEST else None


def held_bytes(tensor: Tensor) -> int | None:
    """Bytes of the payload inside the file; None if its elements were too many to count."""
    if tensor.raw_bytes is not None:
        return tensor.raw_bytes
    known = ELEMENT_TYPES.get(tensor.element_type)
    if known is None or tensor.element_type == _STRING:
        return None
    return next((_bytes(known, count) for field, count in tensor.typed if field == known.field), 0)


def _bytes(known: ElementType, count: int | None) -> int | None:
    """Bytes of so many entries of a typed field."""
    if count is None:
        return None
    if known.field == FLOAT_DATA:
        return 4 * count  # two for a complex number
    if known.field == DOUBLE_DATA:
        return 8 * count
    if known.bits == 6:
        return -(-6 * count // 8)  # an element in each entry, packed only in raw_data
    return count * max(known.bits // 8, 1)  # smaller ones are packed, a byte in each entry
