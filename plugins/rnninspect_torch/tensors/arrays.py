"""Numpy arrays as tensors, as in state dicts of arrays."""

from __future__ import annotations

import math

from rnninspect.decode.pickles.numpy_arrays import array_in, array_in_state, is_shape
from rnninspect.decode.pickles.values import Instance
from rnninspect.stored.tensor import contiguous_strides
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES
from rnninspect_torch.tensors.views import Storage, TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.pickles.numpy_arrays import PickledArray

SCOPE = "array inside the pickle"
_OF_JAX = (
    "jax._src.array._reconstruct_array"  # with the call, the arguments and the state of numpy's
)


def parts_of(value: object) -> PickledArray | None:
    """The description of an array, of JAX too; None if the value is not one."""
    if isinstance(value, Instance) and value.path == _OF_JAX:
        return array_in_state(value.args[2]) if len(value.args) > 2 else None
    return array_in(value)


def array_of(value: object) -> TensorView | None:
    """An array as a tensor; None if the value is not a numeric array."""
    array = parts_of(value)
    if array is None:
        return None
    dtype, shape = array.element_type, array.shape
    if dtype not in ELEMENT_BYTES or not isinstance(shape, tuple) or not is_shape(shape):
        return None
    size = ELEMENT_BYTES[dtype]
    size_in_file = array.bytes
    count = math.prod(shape) if size_in_file is None else int(size_in_file // size)
    storage = Storage(SCOPE, str(id(value)), dtype, size, count)
    strides = contiguous_strides(shape)  # Fortran order has the same counts
    return TensorView(storage, 0, shape, strides, dtype)
