"""Operators that move axes, split or join, as operations of the core's graph."""

from __future__ import annotations

from rnninspect.graphs import (
    reshape,
    split,
    squeeze,
    transpose,
    unsqueeze,
)
from rnninspect_onnx.graph.shapes import normalised_axes, normalised_axis
from rnninspect_onnx.operators.rounded import quantised_parts

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
    """Expand, Tile of axes of size one: elementwise functions repeat those by themselves."""
    value, shape = to.of(call.input(0)), None if outputs[0] is None else outputs[0].shape
    new = 0 if value is None or shape is None else len(shape) - len(value.shape)
    if value is None or shape is None or new < 0:
        return ()
    pairs = zip(value.shape, shape[new:], strict=True)
    if call.node.operator == "Tile" and any(old not in (1, size) for old, size in pairs):
        return ()
    if not new:
        return (value,)
    return (unsqueeze(to.graph, value, range(new), (*(1,) * new, *value.shape)),)


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


def _split(to: Operands, call: Call, outputs: Outputs) -> Results:
    value = to.of(call.input(0))
    axis = None if value is None else normalised_axis(call.number("axis", 0), len(value.shape))
    if value is None or axis is None:
        return ()
    shapes = [None if output is None else output.shape for output in outputs]
    sizes = [None if shape is None else shape[axis] for shape in shapes]
    return list(split(to.graph, value, axis, sizes))


def _concat(to: Operands, call: Call, outputs: Outputs) -> Results:
    return _joined(to, call, call.present(), outputs)


def _quantised_concat(to: Operands, call: Call, outputs: Outputs) -> Results:
    return _joined(to, call, quantised_parts(call), outputs)


def _joined(to: Operands, call: Call, given: Sequence[Value | None], outputs: Outputs) -> Results:
    shape = None if outputs[0] is None else outputs[0].shape
    values = [to.of(value) for value in given]
    known = [value for value in values if value is not None]
    axis = None if shape is None else normalised_axis(call.number("axis", 1), len(shape))
    if shape is None or axis is None or len(known) != len(values):
        return ()
    return (to.graph.join(known, axis, shape),)


def _reverse_sequence(to: Operands, call: Call, _: Outputs) -> Results:
    """ReverseSequence: each sequence of a batch from its own end, be there padding after it."""
    value, axis = to.of(call.input(0)), call.number("time_axis", 0)
    if value is None or not 0 <= axis < len(value.shape):
        return ()
    return (to.graph.reverse(value, axis),)


_COPIES = """
    Identity Cast CastLike Dropout QuantizeLinear DequantizeLinear DynamicQuantizeLinear
    FakeQuantize
"""

TABLE: dict[str, Operation] = {
    **dict.fromkeys(_COPIES.split(), _same),
    **dict.fromkeys(("Expand", "Tile"), _expand),
    "ReverseSequence": _reverse_sequence,
    "Transpose": _transpose,
    **dict.fromkeys(("Reshape", "Flatten"), _reshape),
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Split": _split,
    "Concat": _concat,
    "QLinearConcat": _quantised_concat,
}
