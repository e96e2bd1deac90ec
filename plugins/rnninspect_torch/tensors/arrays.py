"""Numpy arrays as tensors, as in state dicts of arrays (numpy/_core/multiarray)."""

from __future__ import annotations

import math

from rnninspect.decode.pickles.numpy_arrays import WRAPPER, is_shape, item_bytes
from rnninspect.decode.pickles.values import Blob, Global, Instance
from rnninspect.plugin import Record
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES
from rnninspect_torch.tensors.views import Storage, TensorView, contiguous_strides

SCOPE = "array inside the pickle"
_MAKERS = ("multiarray._reconstruct", "numeric._frombuffer")  # before and since pickle protocol 5
_NAMES = {"NumpyArrayWrapper", "_reconstruct", "_frombuffer", "_reconstruct_array"}
_OF_JAX = (
    "jax._src.array._reconstruct_array"  # with the call, the arguments and the state of numpy's
)
# A dtype code is a kind and a size in bytes: `f4`.
_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex"}


class Array(Record):
    """The pickled description of an array: its shape, numpy's dtype and its elements."""

    shape: object
    dtype: object
    data: object


def parts_of(value: object) -> Array | None:
    """The description of an array, however it is pickled; None if the value is not one."""
    if not isinstance(value, Instance) or not isinstance(value.maker, Global):
        return None
    if value.maker.name not in _NAMES:  # cheap test first: few of many objects are arrays
        return None
    if value.path == WRAPPER and value.args:
        attributes = value.attributes
        return Array(attributes.get("shape"), attributes.get("dtype"), value.args[0])
    if value.path == _OF_JAX:
        state = value.args[2] if len(value.args) > 2 else None
    elif value.path.endswith(_MAKERS):
        state = value.state
    else:
        return None
    state = state if isinstance(state, tuple) else ()
    if len(state) == 5:
        return Array(state[1], state[2], state[4])
    return Array(value.args[2], value.args[1], value.args[0]) if len(value.args) == 4 else None


def array_of(value: object) -> TensorView | None:
    """An array as a tensor; None if the value is not a numeric array."""
    array = parts_of(value)
    if array is None:
        return None
    dtype, shape = _dtype(array.dtype), array.shape
    if dtype is None or not isinstance(shape, tuple) or not is_shape(shape):
        return None
    size = ELEMENT_BYTES[dtype]
    size_in_file = _length(array.data)
    count = math.prod(shape) if size_in_file is None else int(size_in_file // size)
    storage = Storage(SCOPE, str(id(value)), dtype, size, count)
    strides = contiguous_strides(shape)  # Fortran order has the same counts
    return TensorView(storage, 0, shape, strides, dtype)


def _dtype(value: object) -> str | None:
    if not isinstance(value, Instance) or value.path != "numpy.dtype":
        return None
    kind, size = item_bytes(value)
    name = "bool" if (kind, size) == ("b", 1) else f"{_KINDS.get(kind, '?')}{8 * (size or 0)}"
    return name if name in ELEMENT_BYTES else None


def _length(data: object) -> int | None:
    """Bytes of an array in the pickle; None if they would have to be decoded."""
    match data:
        case bytes() | str():
            return len(data)
        case Blob(encoding=None):
            return data.source.size
        case _:
            return None
