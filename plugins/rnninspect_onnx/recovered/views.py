"""Operators that move axes, take parts or join, as operations of the core's graph."""

from __future__ import annotations

from rnninspect.graphs import (
    cut,
    one_place,
    reshape,
    split,
    squeeze,
    transpose,
    unsqueeze,
    without_axis,
)
from rnninspect_onnx.graph.shapes import normalised_axes, normalised_axis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Value
    from rnninspect_onnx.recovered.operands import Operands

    Outputs = Sequence[Value | None]
    Results = Sequence[CoreValue | None]
    Operation = Callable[[Operands, Call, Outputs], Results]


def _same(to: Operands, call: Call, _: Outputs) -> Results:
    """The first input: a copy, in another type, or rounded to the values of a quantised tensor."""
    return (to.of(call.input(0)),)


def _expand(to: Operands, call: Call, outputs: Outputs) -> Results:
    """Expand: what is one for all units, elementwise functions repeat by themselves."""
    value, shape = to.of(call.input(0)), None if outputs[0] is None else outputs[0].shape
    if value is None or shape is None or len(value.shape) != len(shape):
        return ()
    return (value,)


def _transpose(to: Operands, call: Call, outputs: Outputs) -> Results:
    value, shape = to.of(call.input(0)), None if outputs[0] is None else outputs[0].shape
    if value is None or shape is None:
        return ()
    attribute = call.attribute("perm")
    order = tuple(reversed(range(len(shape)))) if attribute is None else attribute.integers
    return (transpose(to.graph, value, order, shape),)


def _reshape(to: Operands, call: Call, outputs: Outputs) -> Results:
    """Reshape, Flatten, Squeeze, Unsqueeze: by the shapes before and after."""
    value, shape = to.of(call.input(0)), None if outputs[0] is None else outputs[0].shape
    if value is None or shape is None:
        return ()
    return (reshape(to.graph, value, shape),)


def _squeeze(to: Operands, call: Call, outputs: Outputs) -> Results:
    value, shape = to.of(call.input(0)), None if outputs[0] is None else outputs[0].shape
    axes = call.integers("axes", 1)
    if value is None or shape is None:
        return ()
    places = None if axes is None else normalised_axes(axes, len(value.shape))
    if places is None:
        return _reshape(to, call, outputs)
    return (squeeze(to.graph, value, places, shape),)


def _unsqueeze(to: Operands, call: Call, outputs: Outputs) -> Results:
    value, shape = to.of(call.input(0)), None if outputs[0] is None else outputs[0].shape
    axes = call.integers("axes", 1)
    places = None if axes is None or shape is None else normalised_axes(axes, len(shape))
    if value is None or shape is None or places is None:
        return ()
    return (unsqueeze(to.graph, value, places, shape),)


def _slice(to: Operands, call: Call, outputs: Outputs) -> Results:
    value, shape = to.of(call.input(0)), None if outputs[0] is None else outputs[0].shape
    starts, ends = call.integers("starts", 1), call.integers("ends", 2)
    if value is None or shape is None or starts is None or ends is None:
        return ()
    axes = call.integers("axes", 3) or tuple(range(len(starts)))
    steps = call.integers("steps", 4) or (1,) * len(starts)
    found: CoreValue | None = value
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=False):
        place = None if axis is None else normalised_axis(axis, len(shape))
        if place is None or found is None or start is None or end is None or step is None:
            return ()
        found = cut(to.graph, found, place, (start, end, step), shape[place])
    return (found,)


def _split(to: Operands, call: Call, outputs: Outputs) -> Results:
    value = to.of(call.input(0))
    axis = None if value is None else normalised_axis(call.number("axis", 0), len(value.shape))
    if value is None or axis is None:
        return ()
    shapes = [None if output is None else output.shape for output in outputs]
    sizes = [None if shape is None else shape[axis] for shape in shapes]
    return list(split(to.graph, value, axis, sizes))


def _gather(to: Operands, call: Call, _: Outputs) -> Results:
    """Gather of one place, which may be known at run time alone."""
    value, index = to.of(call.input(0)), call.input(1)
    axis = None if value is None else normalised_axis(call.number("axis", 0), len(value.shape))
    if value is None or index is None or axis is None or index.shape not in ((), (1,)):
        return ()
    numbers = index.whole_integers
    found = one_place(to.graph, value, axis, numbers[0] if numbers else None)
    if found is None or index.shape:
        return (found,)
    return (without_axis(to.graph, found, axis),)


def _concat(to: Operands, call: Call, outputs: Outputs) -> Results:
    shape = None if outputs[0] is None else outputs[0].shape
    values = [to.of(value) for value in call.present()]
    known = [value for value in values if value is not None]
    axis = None if shape is None else normalised_axis(call.number("axis", 1), len(shape))
    if shape is None or axis is None or len(known) != len(values):
        return ()
    return (to.graph.join(known, axis, shape),)


_COPIES = """
    Identity Cast CastLike Dropout QuantizeLinear DequantizeLinear DynamicQuantizeLinear
    FakeQuantize StopGradient
"""

TABLE: dict[str, Operation] = {
    **dict.fromkeys(_COPIES.split(), _same),
    "Expand": _expand,
    "Transpose": _transpose,
    **dict.fromkeys(("Reshape", "Flatten"), _reshape),
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Slice": _slice,
    "Split": _split,
    "Gather": _gather,
    "Concat": _concat,
}
