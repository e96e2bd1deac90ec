"""Protocol Buffers' wire format over a Source (https://protobuf.dev/programming-guides/encoding).

A payload is skipped by its length and never read; of the rest one small window is in memory at a
time, so that neither time nor memory grows with the weights. A memory map would do the same, but a
file that is cut while it is mapped kills the process.
"""

from rnninspect.decode.protobuf.found import KEPT_NUMBERS, Found
from rnninspect.decode.protobuf.numbers import LONGEST_VARINT, read_varint, signed, signed32
from rnninspect.decode.protobuf.reader import WireReader
from rnninspect.decode.protobuf.wire import (
    FIXED32,
    FIXED64,
    LENGTH,
    VARINT,
    CutField,
    Field,
    Message,
    Span,
)

__all__ = [
    "FIXED32",
    "FIXED64",
    "KEPT_NUMBERS",
    "LENGTH",
    "LONGEST_VARINT",
    "VARINT",
    "CutField",
    "Field",
    "Found",
    "Message",
    "Span",
    "WireReader",
    "read_varint",
    "signed",
    "signed32",
]
