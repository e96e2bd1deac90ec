"""Recurrent layers of files without a configuration, by names, places and shapes."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise, permutations

from rnninspect.plugin import Record, SkippedLayer, Stack, no_formula
from rnninspect_keras.configuration.units import WAYS
from rnninspect_keras.layers.assembling import Run, Title, assemble
from rnninspect_keras.layers.guessing import guess, guess_ways, hint_of
from rnninspect_keras.layout import Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect_keras.configuration.plans import CellPlan
    from rnninspect_keras.layers.assembling import Found
    from rnninspect_keras.layers.pieces import Cluster, Piece

    Planned = tuple["Strand", CellPlan]

# What Keras itself calls a plain recurrent layer or its cell; without a recurrent kernel its
# weights are those of a Dense by their shapes alone.
PLAIN_CELL = r"simple_rnn(_cell)?(_\d+)?"
MOST_PERMUTED = 6  # cells of a stack


class Strand(Record):
    """Tensors that may be a cell.

    Attributes:
        owner: name of the layer that it would belong to.
        way: its direction; None if its place does not tell.
        stacked: whether its place says that it is one of a stack.
        hint: the family that its place suggests.
        pieces: its tensors.
        sure: whether its place or its names are those of a recurrent cell, whatever the shapes.
        listed: whether the file lists it by its name, not by its place in a stack.
        label: the cell's own name, by which a stack tells its cells apart; empty if it has none.
    """

    owner: str
    way: int | None
    stacked: bool
    hint: str | None
    pieces: tuple[Piece, ...]
    sure: bool
    listed: bool = False
    label: str = ""


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


def strands(top: str, clusters: list[Cluster]) -> list[Strand]:
    """What may be cells among the weights of one layer of the older format."""
    candidates = [known for known in clusters if known.recurrent or _is_rest(known)]
    found = [_strand(top, known) for known in candidates]
    alone = len(found) == len(clusters)  # what else lies in the group makes it a model's
    owners = {strand.owner for strand in found}
    if top and alone and len(owners) == 1 and not _is_nested(top, candidates[0]):
        return [strand._replace(owner=top) for strand in found]
    return found


def _is_nested(top: str, known: Cluster) -> bool:
    """Whether a group is a model's, whose layer has a name of its own, rather than the layer's.

    Keras 3 writes the name of the innermost model in front of its layers; Keras 2 none. A wrapper's
    name ends in that of its layer, and a later session numbers a layer otherwise.
    """
    inner = _without_cells(known.place)
    if known.early or not inner or top in inner[1:] or inner[0].startswith(FIRST_WAYS):
        return False
    if inner[0] == top:
        return len(inner) > 1 and not inner[1].startswith(FIRST_WAYS)
    return not top.endswith(inner[0]) and _base(top) != _base(inner[0])


def _base(name: str) -> str:
    """A name without the numbers that Keras puts behind it."""
    return re.sub(r"(_\d+)+$", "", name)


STACK = "stacked_rnn_cells"
FIRST_WAYS = tuple(f"{way}_" for way in WAYS)


def _is_rest(known: Cluster) -> bool:
    """Whether weights without a recurrent kernel can only be the rest of a cell.

    Their scope is a cell's, or they are Keras 1's arrays of several gates. A layer's own name says
    nothing: a Dense may be called `lstm_head`.
    """
    gates = {piece.gate for piece in known.pieces if piece.gate}
    if len(gates) > 1:
        return True
    in_cell = any(_is_cell(part) and hint_of(part) for part in known.place)
    return in_cell and any(piece.part not in (None, Part.NORM) for piece in known.pieces)


def _strand(top: str, known: Cluster) -> Strand:
    place = list(known.place)
    way = None
    for number, prefix in enumerate(WAYS):
        for at, part in enumerate(place):
            if part.startswith(f"{prefix}_"):
                way, place = number, place[:at] or [part.removeprefix(f"{prefix}_")]
                break
    stacked = any(part.startswith(STACK) for part in known.place)
    inner = _without_cells(place)
    hint = next((hint for part in (*reversed(known.place), top) if (hint := hint_of(part))), None)
    owner = "/".join(inner if inner[:1] == [top] or not top else [top, *inner])
    by_names = known.recurrent and (hint is not None or _says_so(known))
    sure = by_names or any(_is_plain_cell(part) for part in (*known.place, top))
    label = known.place[-1] if stacked or (known.place and _is_cell(known.place[-1])) else ""
    return Strand(owner, way, stacked, hint, tuple(known.pieces), sure, label=label)


def _is_plain_cell(part: str) -> bool:
    return part.startswith("simple_rnn") and re.fullmatch(PLAIN_CELL, part) is not None


def _says_so(known: Cluster) -> bool:
    """Whether names alone make a cell: `U` without gates may as well be a layer of attention."""
    gated = sum(piece.part is Part.GATE_RECURRENT for piece in known.pieces)
    return gated > 1 or any("recurrent" in piece.tensor.name for piece in known.pieces)


def _without_cells(place: Sequence[str]) -> list[str]:
    """A place without the names of cells; those of a stack's cells may be any."""
    stack = next((at for at, part in enumerate(place) if part.startswith(STACK)), len(place))
    return [part for part in place[:stack] if not _is_cell(part)]


def _is_cell(part: str) -> bool:
    return "_cell" in part or part.startswith(STACK)
