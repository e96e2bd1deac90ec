"""Steps whose states return through stored matrices, and that fit no cell.

Networks without states share matrices too, and have outputs as wide as their inputs; so a step is
named only if an activation reads the state and an input through stored matrices, the input of a
loop or a sequence changes from step to step, and of a lone step every gate reads the state.
"""

from __future__ import annotations

from rnninspect.graphs.building.expressions import Kind
from rnninspect.graphs.recognition.body import Body
from rnninspect.graphs.recognition.inputs import input_varies
from rnninspect.graphs.recognition.reading import gate_reads
from rnninspect.graphs.recognition.records import Unknown
from rnninspect.graphs.recognition.weights import map_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.candidates import Candidate
    from rnninspect.graphs.recognition.reading import GateReads

_LEAST_GATES = 2  # of a lone step
_REASON = "a state returns through these weights, and the step fits the equations of no cell"


def unknown_steps(graph: Graph, misfits: Iterable[Candidate], taken: set[int]) -> Iterator[Unknown]:
    """The steps among candidates that fit no cell; `taken` are the leaves of the cells found."""
    used = set(taken)
    for candidate in misfits:
        step = _unknown(graph, candidate)
        if step is not None and not used.intersection(step.leaves):
            used.update(step.leaves)
            yield step


def _unknown(graph: Graph, candidate: Candidate) -> Unknown | None:
    body = Body(graph, _unprojected(graph, candidate), candidate.state, candidate.stops)
    if not body.order:
        return None
    reads = {gate: gate_reads(graph, body, gate) for gate in sorted(body.gates)}
    fed = [gate for gate, read in reads.items() if read.is_fed]
    if not fed or not input_varies(graph, candidate, body):
        return None
    recurrent = [at for gate in fed for at in (*reads[gate].recurrent, *reads[gate].joined)]
    if candidate.how == "one step":
        repeated = any(_is_repeated(graph, at) for at in recurrent)
        if repeated or len(fed) < _LEAST_GATES or not set(body.top) <= set(fed):
            return None
    place = candidate.place or graph.places[map_of(graph, recurrent[0])]
    leaves = tuple(_leaves(graph, reads.values()))
    return Unknown(candidate.how, candidate.steps, place, leaves, _REASON)


def _is_repeated(graph: Graph, at: int) -> bool:
    """Whether the matrix of a map is applied more than once, which a lone step does not do."""
    return len(graph.uses[graph.maps[map_of(graph, at)].matrix]) > 1


def _unprojected(graph: Graph, candidate: Candidate) -> int:
    """The new state, or what a single map over it reads."""
    at = candidate.new
    if graph.expressions.kinds[at] is Kind.MAP and at not in candidate.stops:
        source = graph.maps[map_of(graph, at)].source
        return source[0][1] if len(source) == 1 else at
    return at


def _leaves(graph: Graph, reads: Iterable[GateReads]) -> Iterator[int]:
    """The leaves that gates read, each once, matrices first."""
    every = list(reads)
    maps = (at for each in every for at in (*each.kernels, *each.recurrent, *each.joined))
    matrices = [graph.maps[map_of(graph, at)].matrix.leaf for at in maps]
    data = (graph.expressions.data[vector.unit] for each in every for vector in each.vectors)
    vectors = [each[0] for each in data if isinstance(each, tuple)]
    yield from dict.fromkeys((*matrices, *vectors))
