"""Arrays whose elements joblib writes between the opcodes of a pickle (joblib/numpy_pickle.py).

A NumpyArrayWrapper is built like any object. Its BUILD is followed, since joblib 1.2, by the number
of padding bytes and the padding; then by the elements, or by a pickle if they are objects.
"""

from __future__ import annotations

import math

from rnninspect.decode.pickles.magic import HEAD, starts_model_file
from rnninspect.decode.pickles.numpy_arrays import is_shape, item_bytes
from rnninspect.decode.pickles.values import Blob
from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.pickles.machine import Machine
    from rnninspect.decode.pickles.values import Instance

_ALIGNMENT = "numpy_array_alignment_bytes"
_OBJECTS = "O"
_COST = 100  # in opcodes, of starting an inner pickle


def skip_elements(machine: Machine, wrapper: Instance) -> None:
    """Skip the elements of an array, unread, and give the wrapper a Blob of them.

    Raises UnreadableFile if the wrapper lacks a shape or dtype, or the file is truncated.
    """
    attributes, cursor = wrapper.attributes, machine.cursor
    shape = attributes.get("shape")
    kind, size = item_bytes(attributes.get("dtype"))
    if not isinstance(shape, tuple) or not is_shape(shape) or size is None:
        raise UnreadableFile(
            f"joblib array without a valid shape or dtype at offset {cursor.offset}",
            place=f"offset {cursor.offset}",
        )
    if kind == _OBJECTS:
        _skip_objects(machine)
        return
    if attributes.get(_ALIGNMENT) is not None:
        cursor.skip(cursor.byte())
    elements = Blob(cursor.skip(math.prod(shape) * size))
    wrapper.args = (elements,)
    machine.calls.embeds_files |= starts_model_file(elements.head(HEAD))


def _skip_objects(machine: Machine) -> None:
    """Interpret the pickle of an array of objects for its callables; its value is dropped."""
    cursor = machine.cursor
    inner = type(machine)(cursor, machine.calls, machine.run)
    inner.depth = machine.depth + 1
    cursor.source.limits.require(Limit.NESTING, 10 * inner.depth, "a pickle in a pickle")
    inner.opcodes = machine.opcodes
    inner.run(inner)
    cursor.source.spend(Limit.OPCODES, _COST, "the number of opcodes of all pickles")
    machine.opcodes = inner.opcodes
