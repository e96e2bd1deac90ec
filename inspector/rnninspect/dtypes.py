"""Element types: the name of each, its width in bits and its kind; plugins map their codes to it.

Names are those of numpy and of ml_dtypes, which extends it; what neither knows has the name that
its framework gives it.
"""

from __future__ import annotations

from rnninspect.lean import StrEnum
from rnninspect.record import Record


class ElementKind(StrEnum):
    """What an element is."""

    FLOAT = "float"
    COMPLEX = "complex"
    INTEGER = "integer"  # quantised ones, which represent real numbers, among them
    BOOL = "bool"
    BITS = "bits"  # several small values packed into one element
    BLOCK = "block"  # quantised in blocks, each stored with its own scales
    OBJECT = "object"  # strings, handles: not a number


class ElementType(Record):
    """One element type.

    Attributes:
        name: of the type.
        bits: the width of an element; 0 where it is not fixed, or elements are stored in blocks.
        kind: what an element is.
        block: elements that are stored together, with their scales.
        block_bytes: bytes of such a block.
    """

    name: str
    bits: int
    kind: ElementKind
    block: int = 1
    block_bytes: int = 0

    @property
    def is_real(self) -> bool:
        """Whether it is a floating-point type, complex ones included."""
        return self.kind in (ElementKind.FLOAT, ElementKind.COMPLEX)

    @property
    def is_number(self) -> bool:
        """Whether a parameter may have this type."""
        return self.kind is not ElementKind.OBJECT

    @property
    def is_computed_in(self) -> bool:
        """Whether layers compute in it; narrower floats are widened before they are used."""
        return self.kind is ElementKind.FLOAT and self.bits >= _NARROWEST_COMPUTED

    @property
    def is_quantised(self) -> bool:
        """Whether weights in it are quantised: an integer, or a float of a byte or less."""
        if self.kind is ElementKind.FLOAT:
            return not self.is_computed_in
        return self.kind in (ElementKind.INTEGER, ElementKind.BITS, ElementKind.BLOCK)

    @property
    def whole_bytes(self) -> int:
        """Bytes of an element that is stored by itself, not packed with its neighbours."""
        return -(-self.bits // 8)


_NARROWEST_COMPUTED = 16  # bits
_BITS = {
    ElementKind.FLOAT: {
        "float16": 16,
        "bfloat16": 16,
        "float32": 32,
        "float64": 64,
        "float8_e3m4": 8,
        "float8_e4m3": 8,
        "float8_e4m3b11fnuz": 8,
        "float8_e4m3fn": 8,
        "float8_e4m3fnuz": 8,
        "float8_e5m2": 8,
        "float8_e5m2fnuz": 8,
        "float8_e8m0fnu": 8,
        "float6_e2m3fn": 6,
        "float6_e3m2fn": 6,
        "float4_e2m1fn": 4,
    },
    ElementKind.COMPLEX: {"complex32": 32, "complex64": 64, "complex128": 128},
    ElementKind.INTEGER: {
        "int2": 2,
        "int4": 4,
        "int8": 8,
        "int16": 16,
        "int32": 32,
        "int64": 64,
        "uint1": 1,
        "uint2": 2,
        "uint3": 3,
        "uint4": 4,
        "uint6": 6,
        "uint8": 8,
        "uint16": 16,
        "uint32": 32,
        "uint64": 64,
        "qint8": 8,
        "qint16": 16,
        "qint32": 32,
        "quint8": 8,
        "quint16": 16,
        "quint4x2": 4,
        "quint2x4": 2,
    },
    ElementKind.BOOL: {"bool": 8},
    ElementKind.BITS: {"bits1x8": 8, "bits2x4": 8, "bits4x2": 8, "bits8": 8, "bits16": 16},
    ElementKind.OBJECT: {"string": 0, "resource": 0, "variant": 0},
}
# ggml's types by their names there: elements of a block, and its bytes.
_BLOCKS = {
    "q1_0": (128, 18),
    "q2_K": (256, 84),
    "q3_K": (256, 110),
    "q4_0": (32, 18),
    "q4_1": (32, 20),
    "q4_K": (256, 144),
    "q5_0": (32, 22),
    "q5_1": (32, 24),
    "q5_K": (256, 176),
    "q6_K": (256, 210),
    "q8_0": (32, 34),
    "q8_1": (32, 40),
    "q8_K": (256, 292),
    "iq1_m": (256, 56),
    "iq1_s": (256, 50),
    "iq2_s": (256, 82),
    "iq2_xs": (256, 74),
    "iq2_xxs": (256, 66),
    "iq3_s": (256, 110),
    "iq3_xxs": (256, 98),
    "iq4_nl": (32, 18),
    "iq4_xs": (256, 136),
    "mxfp4": (32, 17),
    "nvfp4": (64, 36),
    "tq1_0": (256, 54),
    "tq2_0": (256, 66),
    # The same blocks in an order for one kind of processor, as files of 2024 have them.
    "q4_0_4_4": (32, 18),
    "q4_0_4_8": (32, 18),
    "q4_0_8_8": (32, 18),
    "iq4_nl_4_4": (32, 18),
    "iq4_nl_4_8": (32, 18),
    "iq4_nl_8_8": (32, 18),
}
DTYPES: dict[str, ElementType] = {
    name: ElementType(name, bits, kind)
    for kind, known in _BITS.items()
    for name, bits in known.items()
} | {
    name: ElementType(name, 0, ElementKind.BLOCK, elements, size)
    for name, (elements, size) in _BLOCKS.items()
}
