"""The codes of GGUF: of values, and of element types with the blocks that they are stored in.

Source: ggml's `ggml.h` and `gguf.h`; the package gguf (`GGMLQuantizationType`, `GGUFValueType`).
"""

from __future__ import annotations

from rnninspect.lean import IntEnum


class ValueType(IntEnum):
    """The type of a value that is neither a number nor a truth value."""

    STRING = 8
    ARRAY = 9


# The numbers by their types: codes of `struct`.
NUMBERS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
# Element types: names of `rnninspect.dtypes`. Releases after 2024 refuse 31 to 33 and 36 to 38.
ELEMENT_TYPES = {
    0: "float32",
    1: "float16",
    2: "q4_0",
    3: "q4_1",
    6: "q5_0",
    7: "q5_1",
    8: "q8_0",
    9: "q8_1",
    10: "q2_K",
    11: "q3_K",
    12: "q4_K",
    13: "q5_K",
    14: "q6_K",
    15: "q8_K",
    16: "iq2_xxs",
    17: "iq2_xs",
    18: "iq3_xxs",
    19: "iq1_s",
    20: "iq4_nl",
    21: "iq3_s",
    22: "iq2_s",
    23: "iq4_xs",
    24: "int8",
    25: "int16",
    26: "int32",
    27: "int64",
    28: "float64",
    29: "iq1_m",
    30: "bfloat16",
    31: "q4_0_4_4",
    32: "q4_0_4_8",
    33: "q4_0_8_8",
    34: "tq1_0",
    35: "tq2_0",
    36: "iq4_nl_4_4",
    37: "iq4_nl_4_8",
    38: "iq4_nl_8_8",
    39: "mxfp4",
    40: "nvfp4",
    41: "q1_0",
}
