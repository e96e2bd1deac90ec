"""Operators that take parts of a value, or join values."""

from __future__ import annotations

from rnninspect.graphs import cut, one_place, split, unsqueeze, with_size, without_axis
from rnninspect.lean import partial
from rnninspect_keras.graph.operators.strides import strided_slice
from rnninspect_keras.graph.running.values import (
    UNKNOWN,
    Value,
    axis_of,
    common,
    made_of,
    normalised,
    view_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.graphs import Graph
    from rnninspect.graphs import Value as CoreValue
    from rnninspect_keras.graph.messages.records import Dims
    from rnninspect_keras.graph.running.calls import Call

    Operation = Callable[[Call], Sequence[Value]]

_MOST_PARTS = 10_000


def _split(at_value: int, call: Call) -> tuple[Value, ...]:
    """Split and SplitV: `num_split` parts, equal ones or of given sizes."""
    value = call.input(at_value)
    count = call.node.number("num_split", 1)
    rank = None if value.shape is None else len(value.shape)
    axis = axis_of(call.input(0 if at_value else 2), rank)
    if value.shape is None or axis is None or not 0 < count <= _MOST_PARTS:
        return (UNKNOWN,) * max(0, min(count, _MOST_PARTS))
    whole = value.shape[axis]
    equal = whole // count if whole is not None and whole % count == 0 else None
    sizes = _sizes(call.input(1).integers, whole, count) if not at_value else [equal] * count
    return _parts(call, value, axis, sizes)


def _sizes(given: tuple[int | None, ...] | None, whole: int | None, count: int) -> list[int | None]:
    """The sizes of parts; one that is -1 is the rest."""
    if given is None or len(given) != count:
        return [None] * count
    known = [size for size in given if size is not None and size >= 0]
    rest = whole - sum(known) if whole is not None and len(known) == count - 1 else None
    return [rest if size == -1 else size for size in given]


def _parts(call: Call, value: Value, axis: int, sizes: Sequence[int | None]) -> tuple[Value, ...]:
    found = [view_of(value, with_size(value.shape or (), axis, size)) for size in sizes]

    def work(graph: Graph, one: list[CoreValue]) -> CoreValue | None:
        parts = list(split(graph, one[0], axis, sizes))
        for part, core in zip(found[1:], parts[1:], strict=False):
            part.core = core
        return parts[0] if parts else None

    if found:
        call.follow(found[0], (value,), work)
    return tuple(found)


def _slice(call: Call) -> tuple[Value]:
    """Slice: from `begin` on as many as `size` says, -1 for all the rest."""
    value, begins, sizes = call.input(0), call.input(1).integers, call.input(2).integers
    old = value.shape
    if old is None:
        return (view_of(value, None),)
    if begins is None or sizes is None or not len(begins) == len(sizes) == len(old):
        return (view_of(value, (None,) * len(old)),)
    bounds = [
        (begin, None if size == -1 else None if begin is None or size is None else begin + size)
        for begin, size in zip(begins, sizes, strict=True)
    ]
    shape = tuple(
        (whole - begin if whole is not None and begin is not None else None) if size == -1 else size
        for whole, begin, size in zip(old, begins, sizes, strict=True)
    )
    integers = value.integers
    if integers is not None and len(old) == 1 and begins[0] is not None:
        integers = integers[begins[0] : bounds[0][1]]

    def work(graph: Graph, one: list[CoreValue]) -> CoreValue | None:
        found: CoreValue | None = one[0]
        for axis, (begin, end) in enumerate(bounds):
            if found is None:
                return None
            if begin == 0 and (end is None or end == old[axis]):
                continue
            if begin is None:
                only = shape[axis] == 1
                found = one_place(graph, found, axis, None) if only else None
            else:
                last = end if end is not None else 2**31
                found = cut(graph, found, axis, (begin, last, 1), shape[axis])
        return found

    return (call.follow(view_of(value, shape, integers), (value,), work),)


def _gather(call: Call) -> tuple[Value]:
    """GatherV2 and Gather; of one place in the core's graph, which may be known at run time."""
    value, index = call.input(0), call.input(1)
    rank = None if value.shape is None else len(value.shape)
    axis = 0 if len(call.inputs) < 3 else axis_of(call.input(2), rank)
    if value.shape is None or index.shape is None or axis is None:
        return (made_of((value, index), None),)
    if call.node.number("batch_dims"):
        return (made_of((value, index), None),)
    shape = (*value.shape[:axis], *index.shape, *value.shape[axis + 1 :])
    places = index.whole
    integers = None
    if value.integers is not None and places is not None and len(value.shape) == 1:
        known = value.integers
        if all(-len(known) <= place < len(known) for place in places):
            integers = tuple(known[place] for place in places)
    found = view_of(value, shape, integers)
    if index.shape not in ((), (1,)):
        return (made_of((value, index), shape, integers),)

    def work(graph: Graph, one: list[CoreValue]) -> CoreValue | None:
        part = one_place(graph, one[0], axis, places[0] if places else None)
        return part if part is None or index.shape else without_axis(graph, part, axis)

    return (call.follow(found, (value,), work),)


def _concat(at_axis: int, call: Call) -> tuple[Value]:
    """ConcatV2 and Concat: the axis is the last input, or the first."""
    given = call.inputs[:-1] if at_axis else call.inputs[1:]
    shapes = [value.shape for value in given]
    known = [shape for shape in shapes if shape is not None]
    rank = len(known[0]) if known else None
    axis = axis_of(call.input(at_axis), rank)
    if axis is None or rank is None or len({len(shape) for shape in known}) != 1:
        return (made_of(given, None),)
    sizes = [None if shape is None else shape[axis] for shape in shapes]
    total = sum(size for size in sizes if size is not None) if None not in sizes else None
    rest = [tuple(size for at, size in enumerate(shape) if at != axis) for shape in known]
    kept = _agreed(rest)
    shape = (*kept[:axis], total, *kept[axis:])
    integers = None
    if rank == 1 and all(value.integers is not None for value in given):
        integers = tuple(number for value in given for number in value.integers or ())
    found = made_of(given, shape, integers)
    if len(given) == 1:
        return (given[0],)
    return (call.follow(found, given, lambda graph, values: graph.join(values, axis, shape)),)


def _agreed(shapes: list[Dims]) -> Dims:
    """The sizes of axes that are equal by rule: one that is known counts for all."""
    return tuple(
        next((size for size in sizes if size is not None), None)
        for sizes in zip(*shapes, strict=True)
    )


def _pack(call: Call) -> tuple[Value]:
    """Pack: values along a new axis."""
    shape = common([value.shape for value in call.inputs])
    if shape is None:
        return (made_of(call.inputs, None, _packed(call.inputs)),)
    agreed = _agreed([value.shape for value in call.inputs if value.shape is not None])
    axis = normalised(call.node.number("axis"), len(shape) + 1)
    if axis is None:
        return (made_of(call.inputs, None),)
    one = (*agreed[:axis], 1, *agreed[axis:])
    whole = (*agreed[:axis], len(call.inputs), *agreed[axis:])

    def work(graph: Graph, values: list[CoreValue]) -> CoreValue | None:
        raised = [unsqueeze(graph, value, (axis,), one) for value in values]
        known = [value for value in raised if value is not None]
        if len(known) != len(raised):
            return None
        return known[0] if len(known) == 1 else graph.join(known, axis, whole)

    found = made_of(call.inputs, whole, _packed(call.inputs))
    return (call.follow(found, call.inputs, work),)


def _packed(values: Sequence[Value]) -> tuple[int | None, ...] | None:
    """Single integers as one array; what is not known of them stays so."""
    if any(value.shape != () for value in values):
        return None
    return tuple(None if value.integers is None else value.integers[0] for value in values)


def _unpack(call: Call) -> tuple[Value, ...]:
    """Unpack: `num` values, without the axis that they were along."""
    value, count = call.input(0), call.node.number("num")
    axis = None if value.shape is None else normalised(call.node.number("axis"), len(value.shape))
    if value.shape is None or axis is None or not 0 <= count <= _MOST_PARTS:
        return (UNKNOWN,) * max(0, min(count, _MOST_PARTS))
    shape = (*value.shape[:axis], *value.shape[axis + 1 :])
    numbers = value.integers if len(value.shape) == 1 else None
    found = []
    for at in range(count):
        integers = None if numbers is None or at >= len(numbers) else (numbers[at],)
        part = view_of(value, shape, integers)

        def work(graph: Graph, one: list[CoreValue], at: int = at) -> CoreValue | None:
            place = one_place(graph, one[0], axis, at)
            return None if place is None else without_axis(graph, place, axis)

        found.append(call.follow(part, (value,), work))
    return tuple(found)


TABLE: dict[str, Operation] = {
    "Split": partial(_split, 1),
    "SplitV": partial(_split, 0),
    "Slice": _slice,
    "StridedSlice": strided_slice,
    **dict.fromkeys(("GatherV2", "Gather", "ResourceGather"), _gather),
    "ConcatV2": partial(_concat, -1),
    "Concat": partial(_concat, 0),
    "Pack": _pack,
    "Unpack": _unpack,
}
