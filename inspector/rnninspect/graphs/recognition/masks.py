"""New states between which and the old ones a mask chooses: of a padded sequence, or of zoneout."""

from __future__ import annotations

from rnninspect.graphs.building.expressions import Kind
from rnninspect.graphs.recognition.arithmetic import POINTS, calculated, random_points

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.arithmetic import Numbers
    from rnninspect.graphs.recognition.body import Body

_MOST = 16  # expressions between a new state and what is masked in it
_NEARLY = 1e-3  # of factors such as 0.1 and 0.9 in half precision


def beneath_masks(graph: Graph, body: Body, root: int, state: int) -> Iterator[int]:
    """What is chosen or mixed with an old state: `mask·new + (1-mask)·old`, `where(mask, …)`.

    All gates must come through it, and the whole must be the old state wherever it is the old
    state itself, whatever the mask.
    """
    for new in _near(graph, body, root):
        outside = _outside(graph, body, root, new)
        if state in outside and _is_mixed(graph, outside, new, state):
            yield new


def _near(graph: Graph, body: Body, root: int) -> list[int]:
    """What gates and maps make, below the root: nearest first."""
    queue, seen = [root], {root}
    for at in queue:
        if at in body.gates or graph.expressions.kinds[at] is not Kind.APPLY:
            continue
        fresh = [child for child in graph.expressions.children[at] if child not in seen]
        seen.update(fresh)
        queue += [child for child in fresh if _is_made(graph, child)][: _MOST - len(queue)]
    graph.expressions.spend(len(queue))
    return queue[1:]


def _is_made(graph: Graph, at: int) -> bool:
    return graph.expressions.kinds[at] in (Kind.APPLY, Kind.MAP)


def _outside(graph: Graph, body: Body, root: int, new: int) -> list[int]:
    """What the root is made of beside the new state, children first; empty if gates are in it."""
    order, seen, stack = list[int](), {new}, [(root, False)]
    while stack:
        at, ready = stack.pop()
        if ready:
            order.append(at)
        elif at not in seen:
            seen.add(at)
            if at in body.gates or graph.expressions.kinds[at] is Kind.MAP:
                return []
            if len(seen) > 2 * _MOST:
                return []
            stack.append((at, True))
            if graph.expressions.kinds[at] is Kind.APPLY and at not in body.stops:
                stack += [(child, False) for child in graph.expressions.children[at]]
    return order


def _is_mixed(graph: Graph, outside: list[int], new: int, state: int) -> bool:
    """Whether the root, which is the last, is the old state where the new state is that."""
    points = random_points()
    old = next(points)
    found: dict[int, Numbers] = {new: old, state: old}
    for at in outside:
        if at not in found:
            found[at] = _value(graph, at, found, next(points))
    return all(
        abs(one - other) <= _NEARLY for one, other in zip(found[outside[-1]], old, strict=True)
    )


def _value(graph: Graph, at: int, found: dict[int, Numbers], drawn: Numbers) -> Numbers:
    kind, data = graph.expressions.kinds[at], graph.expressions.data[at]
    children = graph.expressions.children[at]
    if kind is Kind.NUMBER and isinstance(data, float):
        return (data,) * POINTS
    if kind is not Kind.APPLY or any(child not in found for child in children):
        return drawn
    return tuple(
        calculated(kind, data, [found[child][point] for child in children])
        for point in range(POINTS)
    )
