"""Moves of axes as formats describe them: new shapes, permutations, axes of size one.

Each function returns None where recognition does not follow; shapes are those of the results.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.building.values import Shape, Value


def transpose(graph: Graph, value: Value, order: Sequence[int], shape: Shape) -> Value | None:
    """Axes in another order: for each of the result the one it was."""
    if len(shape) != len(value.shape) or sorted(order) != list(range(len(shape))):
        return None
    return graph.move(value, order, shape)


def reshape(graph: Graph, value: Value, shape: Shape) -> Value | None:
    """The same elements in another shape."""
    old = value.shape
    sources = _sources(old, shape)
    if sources is not None:
        return graph.move(value, sources, shape)
    if len(shape) == len(old) + 1 and old[:-1] == shape[:-2]:
        return graph.split_axis(value, shape)
    if len(shape) == len(old) - 1 and old[:-2] == shape[:-1] and len(old) > 1:
        return graph.merge_axes(value, shape)
    return graph.regroup(value, shape)


def squeeze(graph: Graph, value: Value, axes: Collection[int], shape: Shape) -> Value | None:
    """Without these axes, each of size one, counted from the front."""
    return graph.move(value, [at for at in range(len(value.shape)) if at not in axes], shape)


def unsqueeze(graph: Graph, value: Value, axes: Collection[int], shape: Shape) -> Value | None:
    """With new axes of size one at these places of the result."""
    old = iter(range(len(value.shape)))
    sources = [None if at in axes else next(old, None) for at in range(len(shape))]
    return graph.move(value, sources, shape)


def _sources(old: Shape, new: Shape) -> list[int | None] | None:
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
