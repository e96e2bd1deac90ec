"""What the gates of a cell read: the parts of stored matrices and vectors, gate by gate."""

from __future__ import annotations

from enum import IntEnum

from rnninspect.graphs.building.expressions import Kind
from rnninspect.graphs.building.values import Origin
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.matching import Match


class Beside(IntEnum):
    """What a stored vector is added to or multiplied with."""

    SUM = 0
    STATE_PRODUCT = 1  # added to the product of a state
    MEMORY = 2  # multiplied with c
    NORM = 3  # multiplied with what a norm gives, or added to that
    FACTOR = 4  # multiplied with anything else: a scale


class Vector(Record):
    """Units of a stored vector that a gate reads."""

    unit: int
    beside: Beside


class GateReads(Record):
    """What one gate reads: maps over the input, over the state, and stored vectors."""

    kernels: tuple[int, ...]
    recurrent: tuple[int, ...]
    joined: tuple[int, ...]
    vectors: tuple[Vector, ...]
    normalised: bool = False


def gate_reads(graph: Graph, match: Match, gate: int) -> GateReads:
    """Walk through a gate's argument down to its maps and vectors."""
    kernels: dict[int, None] = {}
    recurrent: dict[int, None] = {}
    joined: dict[int, None] = {}
    vectors: dict[int, Vector] = {}
    normalised = False
    for at, beside in _walk(graph, match, gate):
        kind = graph.expressions.kinds[at]
        if kind is Kind.MAP:
            reads = [match.body.reads_state(unit) for unit in match.body.sources(at)]
            found = recurrent if all(reads) else joined if any(reads) else kernels
            found[at] = None
        elif kind is Kind.UNIT and _is_vector(graph, at):
            vectors.setdefault(at, Vector(at, beside))
        normalised = normalised or graph.expressions.data[at] == "norm"
    return GateReads(
        tuple(kernels), tuple(recurrent), tuple(joined), tuple(vectors.values()), normalised
    )


def _is_vector(graph: Graph, at: int) -> bool:
    data = graph.expressions.data[at]
    if not isinstance(data, tuple) or data[2] is None:
        return False
    return graph.leaves[data[0]].origin is Origin.STORED


def _walk(graph: Graph, match: Match, gate: int) -> Iterator[tuple[int, Beside]]:
    """The expressions under a gate, outside other gates and the state's own past."""
    body, expressions = match.body, graph.expressions
    seen, stack = {gate}, [(gate, Beside.SUM)]
    while stack:
        at, beside = stack.pop()
        yield at, beside
        if expressions.kinds[at] is Kind.MAP:
            continue
        children = body.below(at)
        for child in children:
            ends = child in body.gates or child == match.memory
            if child not in seen and not ends:
                seen.add(child)
                stack.append((child, _beside(graph, match, at, child, beside)))


def _beside(graph: Graph, match: Match, at: int, child: int, beside: Beside) -> Beside:
    """What the siblings of an operand say of it."""
    expressions = graph.expressions
    name = expressions.data[at] if expressions.kinds[at] is Kind.APPLY else ""
    siblings = [other for other in expressions.children[at] if other != child]
    if name == "mul":
        if match.memory is not None and any(_holds_memory(match, other) for other in siblings):
            return Beside.MEMORY
        normed = any(expressions.data[other] == "norm" for other in siblings)
        return Beside.NORM if normed else beside if _is_sum(graph, child) else Beside.FACTOR
    if name in ("add", "sub"):
        if any(_is_recurrent(graph, match, other) for other in siblings):
            return Beside.STATE_PRODUCT
        return Beside.SUM if beside is not Beside.STATE_PRODUCT else beside
    return beside


def _is_sum(graph: Graph, at: int) -> bool:
    return graph.expressions.kinds[at] is not Kind.UNIT


def _holds_memory(match: Match, at: int) -> bool:
    """Whether a factor is c, or the c' that an output gate looks at."""
    return at == match.memory or bool(set(match.body.within(at)) & {match.memory})


def _is_recurrent(graph: Graph, match: Match, at: int) -> bool:
    """Whether a summand is a product of the state, be it scaled or picked."""
    expressions = graph.expressions
    for _ in range(_DEEP):
        if expressions.kinds[at] is Kind.MAP:
            return all(match.body.reads_state(unit) for unit in match.body.sources(at))
        if expressions.kinds[at] is Kind.PICK or expressions.data[at] == "mul":
            at = max(expressions.children[at], key=lambda each: expressions.kinds[each] >= Kind.MAP)
        else:
            return False
    return False


_DEEP = 4  # scales and picks between a map and its bias
