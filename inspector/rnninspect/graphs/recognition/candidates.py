"""Where a step may begin and end: in loops, unrolled sequences, between inputs and outputs."""

from __future__ import annotations

from rnninspect.graphs.building.expressions import LINEAR, Kind
from rnninspect.graphs.building.segments import cut
from rnninspect.graphs.building.values import View
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.building.values import Lanes, Value

_NEAR = 200  # expressions between two uses of one matrix within a step
_FRONTIER = 64  # expressions around an old state at which the new one is cut
_MOST_PAIRS = 512  # of an input and an output that may be a state
_MOST_ALIKE = 1024  # pairs that are all looked at; of more, those of which one is made of the other


class Candidate(Record):
    """A value that may be a state, and what a step may make of it.

    Attributes:
        how: `loop`, `unrolled` or `one step`.
        place: a name for people.
        state: the expression of the old state.
        width: its units.
        new: what the step makes of it.
        stops: expressions at which the step begins, the state's among them.
        carried: of the states of a loop or of one step, what may become of each.
        steps: of an unrolled sequence, how many there are.
    """

    how: str
    place: str
    state: int
    width: int
    new: int
    stops: frozenset[int]
    carried: dict[int, tuple[int, ...]]
    steps: int = 1


def candidates(graph: Graph) -> Iterator[Candidate]:
    """Every place of the graph at which a state may return, loops first."""
    yield from _in_loops(graph)
    yield from _unrolled(graph)
    yield from _between(graph)


def _in_loops(graph: Graph) -> Iterator[Candidate]:
    multiplied = _multiplied(graph) if graph.loops else {}
    for loop in graph.loops:
        carried: dict[int, tuple[int, ...]] = {}
        widths: dict[int, int] = {}
        for old, new in loop.carried:
            for unit, width in tuple(graph.units.get(old.leaf, {}).items()):
                found = _same_part(graph, old, unit, width, new)
                if found is not None and multiplied.get(unit, 0) <= found[1]:
                    carried[unit], widths[unit] = (found[0],), found[1]
        stops = frozenset(carried)
        for unit, new_units in carried.items():
            place = loop.name
            yield Candidate("loop", place, unit, widths[unit], new_units[0], stops, carried)


def _between(graph: Graph) -> Iterator[Candidate]:
    """Inputs of the graph beside outputs of the same shape."""
    carried: dict[int, tuple[int, ...]] = {}
    widths: dict[int, int] = {}
    many = len(graph.inputs) * len(graph.outputs) > _MOST_ALIKE
    made_of = [_made_of(graph, new) if many else None for new in graph.outputs]
    for old in graph.inputs:
        fitting = [
            new
            for new, leaves in zip(graph.outputs, made_of, strict=True)
            if (leaves is None or old.leaf in leaves) and _alike(graph, old, new)
        ]
        for unit, width in tuple(graph.units.get(old.leaf, {}).items()):
            found = (_same_part(graph, old, unit, width, new) for new in fitting)
            news = tuple(dict.fromkeys(each[0] for each in found if each and each[1] == width))
            if news:
                carried[unit], widths[unit] = news[:_MOST_PAIRS], width
    stops = frozenset(carried)
    pairs = ((unit, new) for unit, news in carried.items() for new in news)
    for _, (unit, new) in zip(range(_MOST_PAIRS), pairs, strict=False):
        yield Candidate("one step", "", unit, widths[unit], new, stops, carried)


def _made_of(graph: Graph, new: Value) -> frozenset[int]:
    """The leaves that a value is made of, as far as they are near."""
    expressions = graph.expressions
    if isinstance(new, View):
        return frozenset((new.leaf,))
    seen = dict.fromkeys(unit for _, unit in new.segments)
    leaves, queue = set[int](), list(seen)
    for at in queue:  # which grows
        data = expressions.data[at]
        below = expressions.children[at]
        if expressions.kinds[at] is Kind.UNIT and isinstance(data, tuple):
            leaves.add(data[0])
        elif expressions.kinds[at] is Kind.MAP and isinstance(data, tuple):
            below = tuple(unit for _, unit in graph.maps[data[0]].source)
        if len(queue) < _NEAR:
            fresh = [child for child in below if child not in seen]
            seen.update(dict.fromkeys(fresh))
            queue += fresh
    expressions.spend(len(queue))
    return frozenset(leaves)


def _alike(graph: Graph, old: View, new: Value) -> bool:
    shape = graph.leaves[old.leaf].shape
    return len(shape) == len(new.shape) and all(
        one == other or None in (one, other) for one, other in zip(shape, new.shape, strict=True)
    )


def _multiplied(graph: Graph) -> dict[int, int]:
    """Of each unit that a matrix multiplies, how many there are side by side."""
    found: dict[int, int] = {}
    for applied in graph.maps:
        for width, unit in applied.source:
            found[unit] = max(width, found.get(unit, 0))
    return found


def _same_part(
    graph: Graph, old: View, unit: int, width: int, new: Value
) -> tuple[int, int] | None:
    """The expression of a new value where the unit was in the old one, and how far it extends.

    That is less than the width where the old value is also used whole: states side by side.
    """
    data = graph.expressions.data[unit]
    leaf = graph.leaves[old.leaf]
    if not isinstance(data, tuple) or data[2] not in leaf.labels:
        return None
    lane = leaf.labels.index(data[2])
    lanes = graph.lanes(new, lane) if lane < len(new.shape) else None
    if lanes is None or lanes.lane != lane or len(lanes.labels) != len(leaf.labels):
        return None
    segments = cut(graph.expressions, lanes.segments, data[3], width)
    if segments is None:
        return None
    picked = _picked(graph, lanes, segments[0][1], data[1], leaf.labels)
    return None if picked is None else (picked, segments[0][0])


def _picked(
    graph: Graph,
    lanes: Lanes,
    unit: int,
    fixed: Iterable[tuple[int, int, int]],
    labels: tuple[int, ...],
) -> int | None:
    for label, start, size in fixed:
        at = labels.index(label)
        if lanes.shape[at] in (1, size):
            continue
        own = lanes.labels[at]
        if own is None or start < 0:
            return None
        unit = graph.expressions.pick(unit, own, start, size)
    return unit


def _unrolled(graph: Graph) -> Iterator[Candidate]:
    """Matrices that are applied again to what their earlier products made."""
    near: dict[int, tuple[int, ...]] = {}
    for maps in graph.uses.values():
        if len(maps) > 1:
            yield from _last_step(graph, maps, near)


def _last_step(
    graph: Graph, maps: list[int], near: dict[int, tuple[int, ...]]
) -> Iterator[Candidate]:
    """The last step of each sequence over one matrix, by the chain of its uses (of its maps)."""
    places = set(maps)
    before: dict[int, tuple[int, int]] = {}  # use: the segment, and the use before it
    followed: set[int] = set()
    for at in maps:
        for segment, (_, unit) in enumerate(graph.maps[at].source):
            if unit not in near:
                near[unit] = _near(graph, unit)
            found = next((each for each in near[unit] if each in places), None)
            if found is not None:
                before[at] = (segment, found)
                followed.add(found)
                break
    for at in maps:
        if at in before and at not in followed:
            yield _step_at(graph, at, before)


def _step_at(graph: Graph, at: int, before: dict[int, tuple[int, int]]) -> Candidate:
    segment, earlier = before[at]
    new = graph.maps[at].source[segment][1]
    width, state = graph.maps[earlier].source[min(segment, len(graph.maps[earlier].source) - 1)]
    steps, walk = 1, at
    while walk in before:
        walk = before[walk][1]
        steps += 1
    kinds = graph.expressions.kinds
    first = graph.maps[walk].source[min(segment, len(graph.maps[walk].source) - 1)][1]
    steps += kinds[first] is Kind.APPLY  # whose own step began at zero, which was folded
    stops = frozenset({state, *_around(graph, state)})
    place = graph.places[walk]
    return Candidate("unrolled", place, state, width, new, stops, {}, steps)


def _near(graph: Graph, root: int) -> tuple[int, ...]:
    """The maps in an expression, nearest first, outside other maps but a projection."""
    expressions, seen, queue = graph.expressions, {root}, [root]
    found: dict[int, None] = {}
    queue += _projected(graph, root)
    for at in queue:  # which grows
        expressions.spend(1)
        data = expressions.data[at]
        if expressions.kinds[at] is Kind.MAP and isinstance(data, tuple):
            found[data[0]] = None
        elif len(queue) <= _NEAR:
            queue += [child for child in expressions.children[at] if child not in seen]
            seen.update(expressions.children[at])
    return tuple(found)


def _projected(graph: Graph, root: int) -> list[int]:
    """What a projection makes a state of, where the root is one."""
    data = graph.expressions.data[root]
    if graph.expressions.kinds[root] is not Kind.MAP or not isinstance(data, tuple):
        return []
    return [unit for _, unit in graph.maps[data[0]].source[:1]]


def _around(graph: Graph, root: int) -> Iterator[int]:
    """What an old state is made of, nearest first: the step before is cut off there.

    Sums of products of inputs are not part of a state: the next step may read the same ones.
    """
    expressions, inner = graph.expressions, _projected(graph, root)
    seen, queue = {root, *inner}, [root, *inner]
    for at in queue:
        expressions.spend(1)
        if len(queue) > _FRONTIER:
            return
        for child in expressions.children[at]:
            if child not in seen and expressions.kinds[child] is Kind.APPLY:
                seen.add(child)
                queue.append(child)
                if _is_active(graph, child):
                    yield child


def _is_active(graph: Graph, root: int) -> bool:
    """Whether an expression contains a nonlinear function."""
    expressions, seen, queue = graph.expressions, {root}, [root]
    for at in queue:
        expressions.spend(1)
        if len(queue) > _FRONTIER:
            return True
        if expressions.kinds[at] is Kind.APPLY and expressions.data[at] not in LINEAR:
            return True
        queue += [child for child in expressions.children[at] if child not in seen]
        seen.update(expressions.children[at])
    return False
