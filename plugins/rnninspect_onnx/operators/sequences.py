"""Operators on sequences of tensors: a sequence has the common shape of its elements.

Facts: https://onnx.ai/onnx/operators.
"""

from __future__ import annotations

from rnninspect_onnx.graph.shapes import common, normalised_axis, view_of_input
from rnninspect_onnx.graph.values import EMPTY_SEQUENCE, Value, ValueKind, view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect_onnx.graph.calls import Call


def _sequence(call: Call) -> tuple[Value, ...]:
    """A sequence, represented by any of its elements."""
    given = call.present()[: 2 if call.node.operator == "SequenceInsert" else None]
    elements = [value for value in given if value is not EMPTY_SEQUENCE]
    return (view(elements, common(element.shape for element in elements)),)


def _empty(call: Call) -> tuple[Value, ...]:
    return (EMPTY_SEQUENCE,) * len(call.node.outputs)


def _joined(call: Call) -> tuple[Value, ...]:
    """ConcatFromSequence: along an axis of the elements, or along a new one, of unknown length."""
    shape, new = call.shape(), call.number("new_axis", 0)
    rank = None if shape is None else len(shape) + new
    axis = None if rank is None else normalised_axis(call.number("axis", 0), rank)
    if shape is None or axis is None or new not in (0, 1):
        return view_of_input(call, None)
    return view_of_input(call, (*shape[:axis], None, *shape[axis + 1 - new :]))


def _split(call: Call) -> tuple[Value, ...]:
    """SplitToSequence: parts of an axis, which goes where each is one place and keepdims is 0."""
    shape, sizes = call.shape(), call.input(1)
    axis = None if shape is None else normalised_axis(call.number("axis", 0), len(shape))
    if shape is None or axis is None:
        return view_of_input(call, None)
    if is_by_one(sizes):
        kept = (1,) if call.number("keepdims", 1) == 1 else ()
        return view_of_input(call, (*shape[:axis], *kept, *shape[axis + 1 :]))
    parts = None if sizes is None else split_sizes(shape[axis], sizes)
    size = parts[0] if parts and len(set(parts)) == 1 else None
    return view_of_input(call, (*shape[:axis], size, *shape[axis + 1 :]))


def is_by_one(sizes: Value | None) -> bool:
    """Whether SplitToSequence takes one place after the other.

    The number 1 does that too, and keepdims counts then: the definition says otherwise, but ONNX
    Runtime and the exporters agree on it.
    """
    return sizes is None or (sizes.shape == () and sizes.integers == (1,))


def split_sizes(whole: int | None, sizes: Value) -> tuple[int, ...] | None:
    """The sizes of the parts of an axis; None where they, or how many there are, is unknown."""
    given = sizes.whole_integers
    if given is None or sizes.shape != ():
        return given
    size = given[0]
    if whole is None or not 0 < size <= whole or whole // size > _MOST_PARTS:
        return None
    rest = whole % size
    return (size,) * (whole // size) + ((rest,) if rest else ())


def _length(_: Call) -> tuple[Value, ...]:
    return (Value(ValueKind.DYNAMIC, (), (None,)),)


_MOST_PARTS = 1024

SEQUENCES: dict[str, Callable[[Call], tuple[Value, ...]]] = {
    "SequenceConstruct": _sequence,
    "SequenceInsert": _sequence,
    "SequenceEmpty": _empty,
    "SequenceLength": _length,
    "ConcatFromSequence": _joined,
    "SplitToSequence": _split,
}
