"""Element types and shapes, as TensorFlow's protocol buffers encode them."""

from __future__ import annotations

from rnninspect.decode.protobuf import WireReader, signed
from rnninspect.lean import lru_cache
from rnninspect.plugin import (
    DTYPES,
    Purpose,
    UnreadableFile,
    plural,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


# DataType of types.proto -> name; references are 100 higher.
TYPES = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: "string",
    8: "complex64",
    9: "int64",
    10: "bool",
    11: "qint8",
    12: "quint8",
    13: "qint32",
    14: "bfloat16",
    15: "qint16",
    16: "quint16",
    17: "uint16",
    18: "complex128",
    19: "float16",
    20: "resource",
    21: "variant",
    22: "uint32",
    23: "uint64",
    24: "float8_e5m2",
    25: "float8_e4m3fn",
    26: "float8_e4m3fnuz",
    27: "float8_e4m3b11fnuz",
    28: "float8_e5m2fnuz",
    29: "int4",
    30: "uint4",
    31: "int2",
    32: "uint2",
}
_REFERENCE = 100
_MOST_AXES = 64  # as in numpy 2; a product of more has no end of digits
_REMEMBERED = 256  # element types: a model has few


@lru_cache(_REMEMBERED)
def type_of(number: int) -> tuple[str, int]:
    """Name and size in bytes of a data type; int4 takes a whole byte, as TensorFlow stores it."""
    element = DTYPES.get(TYPES.get(number % _REFERENCE, ""))
    return (f"type {number}", 0) if element is None else (element.name, element.whole_bytes)


@lru_cache(_REMEMBERED)
def purpose_of(dtype: str) -> Purpose:
    """Numbers are weights; strings and handles are something else."""
    is_object = dtype in DTYPES and not DTYPES[dtype].is_number
    return Purpose.CONSTANT if is_object else Purpose.PARAMETER


class Shapes:
    """The shapes of a file, each parsed once: a model has few different ones."""

    def __init__(self, wire: WireReader) -> None:
        self._wire = wire
        self._known: dict[bytes, tuple[int, ...]] = {}

    def read(self, parts: Sequence[bytes]) -> tuple[int, ...]:
        """A TensorShapeProto's axes, of its parts; an axis that is not known is -1."""
        encoded = b"".join(parts)
        shape = self._known.get(encoded)
        if shape is None:
            shape = self._known[encoded] = self._parse(encoded)
        return shape

    def _parse(self, encoded: bytes) -> tuple[int, ...]:
        dims = self._wire.held(encoded, 0)[1].get(2, ())
        if len(dims) > _MOST_AXES:
            raise UnreadableFile(f"the shape of a tensor has {plural(len(dims), 'axis', 'axes')}")
        return tuple(signed(self._wire.held(dim, 0)[0].get(1, 0)) for dim in dims)
