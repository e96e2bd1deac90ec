"""Stored values from which unrolled sequences start: states, which are no parameters."""

from __future__ import annotations

from rnninspect.cells import Role
from rnninspect.graphs.building.expressions import Kind
from rnninspect.graphs.building.values import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.records import Recovered

_NEAR = 64  # expressions of a first step that are looked at


def first_states(graph: Graph, cells: tuple[Recovered, ...]) -> tuple[int, ...]:
    """The stored leaves that the first steps of unrolled cells read as their states.

    A recurrent kernel multiplies states alone; a stored one is the first. The first c, beside it,
    has its shape, and is added up in the same step.

    Raises:
        Exhausted: the graph's budget is spent.
    """
    unrolled = [cell for cell in cells if cell.how == "unrolled"]
    multiplied: dict[int, list[int]] = {}
    for matrix, maps in graph.uses.items() if unrolled else ():
        units = (unit for at in maps for _, unit in graph.maps[at].source)
        multiplied.setdefault(matrix.leaf, []).extend(units)
    weights = {leaf for cell in cells for leaf in cell.leaves}
    found = (leaf for cell in unrolled for leaf in _of_cell(graph, cell, multiplied))
    return tuple(dict.fromkeys(leaf for leaf in found if leaf not in weights))


def _of_cell(graph: Graph, cell: Recovered, multiplied: dict[int, list[int]]) -> Iterator[int]:
    kernels = (weight for weight in cell.weights if weight.roles == (Role.RECURRENT_KERNEL,))
    units = [unit for each in kernels for leaf in each.leaves for unit in multiplied.get(leaf, ())]
    first = [leaf for unit in units for leaf in _stored(graph, unit)]
    shapes = {graph.leaves[leaf].shape for leaf in first}
    yield from first
    for unit in units if first else ():
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
