"""Operators that move axes, take parts or join, as operations of the core's graph."""

from __future__ import annotations

from rnninspect.graphs import (
    cut,
    one_place,
    reshape,
    split,
    transpose,
    unsqueeze,
    with_size,
    without_axis,
)
from rnninspect_tflite.recovered.strides import strided
from rnninspect_tflite.schema.options import integer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_tflite.operators.values import Call
    from rnninspect_tflite.recovered.operands import Operands

    Results = Iterable[CoreValue | None]
    Operation = Callable[[Operands, Call], Results]


def _same(to: Operands, call: Call) -> Results:
    """The first input: a copy, in another type, or in the reverse order."""
    return (to.of(call.input(0)),)


def _broadcast(to: Operands, call: Call) -> Results:
    """What is one for all units, elementwise functions repeat by themselves."""
    value = to.of(call.input(0))
    if value is None or call.output is None or len(value.shape) != len(call.output.shape):
        return ()
    return (value,)


def _reshape(to: Operands, call: Call) -> Results:
    """RESHAPE, SQUEEZE and EXPAND_DIMS: by the shapes before and after."""
    value = to.of(call.input(0))
    return (
        ()
        if value is None or call.output is None
        else (reshape(to.graph, value, call.output.shape),)
    )


def _transpose(to: Operands, call: Call) -> Results:
    value, order = to.of(call.input(0)), to.numbers.integers(call.input(1))
    if value is None or order is None or call.output is None:
        return ()
    return (transpose(to.graph, value, order, call.output.shape),)


def _slice(to: Operands, call: Call) -> Results:
    value, sizes = to.of(call.input(0)), None if call.output is None else call.output.shape
    starts = to.numbers.integers(call.input(1))
    if value is None or sizes is None or len(sizes) != len(value.shape):
        return ()
    found: CoreValue | None = value
    for axis, size in enumerate(sizes):
        if found is None or size is None or size == value.shape[axis]:
            continue
        if starts is None:
            found = one_place(to.graph, found, axis, None) if size == 1 else None
        elif axis < len(starts):
            found = cut(to.graph, found, axis, (starts[axis], starts[axis] + size, 1), size)
    return (found,)


def _axis(number: int, rank: int) -> int | None:
    """An axis counted from the front; None if there is none."""
    return number % rank if -rank <= number < rank else None


def _split(to: Operands, call: Call) -> Results:
    """SPLIT has its axis first, SPLIT_V last."""
    is_plain = call.operator.name == "SPLIT"
    value = to.of(call.input(1 if is_plain else 0))
    axes = to.numbers.integers(call.input(0 if is_plain else 2))
    if value is None or not axes:
        return ()
    axis = _axis(axes[0], len(value.shape))
    if axis is None:
        return ()
    sizes = [None if output is None else output.shape[axis] for output in call.outputs]
    return split(to.graph, value, axis, sizes)


def _unpack(to: Operands, call: Call) -> Results:
    value = to.of(call.input(0))
    axis = None if value is None else _axis(integer(call.operator, 1), len(value.shape))
    if value is None or axis is None:
        return ()
    places = (one_place(to.graph, value, axis, at) for at in range(len(call.outputs)))
    return [None if place is None else without_axis(to.graph, place, axis) for place in places]


def _pack(to: Operands, call: Call) -> Results:
    values = [to.of(value) for value in call.inputs]
    shape = () if call.output is None else call.output.shape
    axis = _axis(integer(call.operator, 1), len(shape)) if shape else None
    if axis is None:
        return ()
    one = with_size(shape, axis, 1)
    raised = [
        None if value is None else unsqueeze(to.graph, value, (axis,), one) for value in values
    ]
    known = [value for value in raised if value is not None]
    return (to.graph.join(known, axis, shape),) if len(known) == len(values) else ()


def _concatenation(to: Operands, call: Call) -> Results:
    values = [to.of(value) for value in call.inputs]
    known = [value for value in values if value is not None]
    shape = () if call.output is None else call.output.shape
    axis = _axis(integer(call.operator, 0), len(shape)) if shape else None
    if axis is None or len(known) != len(values):
        return ()
    return (to.graph.join(known, axis, shape),)


def _gather(to: Operands, call: Call) -> Results:
    """GATHER of one place, which may be known at run time alone."""
    value, index = to.of(call.input(0)), call.input(1)
    axis = None if value is None else _axis(integer(call.operator, 0), len(value.shape))
    if value is None or index is None or axis is None or integer(call.operator, 1):
        return ()
    if index.shape not in ((), (1,)):
        return ()
    numbers = to.numbers.integers(index)
    found = one_place(to.graph, value, axis, numbers[0] if numbers else None)
    if found is None or index.shape:
        return (found,)
    return (without_axis(to.graph, found, axis),)


def _strided(to: Operands, call: Call) -> Results:
    value = to.of(call.input(0))
    return () if value is None or call.output is None else (strided(to, call, value),)


_COPIES = """
    QUANTIZE DEQUANTIZE CAST FAKE_QUANT REVERSE_V2 REVERSE_SEQUENCE DENSIFY
"""

TABLE: dict[str, Operation] = {
    **dict.fromkeys(_COPIES.split(), _same),
    **dict.fromkeys(("BROADCAST_TO", "TILE"), _broadcast),
    **dict.fromkeys(("RESHAPE", "SQUEEZE", "EXPAND_DIMS"), _reshape),
    "TRANSPOSE": _transpose,
    "SLICE": _slice,
    "STRIDED_SLICE": _strided,
    "SPLIT": _split,
    "SPLIT_V": _split,
    "PACK": _pack,
    "UNPACK": _unpack,
    "GATHER": _gather,
    "CONCATENATION": _concatenation,
}
