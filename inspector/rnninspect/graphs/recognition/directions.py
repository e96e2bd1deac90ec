"""In which direction a cell walks along its sequence, and which two are one bidirectional layer."""

from __future__ import annotations

from rnninspect.graphs.building.expressions import Kind
from rnninspect.graphs.building.values import REVERSED, Origin
from rnninspect.graphs.recognition.inputs import below, is_cut_at
from rnninspect.lean import defaultdict, deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.body import Body
    from rnninspect.graphs.recognition.records import Recovered


def walk_of(graph: Graph, body: Body, inputs: Iterable[int]) -> tuple[frozenset[int], bool]:
    """The leaves that a step's inputs are made of, and whether they were reversed before."""
    turns = sum(is_cut_at(graph, at, REVERSED) for at in body.order)
    sources: set[int] = set()
    for at in below(graph, inputs):
        data = graph.expressions.data[at]
        turns += at not in body.order and is_cut_at(graph, at, REVERSED)
        if graph.expressions.kinds[at] is not Kind.UNIT or not isinstance(data, tuple):
            continue
        if graph.leaves[data[0]].origin is not Origin.STORED and at not in body.stops:
            sources.add(data[0])
    return frozenset(sources), turns > 0


def by_layer(cells: Iterable[Recovered]) -> Iterator[tuple[Recovered, ...]]:
    """The cells of each layer: two that agree and walk along one sequence from both its ends."""
    known = tuple(cells)
    outlines = [_outline(cell) for cell in known]
    waiting: dict[tuple[object, bool], deque[int]] = defaultdict(deque)
    for at, cell in enumerate(known):
        waiting[outlines[at], cell.backwards].append(at)
    taken: set[int] = set()
    for at, cell in enumerate(known):
        if at in taken:
            continue
        taken.add(at)
        twins = waiting[outlines[at], not cell.backwards]
        while twins and twins[0] in taken:
            twins.popleft()
        if twins and cell.sources:
            taken.add(twins[0])
            pair = (cell, known[twins.popleft()])
            yield pair[::-1] if cell.backwards else pair
        else:
            yield (cell,)


def _outline(cell: Recovered) -> tuple[object, ...]:
    sizes = (cell.input_size, cell.hidden_size, cell.projection_size)
    roles = tuple(weight.roles for weight in cell.weights)
    return cell.cell, cell.how, sizes, roles, cell.sources
