"""Parts of an axis as formats describe them: slices, splits, one place that may be unknown.

Each function returns None where recognition does not follow.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.building.values import Shape, Value

_TO_THE_END = 2**30  # formats write a large number for an end that they do not know


def with_size(shape: Shape, axis: int, size: int | None) -> Shape:
    """A shape with another size on one axis."""
    return (*shape[:axis], size, *shape[axis + 1 :])


def cut(
    graph: Graph, value: Value, axis: int, bounds: tuple[int, int, int], size: int | None
) -> Value | None:
    """A slice from `start` to `end` by `step`, as Python counts; `size` is that of the result."""
    start, end, step = bounds
    whole = value.shape[axis]
    if step == -1:
        return graph.reverse(value, axis)
    if step != 1:
        return None
    shape = with_size(value.shape, axis, size)
    if whole is None:
        if start == 0 and end > _TO_THE_END:
            return value
        return graph.at_run_time(value, axis, shape) if size == 1 else None
    first, last, _ = slice(start, end).indices(whole)
    return graph.part(value, axis, first, max(0, last - first), shape)


def split(
    graph: Graph, value: Value, axis: int, sizes: Sequence[int | None]
) -> Iterator[Value | None]:
    """Consecutive parts of these sizes, up to the first whose size is unknown."""
    begin = 0
    for size in sizes:
        if size is None:
            return
        yield graph.part(value, axis, begin, size, with_size(value.shape, axis, size))
        begin += size


def one_place(graph: Graph, value: Value, axis: int, index: int | None) -> Value | None:
    """One place of an axis, which stays; None as index: a place known only at run time."""
    shape = with_size(value.shape, axis, 1)
    size = value.shape[axis]
    if index is None or (index < 0 and size is None):
        return graph.at_run_time(value, axis, shape)
    return graph.part(value, axis, index if index >= 0 else index + (size or 0), 1, shape)


def without_axis(graph: Graph, value: Value, axis: int) -> Value | None:
    """A value that has one place of an axis, without that axis."""
    kept = [at for at in range(len(value.shape)) if at != axis]
    return graph.move(value, kept, tuple(value.shape[at] for at in kept))
