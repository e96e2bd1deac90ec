"""Operators that take parts of an axis, or join values along one."""

from __future__ import annotations

from rnninspect.graphs import cut, one_place, split, with_size, without_axis
from rnninspect.lean import partial
from rnninspect_torch.recovered.operators.given import broadcast, counted
from rnninspect_torch.recovered.operators.values import Pieces
from rnninspect_torch.recovered.operators.views import with_new_axis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.graphs import Shape, Value
    from rnninspect_torch.recovered.operators.given import Given
    from rnninspect_torch.recovered.operators.program import Program

    Operation = Callable[[Program, Given], object]

_END = 2**62  # a slice ends there if it goes to the end
_MOST_PARTS = 4096


def selected(program: Program, value: Value, axis: int, index: int | None) -> Value:
    """One place of an axis, without the axis; None as index: known at run time alone."""
    found = one_place(program.graph, value, axis, index)
    if found is not None:
        found = without_axis(program.graph, found, axis)
    shape = (*value.shape[:axis], *value.shape[axis + 1 :])
    return program.made(shape) if found is None else found


def _select(program: Program, given: Given) -> Value | None:
    value = given.tensor(0, "self")
    axis = None if value is None else given.axis(1, "dim", len(value.shape))
    if value is None or axis is None:
        return None
    return selected(program, value, axis, given.integer(2, "index"))


def _slice(program: Program, given: Given) -> Value | None:
    value = given.tensor(0, "self")
    axis = None if value is None else given.axis(1, "dim", len(value.shape), 0)
    if value is None or axis is None:
        return None
    step = given.integer(4, "step", 1)
    start = given.get(2, "start") or 0
    end = given.get(3, "end")
    end = _END if end is None else end
    if type(start) is not int or type(end) is not int or step is None:
        return program.graph.at_run_time(value, axis, with_size(value.shape, axis, 1))
    return sliced(program, value, axis, (start, end, step))


def sliced(program: Program, value: Value, axis: int, bounds: tuple[int, int, int]) -> Value | None:
    """A slice of an axis, whose size may not be known."""
    start, end, step = bounds
    whole = value.shape[axis]
    if whole is not None:
        size: int | None = len(range(*slice(start, end, step).indices(whole))) if step else None
    elif 0 <= start <= end < _END and step == 1:
        shape = with_size(value.shape, axis, end - start)
        return program.graph.part(value, axis, start, end - start, shape)
    else:
        size = None
    return cut(program.graph, value, axis, bounds, size)


def _parts(
    program: Program, value: Value, axis: int, sizes: Sequence[int | None]
) -> tuple[Value, ...]:
    """Consecutive parts; leaves for those that recognition does not follow."""
    program.graph.expressions.spend(len(sizes))
    program.missed = program.missed or None in sizes
    if len(sizes) > _MOST_PARTS:
        return ()
    found = list(split(program.graph, value, axis, sizes))
    found += [None] * (len(sizes) - len(found))
    return tuple(
        program.made(with_size(value.shape, axis, size)) if part is None else part
        for part, size in zip(found, sizes, strict=True)
    )


def _chunk(program: Program, given: Given) -> tuple[Value, ...] | None:
    value, number = given.tensor(0, "self"), given.integer(1, "chunks")
    axis = None if value is None else given.axis(2, "dim", len(value.shape), 0)
    if value is None or axis is None or number is None or not 0 < number <= _MOST_PARTS:
        return None
    whole = value.shape[axis]
    if whole is None:
        return _parts(program, value, axis, (None,) * number)
    each = -(-whole // number)
    starts = range(0, whole, each or 1)
    return _parts(program, value, axis, [min(each, whole - start) for start in starts])


def _split(program: Program, given: Given) -> tuple[Value, ...] | None:
    value = given.tensor(0, "self")
    sizes = given.integers(1, "split_size") or given.integers(1, "split_sizes")
    axis = None if value is None else given.axis(2, "dim", len(value.shape), 0)
    if value is None or axis is None or not sizes:
        return None
    one = given.get(1, "split_size", given.get(1, "split_sizes"))
    if type(one) is not int:
        return _parts(program, value, axis, sizes)
    whole = value.shape[axis]
    if one <= 0 or (whole is None and not given.count):
        return None
    if whole is None:
        return _parts(program, value, axis, [one] * given.count)
    starts = range(0, whole, one)
    if len(starts) > _MOST_PARTS:
        return None
    return _parts(program, value, axis, [min(one, whole - start) for start in starts])


def _unbind(_: Program, given: Given) -> object:
    value = given.tensor(0, "self")
    axis = None if value is None else given.axis(1, "dim", len(value.shape), 0)
    return None if value is None or axis is None else Pieces(value, axis)


def _index_select(program: Program, given: Given) -> Value | None:
    """One place that is known at run time alone; the axis stays."""
    value, index = given.tensor(0, "self"), given.tensor(2, "index")
    axis = None if value is None else given.axis(1, "dim", len(value.shape))
    if value is None or index is None or axis is None or index.shape != (1,):
        return None
    return one_place(program.graph, value, axis, None)


def _cat(program: Program, given: Given) -> Value | None:
    item = given.open_list(0, "tensors")
    if item is not None:
        axis = given.axis(1, "dim", len(item.shape), 0)
        return None if axis is None else program.made(with_size(item.shape, axis, None))
    values = given.tensors(0, "tensors")
    axis = given.axis(1, "dim", len(values[0].shape), 0) if values else None
    if values is None or axis is None:
        return None
    return joined(program, values, axis)


def joined(program: Program, values: Sequence[Value], axis: int) -> Value | None:
    """Values one after the other along an axis, which all have."""
    program.graph.expressions.spend(len(values))
    rank = len(values[0].shape)
    if any(len(value.shape) != rank for value in values):
        return None
    if len(values) == 1:
        return values[0]
    sizes = [value.shape[axis] for value in values]
    known = [size for size in sizes if size is not None]
    total = sum(known) if len(known) == len(sizes) else None
    others = broadcast([with_size(value.shape, axis, 1) for value in values])
    shape: Shape = with_size(others, axis, total)
    if total is None:
        return program.made(shape, (tuple(values), axis))
    return program.graph.join(values, axis, shape)


def _stack(program: Program, given: Given) -> Value | None:
    item = given.open_list(0, "tensors")
    if item is not None:
        axis = given.axis(1, "dim", len(item.shape) + 1, 0)
        if axis is None:
            return None
        return program.made((*item.shape[:axis], None, *item.shape[axis:]))
    values = given.tensors(0, "tensors")
    axis = counted(given.integer(1, "dim", 0), len(values[0].shape) + 1) if values else None
    if (
        values is None
        or axis is None
        or any(len(value.shape) != len(values[0].shape) for value in values)
    ):
        return None
    raised = [with_new_axis(program, value, axis) for value in values]
    known = [value for value in raised if value is not None]
    return joined(program, known, axis) if len(known) == len(values) else None


def _along(axis: int, program: Program, given: Given) -> Value | None:
    """Hstack and vstack."""
    values = given.tensors(0, "tensors")
    if not values or len(values[0].shape) <= axis:
        return None
    return joined(program, values, axis)


TABLE: dict[str, Operation] = {
    "select": _select,
    "slice": _slice,
    "index_select": _index_select,
    **dict.fromkeys(("chunk", "unsafe_chunk", "tensor_split"), _chunk),
    **dict.fromkeys(
        ("split", "split_with_sizes", "unsafe_split", "unsafe_split_with_sizes"), _split
    ),
    "unbind": _unbind,
    **dict.fromkeys(("cat", "concat", "concatenate"), _cat),
    "stack": _stack,
    "hstack": partial(_along, 1),
}


def narrow(program: Program, given: Given) -> Value | None:
    """Places from a start on, as many as a length."""
    value = given.tensor(0, "self")
    axis = None if value is None else given.axis(1, "dim", len(value.shape))
    start, length = given.integer(2, "start"), given.integer(3, "length")
    if value is None or axis is None or length is None:
        return None
    if start is None:
        return program.graph.at_run_time(value, axis, with_size(value.shape, axis, 1))
    return sliced(program, value, axis, (start, start + length, 1))


TABLE["narrow"] = narrow
