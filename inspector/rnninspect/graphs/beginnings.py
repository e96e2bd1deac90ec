"""Stored values from which unrolled sequences start: states, which are no parameters."""

from __future__ import annotations

from rnninspect.graphs.building.expressions import Kind
from rnninspect.graphs.building.values import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.records import Recovered, Unknown

_NEAR = 64  # expressions of a first step that are looked at


def first_states(graph: Graph, steps: Iterable[Recovered | Unknown]) -> tuple[int, ...]:
    """The stored leaves that the first steps of unrolled sequences read as their states.

    What a matrix multiplies is a state where it is made of the matrix's earlier product; a stored
    one in its place is the first. The first c has its shape, and is added up in the same step.

    Raises:
        Exhausted: the graph's budget is spent.
    """
    weights = {leaf for step in steps for leaf in step.leaves}
    unrolled = {leaf for step in steps if step.how == "unrolled" for leaf in step.leaves}
    found = (
        leaf
        for matrix, maps in graph.uses.items()
        if matrix.leaf in unrolled
        for states in _states(graph, maps)
        for leaf in _first(graph, states)
    )
    return tuple(dict.fromkeys(leaf for leaf in found if leaf not in weights))


def _states(graph: Graph, maps: list[int]) -> Iterator[list[int]]:
    """What a matrix multiplies at each place that a state has among its inputs."""
    own = set(maps)
    for units in zip(*(graph.maps[at].source for at in maps), strict=False):
        states = [unit for _, unit in units]
        if any(_returns(graph, unit, own) for unit in states):
            yield states


def _returns(graph: Graph, root: int, maps: set[int]) -> bool:
    """Whether an expression is made of a product of the matrix."""
    data = (graph.expressions.data[at] for at in _near(graph, root) if _is_map(graph, at))
    return any(isinstance(each, tuple) and each[0] in maps for each in data)


def _is_map(graph: Graph, at: int) -> bool:
    return graph.expressions.kinds[at] is Kind.MAP


def _first(graph: Graph, states: list[int]) -> Iterator[int]:
    """The stored leaves among states, and what is stored beside them with their shape."""
    first = [leaf for unit in states for leaf in _stored(graph, unit)]
    shapes = {graph.leaves[leaf].shape for leaf in first}
    yield from first
    for unit in states if first else ():
        near = (leaf for at in _near(graph, unit) for leaf in _stored(graph, at))
        yield from (leaf for leaf in near if graph.leaves[leaf].shape in shapes)


def _stored(graph: Graph, at: int) -> Iterator[int]:
    """The leaf of a unit, if it is stored."""
    data = graph.expressions.data[at]
    if graph.expressions.kinds[at] is not Kind.UNIT or not isinstance(data, tuple):
        return
    if graph.leaves[data[0]].origin is Origin.STORED:
        yield data[0]


def _near(graph: Graph, root: int) -> list[int]:
    """The expressions near the top of another one, outside of linear maps."""
    expressions, seen, queue = graph.expressions, {root}, [root]
    for at in queue:
        expressions.spend(1)
        if len(queue) > _NEAR:
            break
        if expressions.kinds[at] is not Kind.MAP:
            queue += [child for child in expressions.children[at] if child not in seen]
            seen.update(expressions.children[at])
    return queue
