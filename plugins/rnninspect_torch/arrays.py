"""Arrays of numpy in the place of tensors, as some save a state dict (numpy/_core/multiarray)."""

from __future__ import annotations

import math

from rnninspect_torch.dtypes import ELEMENT_BYTES
from rnninspect_torch.values import Blob, Instance, Storage, Tensor, strides_in_a_row

SCOPE = "array inside the pickle"
_MAKERS = ("multiarray._reconstruct", "numeric._frombuffer")  # by BUILD, and since protocol 5
# numpy's code for a type is its kind and its size in bytes: `f4`.
_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex"}
_MOST_AXES = 64


def array_of(value: object) -> Tensor | None:
    """The tensor that an array stands for; None if it is no array of numbers."""
    if not isinstance(value, Instance) or not value.path.endswith(_MAKERS):
        return None
    state = value.state if isinstance(value.state, tuple) else ()
    if len(state) == 5:
        shape, kind, data = state[1], state[2], state[4]
    elif len(value.args) == 4:
        data, kind, shape = value.args[:3]
    else:
        return None
    dtype = _dtype(kind)
    if dtype is None or not isinstance(shape, tuple) or not _is_shape(shape):
        return None
    size = ELEMENT_BYTES[dtype]
    held = _length(data)
    count = math.prod(shape) if held is None else int(held // size)
    storage = Storage(SCOPE, str(id(value)), dtype, size, count)
    strides = strides_in_a_row(shape)  # the order of axes changes no count
    return Tensor(storage, 0, shape, strides, dtype)


def _dtype(value: object) -> str | None:
    if not isinstance(value, Instance) or value.path != "numpy.dtype" or not value.args:
        return None
    code = value.args[0]
    if not isinstance(code, str) or not code[1:].isdigit() or len(code) > 4:
        return None
    name = "bool" if code == "b1" else f"{_KINDS.get(code[0], '?')}{int(code[1:]) * 8}"
    return name if name in ELEMENT_BYTES else None


def _is_shape(value: tuple[object, ...]) -> bool:
    return len(value) <= _MOST_AXES and all(
        type(size) is int and 0 <= size < 2**63 for size in value
    )


def _length(data: object) -> int | None:
    """Bytes that the pickle holds for an array; None where that takes decoding them."""
    match data:
        case bytes() | str():
            return len(data)
        case Blob(encoding=None):
            return data.source.size
        case _:
            return None
