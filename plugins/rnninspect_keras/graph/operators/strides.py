"""StridedSlice: Python's slices of several axes at once, with the masks that write them."""

from __future__ import annotations

from rnninspect.graphs import cut, one_place, without_axis
from rnninspect.plugin import Record
from rnninspect_keras.graph.running.values import view_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.graphs import Graph
    from rnninspect.graphs import Value as CoreValue
    from rnninspect_keras.graph.messages.records import Dims
    from rnninspect_keras.graph.running.calls import Call
    from rnninspect_keras.graph.running.values import Integers, Value

_TO_THE_END = 2**31


class Part(Record):
    """What is taken of one axis: bounds as Python writes them, or one place of it.

    `axis` is None for a new axis; `start` or `end` are None where the slice is open.
    """

    axis: int | None
    start: int | None = None
    end: int | None = None
    step: int = 1
    is_place: bool = False
    is_known: bool = True


def strided_slice(call: Call) -> tuple[Value]:
    """The parts of all axes."""
    value = call.input(0)
    if value.shape is None:
        return (view_of(value, None),)
    parts = list(_parts(call, len(value.shape)))
    if sum(part.axis is not None for part in parts) != len(value.shape):
        return (view_of(value, None),)
    shape = tuple(_shape(value.shape, parts))
    found = view_of(value, shape, _integers(value, parts))
    return (call.follow(found, (value,), lambda graph, one: _taken(graph, one[0], parts, shape)),)


def _parts(call: Call, rank: int) -> Iterator[Part]:
    """What is taken of each axis, new ones in their places."""
    begins, ends, steps = (call.input(at).integers for at in (1, 2, 3))
    count = next((len(each) for each in (begins, ends, steps) if each is not None), 0)
    masks = [
        call.node.number(f"{name}_mask")
        for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    ]
    axis = 0
    fresh = (masks[3] & ~masks[2] & ((1 << count) - 1)).bit_count()
    dots = masks[2] & ((1 << count) - 1)
    listed = count - fresh - (1 if dots else 0)
    for at in range(count):
        begin_mask, end_mask, dotted, new, shrink = (mask >> at & 1 for mask in masks)
        if dotted:
            for _ in range(max(0, rank - listed)):
                yield Part(axis)
                axis += 1
        elif new:
            yield Part(None)
        else:
            begin, end, step = (_at(each, at) for each in (begins, ends, steps))
            known = (begin_mask or begin is not None) and (end_mask or shrink or end is not None)
            yield Part(
                axis,
                None if begin_mask else begin,
                None if end_mask else end,
                1 if step is None else step,
                bool(shrink),
                bool(known) and step is not None,
            )
            axis += 1
    while axis < rank:
        yield Part(axis)
        axis += 1


def _at(numbers: Integers | None, at: int) -> int | None:
    return None if numbers is None or at >= len(numbers) else numbers[at]


def _shape(old: Dims, parts: list[Part]) -> Iterator[int | None]:
    for part in parts:
        if part.axis is None:
            yield 1
        elif not part.is_place:
            yield _size(old[part.axis], part)


def _size(whole: int | None, part: Part) -> int | None:
    if part.is_known and part.start is None and part.end is None and abs(part.step) == 1:
        return whole
    if not part.is_known or not part.step:
        return None
    if whole is not None:
        return len(range(*slice(part.start, part.end, part.step).indices(whole)))
    inside = (part.start or 0) >= 0 and part.end is not None and part.end >= 0 and part.step == 1
    return None if not inside or part.end is None else max(0, part.end - (part.start or 0))


def _integers(value: Value, parts: list[Part]) -> Integers | None:
    numbers, part = value.integers, parts[0] if len(parts) == 1 else None
    if numbers is None or part is None or not part.is_known or not part.step:
        return None
    if part.is_place:
        start = part.start or 0
        return (numbers[start],) if -len(numbers) <= start < len(numbers) else None
    return numbers[part.start : part.end : part.step]


def _taken(graph: Graph, value: CoreValue, parts: list[Part], shape: Dims) -> CoreValue | None:
    found: CoreValue | None = value
    sizes = iter(shape)
    for part in parts:
        size = None if part.is_place else next(sizes)
        if part.axis is None or found is None:
            continue
        if part.is_place:
            start = (part.start or 0) if part.is_known or part.start is not None else None
            found = one_place(graph, found, part.axis, start)
        elif not part.is_known:
            found = one_place(graph, found, part.axis, None) if size == 1 else None
        elif part.start is not None or part.end is not None or part.step != 1:
            first = part.start if part.start is not None else 0
            last = part.end if part.end is not None else _TO_THE_END
            found = cut(graph, found, part.axis, (first, last, part.step), size)
    for part in reversed(parts):
        if part.is_place and part.axis is not None and found is not None:
            found = without_axis(graph, found, part.axis)
    if found is None or all(part.axis is not None for part in parts):
        return found
    old = iter(range(len(found.shape)))
    kept = [part for part in parts if not part.is_place]
    return graph.move(found, [None if each.axis is None else next(old) for each in kept], shape)
