"""How pickles describe arrays of numpy: the code of a dtype, and the sizes of axes."""

from __future__ import annotations

from rnninspect_torch.pickles.values import Instance

JOBLIB = "joblib.numpy_pickle"
WRAPPER = f"{JOBLIB}.NumpyArrayWrapper"  # the elements follow it in the file
_MOST_AXES = 64
_LONGEST_CODE = 12
_LETTER_BYTES = 4  # of numpy's texts, whose length is counted in letters


def item_bytes(dtype: object) -> tuple[str, int | None]:
    """The letter of numpy's dtype, and the bytes of one item; None if it is not known."""
    code = dtype.args[0] if isinstance(dtype, Instance) and dtype.args else None
    if not isinstance(code, str) or not code[1:].isdecimal() or len(code) > _LONGEST_CODE:
        return "", None
    size = int(code[1:])
    return code[0], size * _LETTER_BYTES if code[0] == "U" else size


def is_shape(value: tuple[object, ...]) -> bool:
    """Whether these are sizes of axes, as many as an array may have."""
    return len(value) <= _MOST_AXES and all(
        type(size) is int and 0 <= size < 2**63 for size in value
    )
