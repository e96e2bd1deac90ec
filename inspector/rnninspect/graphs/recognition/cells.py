"""Recognises recurrent cells that were taken apart, by what the graph computes.

A state that returns through a stored matrix is a recurrent layer; which cell it is, the equations
of the table of cells say, evaluated at random points. No pattern of an exporter is known here.
"""

from __future__ import annotations

from rnninspect.cells import Role
from rnninspect.graphs.recognition.candidates import candidates
from rnninspect.graphs.recognition.matching import match
from rnninspect.graphs.recognition.reading import Beside, gate_reads
from rnninspect.graphs.recognition.records import Recovered, Survey, Weight

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.candidates import Candidate
    from rnninspect.graphs.recognition.matching import Match
    from rnninspect.graphs.recognition.reading import GateReads, Vector


def survey(graph: Graph) -> Survey:
    """The cells of a graph, and the steps that fit none or are ambiguous.

    Raises:
        Exhausted: the graph's budget is spent.
    """
    return Survey(recognise(graph))


def recognise(graph: Graph) -> tuple[Recovered, ...]:
    """The cells of a graph, in its order.

    Raises:
        Exhausted: the graph's budget is spent.
    """
    found: dict[object, Recovered] = {}
    taken: set[int] = set()
    tried: set[tuple[int, int]] = set()
    for candidate in candidates(graph):
        key = (candidate.state, candidate.new)
        if key in tried:
            continue
        tried.add(key)
        matched = match(graph, candidate)
        cell = None if matched is None else _recovered(graph, candidate, matched)
        if cell is None:
            continue
        leaves = {leaf for weight in cell.weights for leaf in weight.leaves}
        if candidate.how == "loop" or not taken & leaves:
            place = candidate.place if candidate.how == "loop" else ""
            found.setdefault((cell.weights, place), cell)
        taken |= leaves
    return tuple(found.values())


def _recovered(graph: Graph, candidate: Candidate, matched: Match) -> Recovered | None:
    gates = [matched.gates[letter] for letter in matched.step.gates]
    reads = [gate_reads(graph, matched, gate) for gate in gates]
    if not all(_is_fed(each) for each in reads):
        return None
    outside = _input_size(graph, matched, reads[0])
    if candidate.how == "one step" and not _is_likely(candidate, matched, outside):
        return None
    hidden = _hidden(graph, candidate, matched)
    weights = (
        *_matrices(graph, reads, hidden),
        *_vectors(graph, reads, hidden),
        *_projection(graph, matched, hidden),
    )
    recurrent = [at for each in reads for at in (*each.recurrent, *each.joined)]
    place = candidate.place or graph.places[_map_of(graph, recurrent[0])]
    return Recovered(
        matched.cell,
        candidate.how,
        candidate.steps,
        place,
        outside,
        hidden,
        candidate.width if matched.projection is not None else None,
        weights,
        _order(graph, matched, reads),
    )


def _is_fed(reads: GateReads) -> bool:
    return bool(reads.joined or (reads.kernels and reads.recurrent))


def _is_likely(candidate: Candidate, matched: Match, outside: int) -> bool:
    """Whether a lone step of Elman's cell is one: a layer over two inputs computes the same.

    It is taken for one only where the input is not as wide as the state, so that the output can be
    the next state and not a layer's output of the usual width.
    """
    if matched.cell != "RNN":
        return True
    return candidate.new in matched.body.gates and outside != candidate.width


def _hidden(graph: Graph, candidate: Candidate, matched: Match) -> int:
    if matched.projection is None:
        return candidate.width
    applied = graph.maps[_map_of(graph, matched.projection)]
    return sum(width for width, _ in applied.source)


def _map_of(graph: Graph, at: int) -> int:
    data = graph.expressions.data[at]
    found: int = data[0] if isinstance(data, tuple) else 0
    return found


def _offset(graph: Graph, at: int) -> int:
    data = graph.expressions.data[at]
    found: int = data[1] if isinstance(data, tuple) else 0
    return found


def _rows(graph: Graph, at: int) -> int:
    return sum(width for width, _ in graph.maps[_map_of(graph, at)].source)


def _input_size(graph: Graph, matched: Match, reads: GateReads) -> int:
    """The units of all inputs that a gate reads."""
    outside = sum(_rows(graph, at) for at in reads.kernels)
    for at in reads.joined:
        source = graph.maps[_map_of(graph, at)].source
        outside += sum(width for width, unit in source if not matched.body.reads_state(unit))
    return outside


def _order(graph: Graph, matched: Match, reads: Sequence[GateReads]) -> str:
    """The gates in the order of their units in the recurrent matrices."""
    places = {
        letter: min(
            (graph.maps[_map_of(graph, at)].matrix.columns.start + _offset(graph, at), at)
            for at in (*each.recurrent, *each.joined)
        )
        for letter, each in zip(matched.step.gates, reads, strict=True)
        if each.recurrent or each.joined
    }
    return "".join(sorted(places, key=lambda letter: places[letter]))


def _matrices(graph: Graph, reads: Sequence[GateReads], hidden: int) -> Iterator[Weight]:
    both = (Role.KERNEL, Role.RECURRENT_KERNEL)
    for roles, maps in (
        ((Role.KERNEL,), [each.kernels for each in reads]),
        ((Role.RECURRENT_KERNEL,), [each.recurrent for each in reads]),
        (both, [each.joined for each in reads]),
    ):
        every = [at for each in maps for at in each]
        if every:
            matrices = [graph.maps[_map_of(graph, at)].matrix for at in every]
            labels = graph.leaves[matrices[0].leaf].labels
            rows, columns = matrices[0].rows.label, matrices[0].columns.label
            transposed = (
                rows in labels and columns in labels and labels.index(rows) > labels.index(columns)
            )
            yield Weight(
                roles,
                tuple(dict.fromkeys(matrix.leaf for matrix in matrices)),
                sum(_rows(graph, at) for at in max(maps, key=len)),
                hidden * sum(bool(each) for each in maps),
                transposed,
            )


def _vectors(graph: Graph, reads: Sequence[GateReads], hidden: int) -> Iterator[Weight]:
    plain = [_added(each) for each in reads]
    if peepholes := [vector for each in reads for vector in each.vectors if _is_peephole(vector)]:
        yield _vector(graph, (Role.PEEPHOLE,), peepholes, hidden * len(peepholes))
    columns = hidden * len(reads)
    every = [vector for each in plain for vector in each]
    if not every:
        return
    if all(len(each) == 2 for each in plain):
        ordered = [sorted(each, key=lambda vector: vector.beside) for each in plain]
        yield _vector(graph, (Role.BIAS,), [each[0] for each in ordered], columns)
        yield _vector(graph, (Role.RECURRENT_BIAS,), [each[1] for each in ordered], columns)
    else:
        both = (Role.BIAS, Role.RECURRENT_BIAS)
        yield _vector(graph, both, every, columns)._replace(summed=True)


def _added(reads: GateReads) -> list[Vector]:
    sums = (Beside.SUM, Beside.STATE_PRODUCT)
    return [vector for vector in reads.vectors if vector.beside in sums]


def _is_peephole(vector: Vector) -> bool:
    return vector.beside is Beside.MEMORY


def _vector(
    graph: Graph, roles: tuple[Role, ...], vectors: Sequence[Vector], columns: int
) -> Weight:
    data = (graph.expressions.data[vector.unit] for vector in vectors)
    leaves = tuple(dict.fromkeys(each[0] for each in data if isinstance(each, tuple)))
    return Weight(roles, leaves, 0, columns)


def _projection(graph: Graph, matched: Match, hidden: int) -> Iterator[Weight]:
    if matched.projection is not None:
        applied = graph.maps[_map_of(graph, matched.projection)]
        yield Weight(
            (Role.PROJECTION,), (applied.matrix.leaf,), hidden, applied.matrix.columns.size or 0
        )
