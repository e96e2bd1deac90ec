"""Operators that concatenate values or take parts of them: Concat, Slice, Split, Gather.

Facts: https://onnx.ai/onnx/operators, old versions (bounds and sizes as attributes) included.
"""

from __future__ import annotations

from rnninspect_onnx.graph.shapes import added, integers_of_input, normalised_axis, view_of_input
from rnninspect_onnx.graph.values import Value, ValueKind, gathered, view
from rnninspect_onnx.protobuf.tensor_messages import KEPT_INTEGERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Dims, Integers

_Bound = int | None
_KNOWN = (
    ValueKind.CONSTANT,
    ValueKind.CHOSEN,
    ValueKind.SCALED,
)  # indices independent of the graph's inputs


def concat(call: Call) -> tuple[Value, ...]:
    """Concat: one after the other along `axis`."""
    sources = call.present()
    shapes = [source.shape for source in sources]
    known = [shape for shape in shapes if shape is not None]
    rank = len(known[0]) if known and len(known) == len(shapes) else 0
    axis = normalised_axis(call.number("axis", 1), rank) if rank else None
    if axis is None or any(len(shape) != rank for shape in known):
        return (view(sources, None),)
    columns = zip(*known, strict=True)
    joined = tuple(
        added(*column) if at == axis else next((size for size in column if size is not None), None)
        for at, column in enumerate(columns)
    )
    return (view(sources, joined, _joined(sources) if rank == 1 else None),)


def _joined(sources: Sequence[Value]) -> Integers | None:
    numbers: list[int | None] = []
    for source in sources:
        if source.integers is None or len(numbers) + len(source.integers) > KEPT_INTEGERS:
            return None
        numbers.extend(source.integers)
    return tuple(numbers)


def slice_(call: Call) -> tuple[Value, ...]:
    """Slice: from `starts` up to `ends` in `steps`, along `axes`."""
    shape = call.shape()
    starts, ends = bounds(call, "starts", 1), bounds(call, "ends", 2)
    if shape is None or starts is None or ends is None or len(starts) != len(ends):
        return view_of_input(call, None)
    axes = _given(call, "axes", 3, tuple(range(len(starts))))
    steps = _given(call, "steps", 4, (1,) * len(starts))
    if axes is None or steps is None or not len(axes) == len(steps) == len(starts):
        return view_of_input(call, None)
    result, integers = list(shape), integers_of_input(call) if len(shape) == 1 else None
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        position = None if axis is None else normalised_axis(axis, len(shape))
        if position is None:
            return view_of_input(call, None)
        result[position] = _sliced(shape[position], start, end, step)
        integers = _sliced_integers(integers, start, end, step)
    return view_of_input(call, tuple(result), integers)


def bounds(call: Call, name: str, position: int) -> Integers | None:
    """Starts or ends of Slice, each None where it is known only at run time."""
    numbers, shape = call.integers(name, position), call.shape(position)
    if numbers is not None or call.attribute(name) is not None or shape is None:
        return numbers
    count = shape[0] if len(shape) == 1 else None
    return None if count is None or count > KEPT_INTEGERS else (None,) * count


def _given(call: Call, name: str, position: int, default: Integers) -> Integers | None:
    if call.attribute(name) is None and call.input(position) is None:
        return default
    return call.integers(name, position)


def _sliced(size: int | None, start: _Bound, end: _Bound, step: _Bound) -> int | None:
    if size is None or size < 0 or start is None or end is None or not step:
        return None
    first, last, stride = slice(start, end, step).indices(size)
    return max(0, -((first - last) // stride))


def _sliced_integers(
    integers: Integers | None, start: _Bound, end: _Bound, step: _Bound
) -> Integers | None:
    if integers is None or start is None or end is None or not step:
        return None
    return integers[start:end:step]


def split(call: Call) -> tuple[Value, ...]:
    """Split: along `axis`, into parts of the given or of equal sizes."""
    shape, count = call.shape(), len(call.node.outputs)
    position = None if shape is None else normalised_axis(call.number("axis", 0), len(shape))
    source = call.input(0)
    if shape is None or position is None or source is None:
        return view_of_input(call, None) * count
    equal = _equal(shape[position], call.number("num_outputs", count))
    sizes = _given(call, "split", 1, equal)
    if sizes is None or len(sizes) != count:
        sizes = (None,) * count
    return tuple(
        view((source,), (*shape[:position], size, *shape[position + 1 :])) for size in sizes
    )


def _equal(size: int | None, count: int) -> Integers:
    if size is None or not 0 < count <= KEPT_INTEGERS:
        return ()
    part = -(-size // count)
    return tuple(max(0, min(part, size - part * at)) for at in range(count))


def gather(call: Call) -> tuple[Value, ...]:
    """Gather: the entries of an axis at the indices in the second input."""
    shape, chosen = call.shape(), call.input(1)
    position = None if shape is None else normalised_axis(call.number("axis", 0), len(shape))
    if shape is None or position is None or chosen is None or chosen.shape is None:
        return _at_indices(call, None)
    result = (*shape[:position], *chosen.shape, *shape[position + 1 :])
    integers, indices = integers_of_input(call), chosen.whole_integers
    if integers is None or indices is None or len(shape) != 1:
        return _at_indices(call, result)
    inside = all(-len(integers) <= index < len(integers) for index in indices)
    return view_of_input(
        call, result, tuple(integers[index] for index in indices) if inside else None
    )


def _at_indices(call: Call, shape: Dims | None) -> tuple[Value, ...]:
    """Entries of the first input, at the indices of the second one."""
    source, chosen = call.input(0), call.input(1)
    if source is None or chosen is None or chosen.kind in _KNOWN:
        return view_of_input(call, shape)
    return (gathered(source, shape),)


def gather_elements(call: Call) -> tuple[Value, ...]:
    """GatherElements: an entry for each index."""
    return _at_indices(call, call.shape(1))


def gather_nd(call: Call) -> tuple[Value, ...]:
    """GatherND: each slice of indices along their last axis selects a part of the data."""
    shape, indices = call.shape(), call.shape(1)
    batch = call.number("batch_dims", 0)
    if shape is None or not indices or indices[-1] is None or min(indices[-1], batch) < 0:
        return _at_indices(call, None)
    return _at_indices(call, (*indices[:-1], *shape[batch + indices[-1] :]))


CUTS: dict[str, Callable[[Call], tuple[Value, ...]]] = {
    "Concat": concat,
    "Slice": slice_,
    "Split": split,
    "Gather": gather,
    "GatherElements": gather_elements,
    "GatherND": gather_nd,
}
