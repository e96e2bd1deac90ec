"""Operators that take places of an axis, some known only at run time, as operations of the core."""

from __future__ import annotations

from rnninspect.graphs import Origin, cut, one_place, with_size, without_axis
from rnninspect_onnx.graph.shapes import normalised_axis
from rnninspect_onnx.operators.cuts import bounds

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


def _slice(to: Operands, call: Call, outputs: Outputs) -> Results:
    """Slice; bounds that are known only at run time take some places, which are not known."""
    value, shape = to.of(call.input(0)), None if outputs[0] is None else outputs[0].shape
    starts, ends = bounds(call, "starts", 1), bounds(call, "ends", 2)
    if value is None or shape is None or starts is None or ends is None:
        return ()
    axes = call.integers("axes", 3) or tuple(range(len(starts)))
    steps = call.integers("steps", 4) or (1,) * len(starts)
    found: CoreValue | None = value
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=False):
        place = None if axis is None else normalised_axis(axis, len(shape))
        if place is None or found is None or step is None:
            return ()
        if start is None or end is None:
            found = to.graph.at_run_time(found, place, with_size(found.shape, place, shape[place]))
        else:
            found = cut(to.graph, found, place, (start, end, step), shape[place])
    return (found,)


def _gather(to: Operands, call: Call, outputs: Outputs) -> Results:
    """Gather of one place, or of all in another order."""
    value, index = to.of(call.input(0)), call.input(1)
    axis = None if value is None else normalised_axis(call.number("axis", 0), len(value.shape))
    if value is None or index is None or axis is None or index.shape is None:
        return ()
    if len(index.shape) == 1 and index.shape != (1,):
        reordered = _reordered(to, value, axis, index)
        return _looked_up(to, value, index, outputs) if reordered is None else (reordered,)
    if index.shape not in ((), (1,)):
        return _looked_up(to, value, index, outputs)
    numbers = index.whole_integers
    found = one_place(to.graph, value, axis, numbers[0] if numbers else None)
    if found is None or index.shape:
        return (found,)
    return (without_axis(to.graph, found, axis),)


def _reordered(to: Operands, value: CoreValue, axis: int, index: Value) -> CoreValue | None:
    """Several places of an axis without units: a sequence that is turned round."""
    if to.graph.is_stored(value):
        return None
    size, whole = (index.shape or (None,))[0], value.shape[axis]
    lanes = to.graph.lanes(value, len(value.shape) - 1)
    if lanes is None or lanes.lane in (None, axis) or size is None or size != whole:
        return None
    return to.graph.reverse(value, axis) if _descends(index) else value


def _descends(index: Value) -> bool:
    numbers = index.whole_integers
    return bool(numbers) and list(numbers or ()) == sorted(numbers or (), reverse=True)


def _looked_up(to: Operands, value: CoreValue, index: Value, outputs: Outputs) -> Results:
    """Rows of a stored table, by numbers that come from outside: an input as those are."""
    shape = None if outputs[0] is None else outputs[0].shape
    known = index.integers is not None or index.offset is not None
    if shape is None or known or not to.graph.is_stored(value):
        return ()
    return (to.graph.leaf(Origin.INPUT, value, shape),)


def _gather_elements(to: Operands, call: Call, _: Outputs) -> Results:
    """GatherElements of one place of an axis, the same for all units."""
    value, shape = to.of(call.input(0)), call.shape(1)
    axis = None if value is None else normalised_axis(call.number("axis", 0), len(value.shape))
    if value is None or axis is None or shape is None or len(shape) != len(value.shape):
        return ()
    if shape[axis] != 1:
        return ()
    return (to.graph.at_run_time(value, axis, with_size(value.shape, axis, 1)),)


def _gather_nd(to: Operands, call: Call, outputs: Outputs) -> Results:
    """GatherND of one place of the leading axes for each element of a batch."""
    value, index = to.of(call.input(0)), call.shape(1)
    shape, batch = None if outputs[0] is None else outputs[0].shape, call.number("batch_dims", 0)
    if value is None or not index or shape is None or batch < 0:
        return ()
    last = batch + (index[-1] or 0)
    if not batch < last < len(value.shape) or to.graph.is_stored(value):
        return ()
    found: CoreValue | None = value
    for axis in range(batch, last):
        if found is not None:
            found = to.graph.at_run_time(found, axis, with_size(found.shape, axis, 1))
    return (None if found is None else to.graph.regroup(found, shape),)


TABLE: dict[str, Operation] = {
    "Slice": _slice,
    "Gather": _gather,
    "GatherElements": _gather_elements,
    "GatherND": _gather_nd,
}
