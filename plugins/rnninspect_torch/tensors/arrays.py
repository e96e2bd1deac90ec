"""Arrays of numpy in the place of tensors, as some save a state dict (numpy/_core/multiarray)."""

from __future__ import annotations

import math

from rnninspect.plugin import Record
from rnninspect_torch.pickles.numpy_arrays import WRAPPER, is_shape, item_bytes
from rnninspect_torch.pickles.values import (
    Blob,
    Global,
    Instance,
    Storage,
    TensorView,
    strides_in_a_row,
)
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES

SCOPE = "array inside the pickle"
_MAKERS = ("multiarray._reconstruct", "numeric._frombuffer")  # by BUILD, and since protocol 5
_NAMES = {"NumpyArrayWrapper", "_reconstruct", "_frombuffer"}
# numpy's code for a type is its kind and its size in bytes: `f4`.
_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex"}


class Array(Record):
    """What a pickle says of an array: its axes, numpy's dtype, and what holds its elements."""

    shape: object
    dtype: object
    data: object


def parts_of(value: object) -> Array | None:
    """The parts of an array, however the pickle makes it; None if it is no array."""
    if not isinstance(value, Instance) or not isinstance(value.maker, Global):
        return None
    if value.maker.name not in _NAMES:  # of a million objects, few are arrays
        return None
    if value.path == WRAPPER and value.args:
        held = value.attributes
        return Array(held.get("shape"), held.get("dtype"), value.args[0])
    if not value.path.endswith(_MAKERS):
        return None
    state = value.state if isinstance(value.state, tuple) else ()
    if len(state) == 5:
        return Array(state[1], state[2], state[4])
    return Array(value.args[2], value.args[1], value.args[0]) if len(value.args) == 4 else None


def array_of(value: object) -> TensorView | None:
    """The tensor that an array stands for; None if it is no array of numbers."""
    array = parts_of(value)
    if array is None:
        return None
    dtype, shape = _dtype(array.dtype), array.shape
    if dtype is None or not isinstance(shape, tuple) or not is_shape(shape):
        return None
    size = ELEMENT_BYTES[dtype]
    held = _length(array.data)
    count = math.prod(shape) if held is None else int(held // size)
    storage = Storage(SCOPE, str(id(value)), dtype, size, count)
    strides = strides_in_a_row(shape)  # the order of axes changes no count
    return TensorView(storage, 0, shape, strides, dtype)


def _dtype(value: object) -> str | None:
    if not isinstance(value, Instance) or value.path != "numpy.dtype":
        return None
    letter, size = item_bytes(value)
    name = "bool" if (letter, size) == ("b", 1) else f"{_KINDS.get(letter, '?')}{8 * (size or 0)}"
    return name if name in ELEMENT_BYTES else None


def _length(data: object) -> int | None:
    """Bytes that the pickle holds for an array; None where that takes decoding them."""
    match data:
        case bytes() | str():
            return len(data)
        case Blob(encoding=None):
            return data.source.size
        case _:
            return None
