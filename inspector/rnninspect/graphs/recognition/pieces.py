"""Which part of a stored tensor each gate of a cell reads, and where its step begins and ends."""

from __future__ import annotations

from rnninspect.cells import Role
from rnninspect.graphs.building.expressions import LINEAR, Kind
from rnninspect.graphs.recognition.reading import Beside
from rnninspect.graphs.recognition.records import Ends, LeafPiece

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.candidates import Candidate
    from rnninspect.graphs.recognition.matching import Match
    from rnninspect.graphs.recognition.reading import GateReads, Vector
    from rnninspect.graphs.recognition.records import Bounds

SHOWN = "A"  # in `Ends.new`: what the function around c' is applied to, if c' was masked before
_ROLES = {
    Beside.SUM: Role.BIAS,
    Beside.STATE_PRODUCT: Role.RECURRENT_BIAS,
    Beside.MEMORY: Role.PEEPHOLE,
    Beside.STATE: Role.RECURRENT_KERNEL,
}


def pieces(
    graph: Graph, matched: Match, reads: Sequence[GateReads], hidden: int
) -> tuple[tuple[LeafPiece, ...], tuple[int, ...]]:
    """The parts that all gates read, and the inputs that their kernels multiply.

    No parts where one of them is more than a sum of products with stored matrices and vectors.
    """
    inputs: dict[int, int] = {}
    found: list[LeafPiece | None] = []
    for letter, each in zip(matched.step.gates, reads, strict=True):
        for at in (*each.kernels, *each.recurrent, *each.joined):
            found += _of_map(graph, matched, letter, at, hidden, inputs)
        found += [_of_vector(graph, letter, vector, hidden) for vector in each.vectors]
        found += [None] if each.normalised else []
    if matched.projection is not None:
        found += _of_map(graph, matched, "", matched.projection, None, inputs)
    known = tuple(piece for piece in found if piece is not None)
    return known if len(known) == len(found) else (), tuple(inputs)


def _of_map(
    graph: Graph,
    matched: Match,
    letter: str,
    at: int,
    hidden: int | None,
    inputs: dict[int, int],
) -> Iterator[LeafPiece | None]:
    """A part of a matrix for each thing that it multiplies."""
    data = graph.expressions.data[at]
    applied = graph.maps[data[0] if isinstance(data, tuple) else 0]
    matrix, row = applied.matrix, applied.matrix.rows.start
    first = matrix.columns.start + (data[1] if isinstance(data, tuple) else 0)
    for width, unit in applied.source:
        given, role = 0, Role.RECURRENT_KERNEL if letter else Role.PROJECTION
        if letter and not matched.body.reads_state(unit):
            given, role = inputs.setdefault(unit, len(inputs)), Role.KERNEL
        size = matrix.columns.size or 0 if hidden is None else hidden
        bounds: dict[int | None, Bounds] = {
            label: (start, length) for label, start, length in matrix.fixed
        }
        bounds |= {matrix.rows.label: (row, width), matrix.columns.label: (first, size)}
        yield _piece(graph, (letter, role, given), matrix.leaf, bounds, matrix.columns.label)
        row += width


def _of_vector(graph: Graph, letter: str, vector: Vector, hidden: int) -> LeafPiece | None:
    data = graph.expressions.data[vector.unit]
    role = _ROLES.get(vector.beside)
    if (
        role is None
        or not isinstance(data, tuple)
        or graph.expressions.kinds[vector.unit] != Kind.UNIT
    ):
        return None
    leaf, fixed, label, start = data
    bounds = {each: (begin, size) for each, begin, size in fixed} | {label: (start, hidden)}
    return _piece(graph, (letter, role, 0), leaf, bounds, label)


def _piece(
    graph: Graph,
    what: tuple[str, Role, int],
    leaf: int,
    bounds: Mapping[int | None, Bounds],
    units: int | None,
) -> LeafPiece | None:
    """The piece within these bounds of the axes; None where an axis is not one of the leaf's."""
    labels, shape = graph.leaves[leaf].labels, graph.leaves[leaf].shape
    if not set(bounds) <= set(labels) or units not in labels:
        return None
    part = tuple(
        bounds.get(label, (0, size or 0)) for label, size in zip(labels, shape, strict=True)
    )
    letter, role, given = what
    return LeafPiece(letter, role, leaf, part, labels.index(units), given)


def ends(graph: Graph, candidate: Candidate, matched: Match, inputs: tuple[int, ...]) -> Ends:
    """What a step is given and what it makes."""
    made = matched.new if matched.projection is None else matched.projection
    states, new = {"h": candidate.state}, {"h": candidate.new if made is None else made}
    if matched.memory is not None and matched.new_memory is not None:
        states["c"], new["c"] = matched.memory, matched.new_memory
    if matched.shown is not None and matched.shown != matched.new_memory:
        new[SHOWN] = matched.shown
    applied = matched.gates | ({} if matched.function is None else {"A": matched.function})
    names = {letter: _function(graph, at) for letter, at in applied.items()}
    return Ends(inputs, states, new, names)


def _function(graph: Graph, at: int) -> str:
    name = graph.expressions.data[at]
    return name if isinstance(name, str) and name not in LINEAR else ""
