"""Holds what a step computes against the equations of the cells, at random points."""

from __future__ import annotations

from itertools import chain, permutations

from rnninspect.cells.equations import EQUATIONS
from rnninspect.graphs.building.expressions import Kind
from rnninspect.graphs.recognition.body import Body
from rnninspect.graphs.recognition.masks import beneath_masks
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.cells.equations import Step, Update
    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.arithmetic import Numbers
    from rnninspect.graphs.recognition.candidates import Candidate

_MOST_GATES = 8
_MOST_FUNCTIONS = 8  # that may be the one around a cell's state
_NEARLY = 1e-9


class Match(Record):
    """A cell that a step computes.

    Attributes:
        cell: key of CELLS.
        body: the step.
        gates: the expression of each gate, by its letter.
        step: the equations that are satisfied.
        memory: the old state c, where the cell has one.
        projection: the map between the cell's output and its state, if there is one.
        new: the new state, before a mask mixes it with the old one.
        new_memory: the new state c, likewise, where the cell has one.
        function: what is applied to that one, and `shown` its argument, which may be masked.
    """

    cell: str
    body: Body
    gates: dict[str, int]
    step: Step
    memory: int | None = None
    projection: int | None = None
    new: int | None = None
    new_memory: int | None = None
    function: int | None = None
    shown: int | None = None


def matches(graph: Graph, candidate: Candidate) -> Iterator[Match]:
    """The cells whose equations a candidate satisfies, those without a mask around it first."""
    steps = [(cell, step) for cell, known in EQUATIONS.items() for step in known]
    for body, projection in _bodies(graph, candidate):
        if not body.order or not 0 < len(body.top) <= _MOST_GATES:
            continue
        for mask in (1.0, 0.0):
            values = body.values(mask)
            inner = beneath_masks(graph, body, body.root, candidate.state)
            for new in chain((body.root,), inner):
                for cell, step in steps:
                    for found in _fits(graph, body, step, values, candidate, new):
                        yield found._replace(cell=cell, projection=projection)


def _bodies(graph: Graph, candidate: Candidate) -> Iterator[tuple[Body, int | None]]:
    """The step down from its new state, or from what a projection reads that gives this state."""
    kinds, stops = graph.expressions.kinds, candidate.stops
    whole = Body(graph, candidate.new, candidate.state, stops)
    if kinds[candidate.new] is not Kind.MAP or candidate.new in stops:
        yield whole, None
    masked = beneath_masks(graph, whole, whole.root, candidate.state)
    for at in (candidate.new, *masked):
        if kinds[at] is Kind.MAP and at not in stops and len(whole.sources(at)) == 1:
            yield Body(graph, whole.sources(at)[0], candidate.state, stops), at


def _fits(
    graph: Graph,
    body: Body,
    step: Step,
    values: dict[int, Numbers],
    candidate: Candidate,
    new: int,
) -> Iterator[Match]:
    """The ways in which a step makes a new state, those whose gates are of one kind first."""
    if len(body.top) != len(step.outer):
        return
    known = {"h": values.get(candidate.state, ()), "h'": values[new]}
    if len(step.updates) == 1:
        for gates in _assignments(step.updates, body, values, known):
            if complete := _with_inner(body, step, gates):
                yield Match("", body, complete, step, new=new)
        return
    for states, made in _memorising(graph, body, step, values, candidate, new):
        ways = _assignments(step.updates, body, values, {**known, **states})
        for gates in sorted(ways, key=lambda way: _strangers(graph, way)):
            if complete := _with_inner(body, step, gates):
                yield made._replace(gates=complete)


def _memorising(
    graph: Graph,
    body: Body,
    step: Step,
    values: dict[int, Numbers],
    candidate: Candidate,
    new: int,
) -> Iterator[tuple[dict[str, Numbers], Match]]:
    """What may be c, c' and the function of it that the output gate is multiplied with."""
    for function, inner in _functions(body, new):
        for memory in _memories(graph, body, inner, candidate):
            for kept in chain((inner,), beneath_masks(graph, body, inner, memory)):
                states = {"A(c')": values[function], "c'": values[kept], "c": values[memory]}
                yield states, Match("", body, {}, step, memory, None, new, kept, function, inner)


def _strangers(graph: Graph, gates: dict[str, int]) -> int:
    """Gates with another function than f: that of g alone may differ.

    The product i·g is the same whichever of the two is called i.
    """
    functions = {letter: graph.expressions.data[gate] for letter, gate in gates.items()}
    usual = functions.get("f")
    return sum(functions[letter] != usual for letter in functions if letter != "g")


def _functions(body: Body, new: int) -> Iterator[tuple[int, int]]:
    """Functions of what gates make, and the argument of each, also of several operators."""
    near = list(body.within(new))
    for at in [each for each in near if body.is_function(each)][:_MOST_FUNCTIONS]:
        inner = body.stripped(at)
        yield at, inner
        whole = body.whole_function(at, inner, near)
        if whole != at:
            yield whole, inner


def _memories(graph: Graph, body: Body, root: int, candidate: Candidate) -> Iterator[int]:
    """What may be the old c: states and what the step begins with; and c' comes of it."""
    expressions = graph.expressions
    for at in body.within(root):
        if at == candidate.state or at in body.top:
            continue
        if candidate.carried:
            news = candidate.carried.get(at, ())
            if any(root in body_of(graph, new) for new in news):
                yield at
        elif at in candidate.stops or expressions.kinds[at] in (Kind.UNIT, Kind.PICK):
            yield at


def body_of(graph: Graph, root: int) -> set[int]:
    """The expressions near the top of another one."""
    seen, queue = {root}, [root]
    for at in queue:
        if len(queue) > 2 * _MOST_GATES:
            break
        fresh = [child for child in graph.expressions.children[at] if child not in seen]
        seen.update(fresh)
        queue += fresh
    return seen


def _assignments(
    updates: tuple[Update, ...], body: Body, values: dict[int, Numbers], known: dict[str, Numbers]
) -> Iterator[dict[str, int]]:
    """The ways to name the gates so that all updates are satisfied."""
    ways: list[dict[str, int]] = [{}]
    for update in reversed(updates):
        letters = _letters(update, known)
        ways = [
            {**way, **dict(zip(fresh, chosen, strict=True))}
            for way in ways
            for fresh in [[letter for letter in letters if letter not in way]]
            for chosen in permutations([g for g in body.top if g not in way.values()], len(fresh))
            if _holds(update, {**way, **dict(zip(fresh, chosen, strict=True))}, values, known)
        ]
    yield from ways


def _letters(update: Update, known: dict[str, Numbers]) -> list[str]:
    factors = (factor.removeprefix("1-") for term in update.terms for factor in term)
    return list(dict.fromkeys(factor for factor in factors if factor not in known))


def _holds(
    update: Update, gates: dict[str, int], values: dict[int, Numbers], known: dict[str, Numbers]
) -> bool:
    given = known[f"{update.state}'"]
    for point, expected in enumerate(given):
        total = 0.0
        for term in update.terms:
            product = 1.0
            for factor in term:
                name = factor.removeprefix("1-")
                numbers = known[name] if name in known else values[gates[name]]
                if not numbers:
                    return False
                product *= 1 - numbers[point] if name != factor else numbers[point]
            total += product
        if abs(total - expected) > _NEARLY * max(1.0, abs(total)):
            return False
    return True


def _with_inner(body: Body, step: Step, gates: dict[str, int]) -> dict[str, int] | None:
    """The gates with the one inside another; None where gates contain what the cell's do not."""
    letter, around = step.inside or ("", "")
    for name, gate in gates.items():
        if name == "o" and len(step.updates) > 1:
            continue  # its peephole looks at c', which the other gates make
        inner = body.inner_gates(gate)
        if name != around:
            if inner:
                return None
        elif len(inner) != 1 or body.inner_gates(inner[0]):
            return None
        elif letter in gates:
            if inner[0] != gates[letter]:
                return None
        elif inner[0] in gates.values():
            return None
        else:
            gates = {**gates, letter: inner[0]}
    return gates
