"""Whether what a step reads beside its states changes from step to step."""

from __future__ import annotations

from rnninspect.graphs.building.expressions import Kind
from rnninspect.graphs.building.values import UNSEEN, Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.body import Body
    from rnninspect.graphs.recognition.candidates import Candidate

_MOST = 4096  # expressions that an input is looked for in

_MOST_STEPS = 4  # beside a step, that are looked at
_OF_A_UNIT = 4  # its leaf, what is fixed, its label and its place
_MOST_USES = 64  # of a matrix, among which one over another input is looked for


def input_varies(graph: Graph, candidate: Candidate, body: Body) -> bool:
    """Whether a step may read something new each time; of a lone step nothing says otherwise."""
    if candidate.how == "one step":
        return True
    maps = [at for at in body.order if graph.expressions.kinds[at] is Kind.MAP]
    if candidate.how == "unrolled":
        picked = any(graph.expressions.kinds[at] is Kind.PICK for at in body.order)
        return picked or any(_is_applied_anew(graph, body, at) for at in maps)
    return _changes_in_a_loop(graph, body, maps)


def _is_applied_anew(graph: Graph, body: Body, at: int) -> bool:
    """Whether a matrix over an input is applied to another input elsewhere."""
    outside, data = _outside(body, at), graph.expressions.data[at]
    if not outside or not isinstance(data, tuple):
        return False
    others = graph.uses[graph.maps[data[0]].matrix][:_MOST_USES]
    return any(not outside <= {unit for _, unit in graph.maps[each].source} for each in others)


def is_fed_apart(graph: Graph, body: Body, sources: frozenset[int]) -> bool:
    """Whether an unrolled step reads what was not made anew beside it, perhaps of its state.

    That is what is fed to the graph, and what other steps read other parts of.
    """
    if any(graph.leaves[leaf].origin is Origin.INPUT for leaf in sources):
        return True
    kinds = graph.expressions.kinds
    if any(kinds[at] is Kind.PICK for at in body.order):
        return True
    maps = (at for at in body.order if kinds[at] is Kind.MAP)
    return any(sources & _leaves(graph, _in_other_steps(graph, body, at)) for at in maps)


def _in_other_steps(graph: Graph, body: Body, at: int) -> list[int]:
    """What a matrix multiplies in other steps, where it multiplies an input in this one."""
    data = graph.expressions.data[at]
    own = graph.maps[data[0] if isinstance(data, tuple) else 0]
    places = [place for place, (_, unit) in enumerate(own.source) if not body.reads_state(unit)]
    others = (graph.maps[each].source for each in graph.uses[own.matrix][:_MOST_STEPS])
    return [
        source[place][1]
        for source in others
        if source != own.source
        for place in places
        if place < len(source)
    ]


def _leaves(graph: Graph, roots: Iterable[int]) -> set[int]:
    data = (graph.expressions.data[at] for at in below(graph, roots))
    return {each[0] for each in data if isinstance(each, tuple) and len(each) == _OF_A_UNIT}


def _outside(body: Body, at: int) -> set[int]:
    return {unit for unit in body.sources(at) if not body.reads_state(unit)}


def _changes_in_a_loop(graph: Graph, body: Body, maps: list[int]) -> bool:
    """Whether an input is cut at a place known at run time, or made by the loop."""
    roots = [unit for at in maps for unit in _outside(body, at)]
    roots += [at for at in body.order if graph.expressions.kinds[at] is Kind.PICK]
    return any(_is_of_a_turn(graph, at) for at in below(graph, roots))


def reads_its_result(graph: Graph, candidate: Candidate, inputs: Iterable[int]) -> bool:
    """Whether inputs are made of another state that this one is part of: the h of an LSTM, for c.

    Such a state is not the whole state of a cell, whose matrices read the other one. Where a mask
    mixes c' with c afterwards, h' is made of c, not of what the mask gives.
    """
    others = {at for at in below(graph, inputs) if at in candidate.carried} - {candidate.state}
    news = [new for at in others for new in candidate.carried[at]]
    return not {candidate.new, candidate.state}.isdisjoint(below(graph, news))


def _is_of_a_turn(graph: Graph, at: int) -> bool:
    """Whether an expression is cut out at run time, or a unit of what nothing explains."""
    if is_cut_at(graph, at, UNSEEN):
        return True
    data = graph.expressions.data[at]
    if graph.expressions.kinds[at] is not Kind.UNIT or not isinstance(data, tuple):
        return False
    return graph.leaves[data[0]].origin is Origin.OTHER


def is_cut_at(graph: Graph, at: int, place: int) -> bool:
    """Whether an expression, or the unit of a leaf, is cut out of an axis at this place."""
    data = graph.expressions.data[at]
    if graph.expressions.kinds[at] is Kind.PICK:
        return isinstance(data, tuple) and data[1] == place
    if graph.expressions.kinds[at] is not Kind.UNIT or not isinstance(data, tuple):
        return False
    return any(start == place for _, start, _ in data[1])


def below(graph: Graph, roots: Iterable[int]) -> Iterator[int]:
    """Expressions and all that they are made of, through maps too."""
    queue = list(dict.fromkeys(roots))
    seen = set(queue)
    for at in queue:
        graph.expressions.spend(1)
        yield at
        data = graph.expressions.data[at]
        children = graph.expressions.children[at]
        if graph.expressions.kinds[at] is Kind.MAP and isinstance(data, tuple):
            children = tuple(unit for _, unit in graph.maps[data[0]].source)
        if len(queue) <= _MOST:
            queue += [child for child in children if child not in seen]
            seen.update(children)
