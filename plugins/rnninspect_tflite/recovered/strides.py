"""STRIDED_SLICE: bounds for each axis, some of them masked, some axes dropped or new."""

from __future__ import annotations

from rnninspect.graphs import cut, one_place
from rnninspect.plugin import Record
from rnninspect_tflite.schema.options import integer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.graphs import Value as CoreValue
    from rnninspect_tflite.operators.values import Call
    from rnninspect_tflite.recovered.operands import Operands

_LAST = 2**31 - 1


class _Masks(Record):
    """The masks in the order of their slots, a bit for each axis."""

    begin: int
    end: int
    ellipsis: int
    new: int
    shrink: int


def _has(mask: int, at: int) -> bool:
    return bool(mask >> at & 1)


def strided(to: Operands, call: Call, value: CoreValue) -> CoreValue | None:
    """The part that the bounds describe; None where recognition does not follow."""
    masks = _Masks(*(integer(call.operator, slot) for slot in range(5)))
    begins, ends, steps = (to.numbers.integers(call.input(at)) for at in (1, 2, 3))
    bounds = call.input(1)
    count = bounds.shape[0] if bounds is not None and bounds.shape else None
    if count is None or masks.ellipsis or masks.new or call.output is None:
        return None
    found: CoreValue | None = value
    dropped: list[int] = []
    for axis in range(min(count, len(value.shape))):
        if found is None:
            return None
        begin = None if begins is None else begins[axis]
        if _has(masks.shrink, axis):
            found = one_place(to.graph, found, axis, begin)
            dropped.append(axis)
            continue
        if _has(masks.begin, axis):
            begin = 0
        end = _LAST if _has(masks.end, axis) else None if ends is None else ends[axis]
        step = 1 if steps is None else steps[axis]
        if step == 1 and (begin, end) == (0, _LAST):
            continue
        found = _cut(to, found, axis, (begin, end, step))
    if found is None or not dropped:
        return found
    kept = [at for at in range(len(found.shape)) if at not in dropped]
    return to.graph.move(found, kept, tuple(found.shape[at] for at in kept))


def _cut(
    to: Operands, value: CoreValue, axis: int, bounds: tuple[int | None, int | None, int]
) -> CoreValue | None:
    begin, end, step = bounds
    whole = value.shape[axis]
    if step < 0:
        return value if step == -1 else None
    if begin is None or end is None or whole is None:
        return None
    first, last, _ = slice(begin, end).indices(whole)
    return cut(to.graph, value, axis, (first, last, step), max(0, last - first))
