"""Operators that copy a value, or move its axes."""

from __future__ import annotations

from rnninspect.graphs import reshape, squeeze, transpose, unsqueeze
from rnninspect_keras.graph.running.values import (
    Value,
    axis_of,
    made_of,
    normalised,
    product,
    view_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect_keras.graph.messages.records import Dims
    from rnninspect_keras.graph.running.calls import Call

    Operation = Callable[[Call], Sequence[Value]]


def same(call: Call) -> tuple[Value, ...]:
    """A copy of each input."""
    return tuple(call.inputs)


def _first(call: Call) -> tuple[Value]:
    """The first input: as it is, in another type, or rounded to few values."""
    return (call.input(0),)


def _reshape(call: Call) -> tuple[Value]:
    value, wanted = call.input(0), call.input(1)
    shape = _filled(value.shape, wanted.integers)
    if shape is None and wanted.shape and wanted.shape[0] is not None and wanted.shape[0] < 9:
        shape = (None,) * wanted.shape[0]
    found = view_of(value, shape, value.integers)
    return (call.follow(found, (value,), lambda graph, one: reshape(graph, one[0], shape or ())),)


def _filled(shape: Dims | None, wanted: tuple[int | None, ...] | None) -> Dims | None:
    """The shape that is asked for, its one -1 worked out where that is possible."""
    if wanted is None:
        return None
    if -1 not in wanted:
        return wanted
    at = wanted.index(-1)
    others = (*wanted[:at], *wanted[at + 1 :])
    whole, rest = None if shape is None else product(shape), product(others)
    if whole is not None and rest and whole % rest == 0:
        return (*wanted[:at], whole // rest, *wanted[at + 1 :])
    return tuple(None if size == -1 else size for size in wanted)


def _transpose(call: Call) -> tuple[Value]:
    value, order = call.input(0), call.input(1).whole
    if value.shape is None:
        return (view_of(value, None),)
    if order is None or sorted(order) != list(range(len(value.shape))):
        return (view_of(value, (None,) * len(value.shape)),)
    shape = tuple(value.shape[at] for at in order)
    return (
        call.follow(
            view_of(value, shape),
            (value,),
            lambda graph, one: transpose(graph, one[0], order, shape),
        ),
    )


def _squeeze(call: Call) -> tuple[Value]:
    value = call.input(0)
    old = value.shape
    if old is None:
        return (view_of(value, None),)
    asked = [each for each in call.node.several("squeeze_dims") if isinstance(each, int)]
    axes = {normalised(axis, len(old)) for axis in asked} or {
        at for at, size in enumerate(old) if size == 1
    }
    if not asked and None in old:
        return (view_of(value, None),)
    shape = tuple(size for at, size in enumerate(old) if at not in axes)
    places = [at for at in axes if at is not None]
    return (
        call.follow(
            view_of(value, shape, value.integers),
            (value,),
            lambda graph, one: squeeze(graph, one[0], places, shape),
        ),
    )


def _expand_dims(call: Call) -> tuple[Value]:
    value = call.input(0)
    old = value.shape
    axis = None if old is None else axis_of(call.input(1), len(old) + 1)
    if old is None or axis is None:
        return (view_of(value, None),)
    shape = (*old[:axis], 1, *old[axis:])
    return (
        call.follow(
            view_of(value, shape, value.integers),
            (value,),
            lambda graph, one: unsqueeze(graph, one[0], (axis,), shape),
        ),
    )


def _broadcast_to(call: Call) -> tuple[Value]:
    """What is one for all units, elementwise functions repeat by themselves."""
    value, shape = call.input(0), call.input(1).integers
    found = view_of(value, shape)
    if shape is None or value.shape is None or len(shape) != len(value.shape):
        return (found,)
    return (call.follow(found, (value,), lambda _, one: one[0]),)


def _tile(call: Call) -> tuple[Value]:
    """Repeated along its axes; where they are of one, as above."""
    value, times = call.input(0), call.input(1).integers
    old = value.shape
    if old is None or times is None or len(times) != len(old):
        return (view_of(value, None if old is None else (None,) * len(old)),)
    shape = tuple(product(pair) for pair in zip(old, times, strict=True))
    found = view_of(value, shape)
    if any(size != 1 and many != 1 for size, many in zip(old, times, strict=True)):
        return (found,)
    return (call.follow(found, (value,), lambda _, one: one[0]),)


def _reversed(call: Call) -> tuple[Value]:
    """The same places in another order, which a step does not see."""
    value = call.input(0)
    if value.integers is None:
        return (value,)
    return (made_of((value,), value.shape),)


def _reduced(call: Call) -> tuple[Value]:
    """A sum, a mean, a maximum … over some axes, or over all."""
    value, axes = call.input(0), call.input(1).whole
    kept = bool(call.node.number("keep_dims"))
    if value.shape is None or axes is None:
        return (made_of((value,), None),)
    gone = {normalised(axis, len(value.shape)) for axis in axes}
    shape = tuple(
        1 if at in gone else size for at, size in enumerate(value.shape) if kept or at not in gone
    )
    integers = None
    if call.node.operator == "Prod" and value.integers is not None and gone == {0}:
        integers = (product(value.integers),)
    return (made_of((value,), shape, integers),)


_COPIES = """
    Identity Snapshot StopGradient PreventGradient CheckNumerics EnsureShape Cast Dequantize
    FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsPerChannel
    QuantizeAndDequantizeV2 QuantizeAndDequantizeV3 QuantizeAndDequantizeV4 Enter RefEnter
    NextIteration RefNextIteration RefIdentity ReadVariableOp DeepCopy CopyHost Copy Print PrintV2
"""

TABLE: dict[str, Operation] = {
    **dict.fromkeys(_COPIES.split(), _first),
    "IdentityN": same,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "ConjugateTranspose": _transpose,
    "Squeeze": _squeeze,
    "ExpandDims": _expand_dims,
    "BroadcastTo": _broadcast_to,
    "Tile": _tile,
    **dict.fromkeys(("ReverseV2", "ReverseSequence", "Reverse"), _reversed),
    **dict.fromkeys(("Sum", "Mean", "Max", "Min", "Prod", "All", "Any"), _reduced),
}
