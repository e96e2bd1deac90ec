"""The weights of a recognised cell: which stored matrices and vectors fill which roles."""

from __future__ import annotations

import math

from rnninspect.cells import Role
from rnninspect.graphs.recognition.reading import Beside
from rnninspect.graphs.recognition.records import Weight

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.candidates import Candidate
    from rnninspect.graphs.recognition.matching import Match
    from rnninspect.graphs.recognition.reading import GateReads, Vector

_BOTH = (Role.BIAS, Role.RECURRENT_BIAS)


def hidden_size(graph: Graph, candidate: Candidate, matched: Match) -> int:
    """The units of the cell, which its projection reads if it has one."""
    if matched.projection is None:
        return candidate.width
    applied = graph.maps[map_of(graph, matched.projection)]
    return sum(width for width, _ in applied.source)


def map_of(graph: Graph, at: int) -> int:
    """Which linear map an expression is an output of."""
    data = graph.expressions.data[at]
    found: int = data[0] if isinstance(data, tuple) else 0
    return found


def _offset(graph: Graph, at: int) -> int:
    data = graph.expressions.data[at]
    found: int = data[1] if isinstance(data, tuple) else 0
    return found


def _rows(graph: Graph, at: int) -> int:
    return sum(width for width, _ in graph.maps[map_of(graph, at)].source)


def input_size(graph: Graph, matched: Match, reads: GateReads) -> int:
    """The units of all inputs that a gate reads."""
    outside = sum(_rows(graph, at) for at in reads.kernels)
    for at in reads.joined:
        source = graph.maps[map_of(graph, at)].source
        outside += sum(width for width, unit in source if not matched.body.reads_state(unit))
    return outside


def gate_order(graph: Graph, matched: Match, reads: Sequence[GateReads]) -> str:
    """The gates in the order of their units in the recurrent matrices, else in the kernels."""
    places = {
        letter: min(
            (graph.maps[map_of(graph, at)].matrix.columns.start + _offset(graph, at), at)
            for at in (*each.recurrent, *each.joined) or each.kernels
        )
        for letter, each in zip(matched.step.gates, reads, strict=True)
    }
    return "".join(sorted(places, key=lambda letter: places[letter]))


def weights_of(
    graph: Graph, matched: Match, reads: Sequence[GateReads], hidden: int
) -> tuple[Weight, ...]:
    """The weights of a cell, by what its gates read; `hidden` is the number of its units."""
    return (
        *_matrices(graph, reads, hidden),
        *_diagonals(graph, reads, hidden),
        *_vectors(graph, reads, hidden),
        *_projection(graph, matched, hidden),
    )


def _matrices(graph: Graph, reads: Sequence[GateReads], hidden: int) -> Iterator[Weight]:
    both = (Role.KERNEL, Role.RECURRENT_KERNEL)
    for roles, maps in (
        ((Role.KERNEL,), [each.kernels for each in reads]),
        ((Role.RECURRENT_KERNEL,), [each.recurrent for each in reads]),
        (both, [each.joined for each in reads]),
    ):
        every = [at for each in maps for at in each]
        if every:
            matrices = [graph.maps[map_of(graph, at)].matrix for at in every]
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
                matrices[0].taps if math.prod(matrices[0].taps) > 1 else (),
            )


def _diagonals(graph: Graph, reads: Sequence[GateReads], hidden: int) -> Iterator[Weight]:
    every = [vector for each in reads for vector in each.own]
    if every:
        yield _vector(graph, (Role.RECURRENT_KERNEL,), every, hidden * len(every))


def _vectors(graph: Graph, reads: Sequence[GateReads], hidden: int) -> Iterator[Weight]:
    plain = [_added(each) for each in reads]
    if peepholes := [vector for each in reads for vector in each.vectors if _is_peephole(vector)]:
        yield _vector(graph, (Role.PEEPHOLE,), peepholes, hidden * len(peepholes))
    columns = hidden * len(reads)
    every = [vector for each in plain for vector in each]
    shifted = any(vector.beside is Beside.SHIFT for each in reads for vector in each.vectors)
    if not every:
        if shifted:  # the shifts of norms are added as biases are, and belong to the norms
            yield Weight(_BOTH, (), 0, columns, summed=True)
        return
    if all(len(each) == 2 for each in plain):
        ordered = [sorted(each, key=lambda vector: vector.beside) for each in plain]
        yield _vector(graph, (Role.BIAS,), [each[0] for each in ordered], columns)
        yield _vector(graph, (Role.RECURRENT_BIAS,), [each[1] for each in ordered], columns)
    else:
        yield _vector(graph, _BOTH, every, columns)._replace(summed=True)


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
        applied = graph.maps[map_of(graph, matched.projection)]
        yield Weight(
            (Role.PROJECTION,), (applied.matrix.leaf,), hidden, applied.matrix.columns.size or 0
        )
