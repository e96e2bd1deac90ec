"""Recurrent layers of files without a configuration, by names, places and shapes."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations

from rnninspect.plugin import SkippedLayer, Stack, no_formula
from rnninspect_keras.configuration.units import WAYS
from rnninspect_keras.layers.assembling import Run, Title, assemble
from rnninspect_keras.layers.guessing import guess, guess_ways

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect_keras.configuration.plans import CellPlan
    from rnninspect_keras.layers.assembling import Found
    from rnninspect_keras.matching.candidates import Strand

    Planned = tuple["Strand", CellPlan]

MOST_PERMUTED = 6  # cells of a stack


def recognise(found: Iterable[Strand]) -> Iterator[Found]:
    """The layers that these strands make up, in order of appearance."""
    by_owner: dict[str, list[Strand]] = {}
    for strand in _adopted(list(found)):
        by_owner.setdefault(strand.owner, []).append(strand)
    for owner, group in by_owner.items():
        yield from _layers(owner, group)


def _adopted(found: list[Strand]) -> Iterator[Strand]:
    """The strands, with a backward layer that kept its own name beside its `forward_` sibling.

    Keras renames the backward layer of a Bidirectional only if it made it itself.
    """
    ways: dict[str, list[int | None]] = {}
    for strand in found:
        ways.setdefault(strand.owner, []).append(strand.way)
    for strand in found:
        wrapper = strand.owner.rpartition("/")[0]
        lone = strand.way is None and ways.get(wrapper) == [0]
        yield strand._replace(owner=wrapper, way=1) if lone else strand


def _layers(owner: str, group: list[Strand]) -> Iterator[Found]:
    ways = [[strand for strand in group if strand.way == way] for way in (None, 0, 1)]
    either, forward, backward = ways
    if 1 in (len(forward), len(backward)) and len(forward) + len(backward) <= 2:
        yield from _directions(owner, forward, backward)
    else:
        yield from _stack(f"{owner}/{WAYS[0]}" if backward else owner, forward)
        yield from _stack(f"{owner}/{WAYS[1]}" if forward else owner, backward)
    if len(either) == 2 and _are_directions(owner, either):
        yield from _directions(owner, either[:1], either[1:])
    else:
        yield from _stack(owner, either)


def _are_directions(owner: str, pair: Sequence[Strand]) -> bool:
    """Two cells of one layer without a word on which: directions, unless they fit as a stack."""
    if any(strand.stacked for strand in pair):
        return False
    plans = [guess(strand.pieces, strand.hint) for strand in pair]
    sizes = [(plan.input_size, plan.units) if plan else None for plan in plans]
    chained = sizes[0] is not None and sizes[1] is not None and sizes[1][0] == sizes[0][1]
    return "bidirectional" in owner.lower() or (sizes[0] == sizes[1] and not chained)


def _directions(owner: str, forward: list[Strand], backward: list[Strand]) -> Iterator[Found]:
    """A layer of two directions; one that is not there is a weight that is missing."""
    ways = [way[0].pieces if way else () for way in (forward, backward)]
    plans = guess_ways(ways, (forward or backward)[0].hint)
    if plans is None:
        yield from _unknown(owner, [*forward, *backward])
        return
    kinds = dict.fromkeys(plan.class_name for plan in plans)
    title = Title(owner, f"Bidirectional({', '.join(kinds)})")
    runs = [Run(plan, pieces) for plan, pieces in zip(plans, ways, strict=True)]
    yield from assemble(title, [_open(run) for run in runs])


def _open(run: Run) -> Run:
    """A run whose sizes are still to be read off its tensors: nothing declares them."""
    return run._replace(plan=run.plan._replace(units=None, input_size=None, kernel_size=()))


def _stack(owner: str, group: list[Strand]) -> Iterator[Found]:
    """One layer, or several as levels if each reads what the one below gives."""
    plans = [(strand, _plan(strand)) for strand in group]
    found = [(strand, plan) for strand, plan in plans if plan is not None]
    yield from _unknown(owner, [strand for strand, plan in plans if plan is None])
    known = _in_order(found)
    chained = known is not None and _is_chain(known)
    labels = Counter(strand.label for strand, _ in found)
    for level, (strand, plan) in enumerate(known or found):
        stack = Stack(owner, level, len(found)) if len(found) > 1 and chained else None
        own = strand.label if labels[strand.label] == 1 and strand.stacked else ""
        name = owner if len(found) == 1 else f"{owner}/{own or level}"
        yield from assemble(Title(name, plan.class_name, stack), [_open(Run(plan, strand.pieces))])


def _in_order(found: list[Planned]) -> list[Planned] | None:
    """The cells from the lowest level to the highest; None where the file does not tell.

    Keras' own format numbers cells of one class; those of several it lists by the alphabet, and
    then their order is told only if they chain in no other one.
    """
    classes = {plan.class_name for _, plan in found}
    if len(classes) == 1 or not all(strand.listed for strand, _ in found):
        return found
    if len(found) > MOST_PERMUTED:
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


def _unknown(owner: str, group: Sequence[Strand]) -> Iterator[Found]:
    """What is a cell by its place or its names, and none that is known by its shapes."""
    sure = [strand for strand in group if strand.sure]
    if sure:
        tensors = tuple(piece.tensor for strand in sure for piece in strand.pieces)
        yield SkippedLayer(owner, "cell", no_formula(), tensors)


def _plan(strand: Strand) -> CellPlan | None:
    plan = guess(strand.pieces, strand.hint)
    if plan is None or (plan.family == "RNN" and not strand.sure):
        return None
    return plan
