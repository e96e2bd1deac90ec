"""What the gates of a cell read: the parts of stored matrices and vectors, gate by gate."""

from __future__ import annotations

from rnninspect.cells.equations import Recurrence
from rnninspect.graphs.building.expressions import Kind
from rnninspect.graphs.building.values import Origin
from rnninspect.lean import IntEnum
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.body import Body


class Beside(IntEnum):
    """What a stored vector is added to or multiplied with."""

    SUM = 0
    STATE_PRODUCT = 1  # added to the product of a state
    MEMORY = 2  # multiplied with c
    NORM = 3  # multiplied with what a norm gives: its gain
    SHIFT = 4  # added to what a norm gives
    STATE = 5  # multiplied with the state: each unit reads itself alone
    FACTOR = 6  # multiplied with anything else: a scale


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

    @property
    def is_fed(self) -> bool:
        """Whether the gate reads both the state and an input through stored matrices."""
        return bool(self.joined or (self.kernels and self.recurrent))

    @property
    def own(self) -> tuple[Vector, ...]:
        """The stored vectors that the gate multiplies the state by."""
        return tuple(vector for vector in self.vectors if vector.beside is Beside.STATE)

    @property
    def recurrence(self) -> Recurrence | None:
        """What the gate multiplies the state by; None where it reads no input."""
        if self.joined or self.recurrent:
            return Recurrence.MATRIX if self.is_fed else None
        if not self.kernels:
            return None
        return Recurrence.VECTOR if self.own else Recurrence.NONE


def gate_reads(graph: Graph, body: Body, gate: int, memory: int | None = None) -> GateReads:
    """Walk through a gate's argument down to its maps and vectors; `memory` is the old c."""
    kernels: dict[int, None] = {}
    recurrent: dict[int, None] = {}
    joined: dict[int, None] = {}
    vectors: dict[int, Vector] = {}
    normalised = False
    for at, beside in _walk(graph, body, gate, memory):
        kind = graph.expressions.kinds[at]
        if kind is Kind.MAP:
            reads = [body.reads_state(unit) for unit in body.sources(at)]
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


def _walk(graph: Graph, body: Body, gate: int, memory: int | None) -> Iterator[tuple[int, Beside]]:
    """The expressions under a gate, outside other gates and the state's own past."""
    expressions = graph.expressions
    seen, stack = {gate}, [(gate, Beside.SUM)]
    while stack:
        at, beside = stack.pop()
        yield at, beside
        if expressions.kinds[at] is Kind.MAP:
            continue
        children = body.below(at)
        for child in children:
            ends = child in body.gates or child == memory
            if child not in seen and not ends:
                seen.add(child)
                stack.append((child, _beside(graph, body, (at, child), beside, memory)))


def _beside(
    graph: Graph, body: Body, edge: tuple[int, int], beside: Beside, memory: int | None
) -> Beside:
    """What the siblings of an operand say of it; `edge` is the function and its operand."""
    expressions, (at, child) = graph.expressions, edge
    name = expressions.data[at] if expressions.kinds[at] is Kind.APPLY else ""
    siblings = [other for other in expressions.children[at] if other != child]
    if name == "mul":
        if memory is not None and any(_holds_memory(body, other, memory) for other in siblings):
            return Beside.MEMORY
        if any(expressions.data[other] == "norm" for other in siblings):
            return Beside.NORM
        return beside if _is_sum(graph, child) else _factor(body, siblings)
    if name in ("add", "sub"):
        return _summand(graph, body, siblings, beside)
    return beside


def _factor(body: Body, others: list[int]) -> Beside:
    own = any(body.reads_state(other) for other in others)
    return Beside.STATE if own else Beside.FACTOR


def _summand(graph: Graph, body: Body, others: list[int], beside: Beside) -> Beside:
    if any(_is_recurrent(graph, body, other) for other in others):
        return Beside.STATE_PRODUCT
    if any(_is_norm(graph, other) for other in others):
        return Beside.SHIFT
    return Beside.SUM if beside is not Beside.STATE_PRODUCT else beside


def _is_norm(graph: Graph, at: int) -> bool:
    """Whether a summand is what a norm gives, perhaps with its gain."""
    expressions = graph.expressions
    parts = (at, *expressions.children[at]) if expressions.data[at] == "mul" else (at,)
    return any(expressions.data[part] == "norm" for part in parts)


def _is_sum(graph: Graph, at: int) -> bool:
    return graph.expressions.kinds[at] is not Kind.UNIT


def _holds_memory(body: Body, at: int, memory: int) -> bool:
    """Whether a factor is c, or the c' that an output gate looks at."""
    return at == memory or memory in body.within(at)


def _is_recurrent(graph: Graph, body: Body, at: int) -> bool:
    """Whether a summand is a product of the state, be it scaled or picked."""
    expressions = graph.expressions
    for _ in range(_DEEP):
        if expressions.kinds[at] is Kind.MAP:
            return all(body.reads_state(unit) for unit in body.sources(at))
        if expressions.kinds[at] is Kind.PICK or expressions.data[at] == "mul":
            at = max(expressions.children[at], key=lambda each: expressions.kinds[each] >= Kind.MAP)
        else:
            return False
    return False


_DEEP = 4  # scales and picks between a map and its bias
