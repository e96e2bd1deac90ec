"""Recurrent layers of files without a configuration, by names, places and shapes."""

from __future__ import annotations

from itertools import pairwise, permutations

from rnninspect.lean import Counter
from rnninspect.plugin import SkippedLayer, Stack, no_formula
from rnninspect_keras.layers.assembling import PlannedCell, Title, assemble
from rnninspect_keras.layers.guessing import guess, guess_directions
from rnninspect_keras.layout import DIRECTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect_keras.configuration.plans import CellPlan
    from rnninspect_keras.layers.assembling import AnyLayer
    from rnninspect_keras.matching.candidates import CellCandidate

    Planned = tuple["CellCandidate", CellPlan]

_MOST_PERMUTED = 6  # cells of a stack


def recognise(found: Iterable[CellCandidate]) -> Iterator[AnyLayer]:
    """The layers that these candidates make up, in order of appearance."""
    by_owner: dict[str, list[CellCandidate]] = {}
    for candidate in _adopted(list(found)):
        by_owner.setdefault(candidate.owner, []).append(candidate)
    for owner, group in by_owner.items():
        yield from _layers(owner, group)


def _adopted(found: list[CellCandidate]) -> Iterator[CellCandidate]:
    """The candidates, with a backward layer that kept its own name beside its `forward_` sibling.

    Keras renames the backward layer of a Bidirectional only if it made it itself.
    """
    directions: dict[str, list[int | None]] = {}
    for candidate in found:
        directions.setdefault(candidate.owner, []).append(candidate.direction)
    for candidate in found:
        wrapper = candidate.owner.rpartition("/")[0]
        lone = candidate.direction is None and directions.get(wrapper) == [0]
        yield candidate._replace(owner=wrapper, direction=1) if lone else candidate


def _layers(owner: str, group: list[CellCandidate]) -> Iterator[AnyLayer]:
    directions = [
        [candidate for candidate in group if candidate.direction == direction]
        for direction in (None, 0, 1)
    ]
    either, forward, backward = directions
    if 1 in (len(forward), len(backward)) and len(forward) + len(backward) <= 2:
        yield from _directions(owner, forward, backward)
    else:
        yield from _stack(f"{owner}/{DIRECTIONS[0]}" if backward else owner, forward)
        yield from _stack(f"{owner}/{DIRECTIONS[1]}" if forward else owner, backward)
    if len(either) == 2 and _are_directions(owner, either):
        yield from _directions(owner, either[:1], either[1:])
    else:
        yield from _stack(owner, either)


def _are_directions(owner: str, pair: Sequence[CellCandidate]) -> bool:
    """Two cells of one layer without a word on which: directions, unless they fit as a stack."""
    if any(candidate.stacked for candidate in pair):
        return False
    plans = [guess(candidate.weights, candidate.hint) for candidate in pair]
    sizes = [(plan.input_size, plan.units) if plan else None for plan in plans]
    chained = sizes[0] is not None and sizes[1] is not None and sizes[1][0] == sizes[0][1]
    return "bidirectional" in owner.lower() or (sizes[0] == sizes[1] and not chained)


def _directions(
    owner: str, forward: list[CellCandidate], backward: list[CellCandidate]
) -> Iterator[AnyLayer]:
    """A layer of two directions; one that is not there is a weight that is missing."""
    directions = [direction[0].weights if direction else () for direction in (forward, backward)]
    plans = guess_directions(directions, (forward or backward)[0].hint)
    if plans is None:
        yield from _unknown(owner, [*forward, *backward])
        return
    kinds = dict.fromkeys(plan.class_name for plan in plans)
    title = Title(owner, f"Bidirectional({', '.join(kinds)})")
    runs = [PlannedCell(plan, weights) for plan, weights in zip(plans, directions, strict=True)]
    yield from assemble(title, [_open(run) for run in runs])


def _open(run: PlannedCell) -> PlannedCell:
    """A run whose sizes are still to be read off its tensors: nothing declares them."""
    return run._replace(plan=run.plan._replace(units=None, input_size=None, kernel_size=()))


def _stack(owner: str, group: list[CellCandidate]) -> Iterator[AnyLayer]:
    """One layer, or several as levels if each reads what the one below gives."""
    plans = [(candidate, _plan(candidate)) for candidate in group]
    found = [(candidate, plan) for candidate, plan in plans if plan is not None]
    yield from _unknown(owner, [candidate for candidate, plan in plans if plan is None])
    known = _in_order(found)
    chained = known is not None and _is_chain(known)
    labels = Counter(candidate.label for candidate, _ in found)
    for level, (candidate, plan) in enumerate(known or found):
        stack = Stack(owner, level, len(found)) if len(found) > 1 and chained else None
        own = candidate.label if labels[candidate.label] == 1 and candidate.stacked else ""
        name = owner if len(found) == 1 else f"{owner}/{own or level}"
        yield from assemble(
            Title(name, plan.class_name, stack), [_open(PlannedCell(plan, candidate.weights))]
        )


def _in_order(found: list[Planned]) -> list[Planned] | None:
    """The cells from the lowest level to the highest; None where the file does not say.

    Keras' own format numbers cells of one class; those of several it lists by the alphabet, and
    then their order is known only if exactly one order chains.
    """
    classes = {plan.class_name for _, plan in found}
    if len(classes) == 1 or not all(candidate.listed for candidate, _ in found):
        return found
    if len(found) > _MOST_PERMUTED:
        return None
    orders = [
        order
        for order in permutations(range(len(found)))
        if _is_chain([found[place] for place in order]) and _keeps_numbers(order, found)
    ]
    return [found[place] for place in orders[0]] if len(orders) == 1 else None


def _is_chain(known: Sequence[Planned]) -> bool:
    return all(above.input_size == below.units for (_, below), (_, above) in pairwise(known))


def _keeps_numbers(order: Sequence[int], found: list[Planned]) -> bool:
    last: dict[str, int] = {}
    for place in order:
        name = found[place][1].class_name
        if last.get(name, -1) > place:
            return False
        last[name] = place
    return True


def _unknown(owner: str, group: Sequence[CellCandidate]) -> Iterator[AnyLayer]:
    """What is a cell by its place or its names, and none that is known by its shapes."""
    sure = [candidate for candidate in group if candidate.sure]
    if sure:
        tensors = tuple(weight.tensor for candidate in sure for weight in candidate.weights)
        yield SkippedLayer(owner, "cell", no_formula(), tensors)


def _plan(candidate: CellCandidate) -> CellPlan | None:
    plan = guess(candidate.weights, candidate.hint)
    if plan is None or (plan.family == "RNN" and not candidate.sure):
        return None
    return plan
