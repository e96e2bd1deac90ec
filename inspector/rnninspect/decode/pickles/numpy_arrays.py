"""How pickles describe numpy arrays: dtype codes and shapes."""

from __future__ import annotations

from rnninspect.decode.pickles.values import Instance
from rnninspect.model import MOST_ELEMENTS

JOBLIB = "joblib.numpy_pickle"
WRAPPER = f"{JOBLIB}.NumpyArrayWrapper"  # followed by the elements
_MOST_AXES = 64
_LONGEST_CODE = 12
_CHARACTER_BYTES = 4  # numpy counts the length of strings in characters


def item_bytes(dtype: object) -> tuple[str, int | None]:
    """The kind character of a numpy dtype and its item size; None if the size is unknown."""
    code = dtype.args[0] if isinstance(dtype, Instance) and dtype.args else None
    if not isinstance(code, str) or not code[1:].isdecimal() or len(code) > _LONGEST_CODE:
        return "", None
    size = int(code[1:])
    return code[0], size * _CHARACTER_BYTES if code[0] == "U" else size


def is_shape(value: tuple[object, ...]) -> bool:
    """Whether this is a valid shape: at most 64 axes, each a size below 2^63."""
    return len(value) <= _MOST_AXES and all(
        type(size) is int and 0 <= size <= MOST_ELEMENTS for size in value
    )
