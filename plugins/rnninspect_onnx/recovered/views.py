"""Operators that move axes, take parts or join, as operations of the core's graph."""

from __future__ import annotations

from rnninspect_onnx.graph.shapes import normalised_axes, normalised_axis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Dims, Value
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
    if value is None or shape is None or len(shape) != len(value.shape):
        return ()
    attribute = call.attribute("perm")
    order = tuple(reversed(range(len(shape)))) if attribute is None else attribute.integers
    if sorted(order) != list(range(len(shape))):
        return ()
    return (to.graph.move(value, order, shape),)


def _reshape(to: Operands, call: Call, outputs: Outputs) -> Results:
    """Reshape, Flatten, Squeeze, Unsqueeze: by the shapes before and after."""
    value, shape = to.of(call.input(0)), None if outputs[0] is None else outputs[0].shape
    if value is None or shape is None:
        return ()
    old = value.shape
    sources = _sources(old, shape)
    if sources is not None:
        return (to.graph.move(value, sources, shape),)
    if len(shape) == len(old) + 1 and old[:-1] == shape[:-2]:
        return (to.graph.split_axis(value, shape),)
    if len(shape) == len(old) - 1 and old[:-2] == shape[:-1] and len(old) > 1:
        return (to.graph.merge_axes(value, shape),)
    return (to.graph.regroup(value, shape),)


def _sources(old: Dims, new: Dims) -> list[int | None] | None:
    """For each axis of the new shape the old one it is, where only axes of one come and go."""
    kept = [at for at, size in enumerate(old) if size != 1]
    wide = [at for at, size in enumerate(new) if size != 1]
    if [old[at] for at in kept] != [new[at] for at in wide]:
        return None
    if sum(size is None for size in old) > 1 and len(old) != len(new):
        return None
    by_place: dict[int, int] = dict(zip(wide, kept, strict=True))
    ones = [at for at, size in enumerate(old) if size == 1]
    sources: list[int | None] = []
    for at in range(len(new)):
        if at in by_place:
            sources.append(by_place[at])
        else:
            last = max((source for source in sources if source is not None), default=-1)
            fitting = next((one for one in ones if one > last), None)
            after = min((by_place[later] for later in wide if later > at), default=len(old))
            sources.append(fitting if fitting is not None and fitting < after else None)
    return sources


def _squeeze(to: Operands, call: Call, outputs: Outputs) -> Results:
    value, shape = to.of(call.input(0)), None if outputs[0] is None else outputs[0].shape
    axes = call.integers("axes", 1)
    if value is None or shape is None:
        return ()
    places = None if axes is None else normalised_axes(axes, len(value.shape))
    if places is None:
        return _reshape(to, call, outputs)
    return (
        to.graph.move(value, [at for at in range(len(value.shape)) if at not in places], shape),
    )


def _unsqueeze(to: Operands, call: Call, outputs: Outputs) -> Results:
    value, shape = to.of(call.input(0)), None if outputs[0] is None else outputs[0].shape
    axes = call.integers("axes", 1)
    places = None if axes is None or shape is None else normalised_axes(axes, len(shape))
    if value is None or shape is None or places is None:
        return ()
    old = iter(range(len(value.shape)))
    sources = [None if at in places else next(old, None) for at in range(len(shape))]
    return (to.graph.move(value, sources, shape),)


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
        if place is None or found is None or start is None or end is None:
            return ()
        found = _cut(to, found, place, (start, end, step), shape)
    return (found,)


def _cut(
    to: Operands,
    value: CoreValue,
    axis: int,
    bounds: tuple[int, int, int | None],
    shape: Dims,
) -> CoreValue | None:
    start, end, step = bounds
    size = value.shape[axis]
    if step == -1:  # reversed: the same places in another order
        return value
    if step != 1:
        return None
    target = (*value.shape[:axis], shape[axis], *value.shape[axis + 1 :])
    if size is None:
        if start == 0 and end > 2**30:
            return value
        return to.graph.at_run_time(value, axis, target) if shape[axis] == 1 else None
    first, last, _ = slice(start, end).indices(size)
    return to.graph.part(value, axis, first, max(0, last - first), target)


def _split(to: Operands, call: Call, outputs: Outputs) -> Results:
    value = to.of(call.input(0))
    axis = None if value is None else normalised_axis(call.number("axis", 0), len(value.shape))
    if value is None or axis is None:
        return ()
    found: list[CoreValue | None] = []
    begin = 0
    for output in outputs:
        size = None if output is None or output.shape is None else output.shape[axis]
        if output is None or output.shape is None or size is None:
            return found
        found.append(to.graph.part(value, axis, begin, size, output.shape))
        begin += size
    return found


def _gather(to: Operands, call: Call, outputs: Outputs) -> Results:
    """Gather of one place, which may be known at run time alone."""
    value, index = to.of(call.input(0)), call.input(1)
    shape = None if outputs[0] is None else outputs[0].shape
    axis = None if value is None else normalised_axis(call.number("axis", 0), len(value.shape))
    if value is None or index is None or axis is None or shape is None:
        return ()
    if index.shape not in ((), (1,)):
        return ()
    one = (*value.shape[:axis], 1, *value.shape[axis + 1 :])
    numbers = index.whole_integers
    size = value.shape[axis]
    if numbers and (numbers[0] >= 0 or size is not None):
        start = numbers[0] if numbers[0] >= 0 else numbers[0] + (size or 0)
        found = to.graph.part(value, axis, start, 1, one)
    else:
        found = to.graph.at_run_time(value, axis, one)
    if found is None or index.shape:
        return (found,)
    kept = [at for at in range(len(value.shape)) if at != axis]
    return (to.graph.move(found, kept, shape),)


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
