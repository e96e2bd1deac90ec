"""How pickles describe numpy arrays (numpy/_core/multiarray): element types, shapes and bytes."""

from __future__ import annotations

from rnninspect.decode.pickles.values import Blob, Global, Instance
from rnninspect.model import MOST_ELEMENTS
from rnninspect.record import Record

JOBLIB = "joblib.numpy_pickle"
WRAPPER = f"{JOBLIB}.NumpyArrayWrapper"  # followed by the elements
_WRAPPER_NAME = WRAPPER.rpartition(".")[2]
_MAKERS = ("multiarray._reconstruct", "numeric._frombuffer")  # before and since pickle protocol 5
_NAMES = frozenset({"NumpyArrayWrapper", "_reconstruct", "_frombuffer"})
_MOST_AXES = 64
_LONGEST_CODE = 12
_CHARACTER_BYTES = 4  # numpy counts the length of strings in characters
# A dtype code is a kind and a size in bytes: `f4`.
_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex"}


def is_wrapper(built: Instance) -> bool:
    """Whether the bytes of an array follow the object that was just built."""
    maker = built.maker
    return isinstance(maker, Global) and maker.name == _WRAPPER_NAME and built.path == WRAPPER


class PickledArray(Record):
    """The pickled description of an array: its shape, numpy's dtype and its elements."""

    shape: object
    dtype: object
    data: object

    @property
    def element_type(self) -> str:
        """The element type, `float32`; empty if the elements are no numbers."""
        if not isinstance(self.dtype, Instance) or self.dtype.path != "numpy.dtype":
            return ""
        kind, size = item_bytes(self.dtype)
        if (kind, size) == ("b", 1):
            return "bool"
        return f"{_KINDS[kind]}{8 * size}" if kind in _KINDS and size else ""

    @property
    def bytes(self) -> int | None:
        """Bytes of its elements in the pickle; None if they would have to be decoded."""
        match self.data:
            case bytes() | str():
                return len(self.data)
            case Blob(encoding=None):
                return self.data.source.size
            case _:
                return None


def array_in(value: object) -> PickledArray | None:
    """The description of an array, however it is pickled; None if the value is not one."""
    if not isinstance(value, Instance) or not isinstance(value.maker, Global):
        return None
    if value.maker.name not in _NAMES:  # cheap test first: few of many objects are arrays
        return None
    if value.path == WRAPPER and value.args:
        attributes = value.attributes
        return PickledArray(attributes.get("shape"), attributes.get("dtype"), value.args[0])
    if not value.path.endswith(_MAKERS):
        return None
    if (state := array_in_state(value.state)) is not None:
        return state
    return (
        PickledArray(value.args[2], value.args[1], value.args[0]) if len(value.args) == 4 else None
    )


def array_in_state(state: object) -> PickledArray | None:
    """The description in the state of an array: version, shape, dtype, order and elements."""
    if not isinstance(state, tuple) or len(state) != 5:
        return None
    return PickledArray(state[1], state[2], state[4])


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
