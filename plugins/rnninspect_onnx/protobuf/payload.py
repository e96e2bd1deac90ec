"""Element types of ONNX tensors, and the bytes that a payload needs and has.

Facts: TensorProto in onnx.proto (IR version 14); types smaller than a byte are packed, the last
byte padded. Types without a field of their own are stored in int32_data or uint64_data.
"""

from __future__ import annotations

import math

from rnninspect.plugin import DTYPES, MOST_ELEMENTS, ElementKind
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
    from rnninspect.plugin import ElementType
    from rnninspect_onnx.protobuf.tensor_messages import TensorProto


_WIDEST_CODE = 16  # bits of an integer that encodes a weight


def may_be_weight(element: ElementType) -> bool:
    """Whether weights, also quantised ones, may be stored in this type; not indices, conditions."""
    is_code = element.kind is ElementKind.INTEGER and element.bits <= _WIDEST_CODE
    return element.is_real or is_code


# TensorProto.DataType -> the element type's name, and the typed field that may contain it.
_CODES = {
    1: ("float32", FLOAT_DATA),
    2: ("uint8", INT32_DATA),
    3: ("int8", INT32_DATA),
    4: ("uint16", INT32_DATA),
    5: ("int16", INT32_DATA),
    6: ("int32", INT32_DATA),
    7: ("int64", INT64_DATA),
    8: ("string", STRING_DATA),
    9: ("bool", INT32_DATA),
    10: ("float16", INT32_DATA),
    11: ("float64", DOUBLE_DATA),
    12: ("uint32", UINT64_DATA),
    13: ("uint64", UINT64_DATA),
    14: ("complex64", FLOAT_DATA),
    15: ("complex128", DOUBLE_DATA),
    16: ("bfloat16", INT32_DATA),
    17: ("float8_e4m3fn", INT32_DATA),
    18: ("float8_e4m3fnuz", INT32_DATA),
    19: ("float8_e5m2", INT32_DATA),
    20: ("float8_e5m2fnuz", INT32_DATA),
    21: ("uint4", INT32_DATA),
    22: ("int4", INT32_DATA),
    23: ("float4_e2m1fn", INT32_DATA),
    24: ("float8_e8m0fnu", INT32_DATA),
    25: ("uint2", INT32_DATA),
    26: ("int2", INT32_DATA),
    27: ("float6_e2m3fn", INT32_DATA),
    28: ("float6_e3m2fn", INT32_DATA),
}
ELEMENT_TYPES = {code: DTYPES[name] for code, (name, _) in _CODES.items()}
TYPED_FIELDS = {code: field for code, (_, field) in _CODES.items()}
_STRING = 8


def needed_bytes(dims: tuple[int, ...], element_type: int) -> int | None:
    """Bytes that a shape needs; None if the type is unknown or no array has such a shape."""
    known = ELEMENT_TYPES.get(element_type)
    if known is None or element_type == _STRING or any(size < 0 for size in dims):
        return None
    elements = math.prod(dims)
    return -(-elements * known.bits // 8) if elements <= MOST_ELEMENTS else None


def payload_bytes(tensor: TensorProto) -> int | None:
    """Bytes of the payload in the file; None if it has too many elements to count."""
    if tensor.raw_bytes is not None:
        return tensor.raw_bytes
    known = ELEMENT_TYPES.get(tensor.element_type)
    if known is None or tensor.element_type == _STRING:
        return None
    own = TYPED_FIELDS[tensor.element_type]
    return next((_bytes(known, field, count) for field, count in tensor.typed if field == own), 0)


def _bytes(known: ElementType, field: int, count: int | None) -> int | None:
    """Bytes of `count` entries of a typed field."""
    if count is None:
        return None
    if field == FLOAT_DATA:
        return 4 * count  # two for a complex number
    if field == DOUBLE_DATA:
        return 8 * count
    if known.bits == 6:
        return -(-6 * count // 8)  # an element in each entry, packed only in raw_data
    return count * max(known.bits // 8, 1)  # smaller ones are packed, an entry for each byte
