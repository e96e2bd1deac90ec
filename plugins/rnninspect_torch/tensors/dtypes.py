"""Element types: their names in torch, its storages and safetensors, and their sizes."""

from __future__ import annotations

import math

from rnninspect.plugin import DTYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import ElementType


def _is_whole(element: ElementType) -> bool:
    return element.bits % 8 == 0 or element.name.startswith(("int", "uint"))


# Bytes of one element. Torch stores an integer of fewer than 8 bits in a byte, unless the name of
# the type is that of several elements in a byte.
ELEMENT_BYTES: dict[str, float] = {
    name: element.whole_bytes if _is_whole(element) else element.bits / 8
    for name, element in DTYPES.items()
    if element.bits
}
# Types of which one element is several: the name of the part, and how many there are.
PACKED = {"float4_e2m1fn_x2": ("float4_e2m1fn", 2)}
ELEMENT_BYTES |= {name: int(ELEMENT_BYTES[part] * times) for name, (part, times) in PACKED.items()}

# Torch's storage classes by the last component of their path: those of torch.cuda share it.
STORAGES = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "ComplexDoubleStorage": "complex128",
    "ComplexFloatStorage": "complex64",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "QInt8Storage": "qint8",
    "QUInt8Storage": "quint8",
    "QInt32Storage": "qint32",
    "QUInt4x2Storage": "quint4x2",
    "QUInt2x4Storage": "quint2x4",
    "UntypedStorage": "",
}

# The header of a safetensors file (huggingface/safetensors, safetensors/src/tensor.rs).
SAFETENSORS = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
    "F8_E8M0": "float8_e8m0fnu",
    "F6_E2M3": "float6_e2m3fn",
    "F6_E3M2": "float6_e3m2fn",
    "F4": "float4_e2m1fn",
    "C64": "complex64",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
}


def dtype_of_storage(name: str) -> str:
    """The element type of a storage's class by its name; `uint8` of an unknown one."""
    return STORAGES.get(name.rpartition(".")[2], "uint8")


def bytes_of(count: int, dtype: str) -> int:
    """Bytes of `count` elements, rounded up; an element of an unknown type counts as one byte."""
    size = ELEMENT_BYTES.get(dtype, 1)
    return count * size if isinstance(size, int) else math.ceil(count * size)
