"""Groups of tensors that may be recurrent cells, in files without a configuration."""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect.plugin import Record
from rnninspect_keras.layers.guessing import hint_of
from rnninspect_keras.layers.weight_names import RECURRENT, parse_name, without_output
from rnninspect_keras.layout import DIRECTIONS, WeightName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnninspect_keras.configuration.plans import CellPlan
    from rnninspect_keras.layers.clusters import WeightCluster
    from rnninspect_keras.layers.weights import CellWeight

    Planned = tuple["CellCandidate", CellPlan]

# What Keras itself calls a plain recurrent layer or its cell; without a recurrent kernel its
# weights are those of a Dense by their shapes alone.
_PLAIN_CELL = r"simple_rnn(_cell)?(_\d+)?"


class CellCandidate(Record):
    """Tensors that may be a cell.

    Attributes:
        owner: name of the layer that it would belong to.
        direction: its direction; None if its place does not say.
        stacked: whether its place says that it is one of a stack.
        hint: the family that its place suggests.
        weights: its tensors.
        sure: whether its place or its names are those of a recurrent cell, whatever the shapes.
        listed: whether the file lists it by its name, not by its place in a stack.
        label: the cell's own name, which distinguishes the cells of a stack; empty if it has none.
    """

    owner: str
    direction: int | None
    stacked: bool
    hint: str | None
    weights: tuple[CellWeight, ...]
    sure: bool
    listed: bool = False
    label: str = ""


def candidates_of(top: str, clusters: list[WeightCluster]) -> list[CellCandidate]:
    """What may be cells among the weights of one layer of the older format."""
    candidates = [known for known in clusters if known.recurrent or _is_rest(known)]
    found = [_candidate(top, known) for known in candidates]
    alone = len(found) == len(clusters)  # anything else in the group makes it a model's
    owners = {candidate.owner for candidate in found}
    if top and alone and len(owners) == 1 and not _is_nested(top, candidates[0]):
        return [candidate._replace(owner=top) for candidate in found]
    return found


def may_have_cells(names: Iterable[str]) -> bool:
    """Whether there may be candidates among weights of these names."""
    for name in names:
        word = parse_name(without_output(name.rpartition("/")[2]))
        if word.name in RECURRENT or word.gate or _is_cell(name):
            return True
    return False


def _is_nested(top: str, known: WeightCluster) -> bool:
    """Whether a group is a model's, whose layer has a name of its own, rather than the layer's.

    Keras 3 writes the name of the innermost model in front of its layers; Keras 2 none. A wrapper's
    name ends in that of its layer, and a later session numbers a layer otherwise.
    """
    inner = _without_cells(known.place)
    if known.early or not inner or top in inner[1:] or inner[0].startswith(_DIRECTION_PREFIXES):
        return False
    if inner[0] == top:
        return len(inner) > 1 and not inner[1].startswith(_DIRECTION_PREFIXES)
    return not top.endswith(inner[0]) and _base(top) != _base(inner[0])


def _base(name: str) -> str:
    """A name without the numbers that Keras appends."""
    return re.sub(r"(_\d+)+$", "", name)


_STACK = "stacked_rnn_cells"
_DIRECTION_PREFIXES = tuple(f"{direction}_" for direction in DIRECTIONS)


def _is_rest(known: WeightCluster) -> bool:
    """Whether weights without a recurrent kernel can only be the rest of a cell.

    Their scope is a cell's, or they are Keras 1's arrays of several gates. A layer's own name says
    nothing: a Dense may be called `lstm_head`.
    """
    gates = {weight.gate for weight in known.weights if weight.gate}
    if len(gates) > 1:
        return True
    in_cell = any(_is_cell(part) and hint_of(part) for part in known.place)
    return in_cell and any(weight.name not in (None, WeightName.NORM) for weight in known.weights)


def _candidate(top: str, known: WeightCluster) -> CellCandidate:
    place = list(known.place)
    direction = None
    for number, prefix in enumerate(DIRECTIONS):
        for at, part in enumerate(place):
            if part.startswith(f"{prefix}_"):
                direction, place = number, place[:at] or [part.removeprefix(f"{prefix}_")]
                break
    stacked = any(part.startswith(_STACK) for part in known.place)
    inner = _without_cells(place)
    hint = next((hint for part in (*reversed(known.place), top) if (hint := hint_of(part))), None)
    owner = "/".join(inner if inner[:1] == [top] or not top else [top, *inner])
    by_names = known.recurrent and (hint is not None or _says_so(known))
    sure = by_names or any(_is_plain_cell(part) for part in (*known.place, top))
    label = known.place[-1] if stacked or (known.place and _is_cell(known.place[-1])) else ""
    return CellCandidate(owner, direction, stacked, hint, tuple(known.weights), sure, label=label)


def _is_plain_cell(part: str) -> bool:
    return part.startswith("simple_rnn") and re.fullmatch(_PLAIN_CELL, part) is not None


def _says_so(known: WeightCluster) -> bool:
    """Whether names alone make a cell: `U` without gates may as well be a layer of attention."""
    gated = sum(weight.name is WeightName.GATE_RECURRENT for weight in known.weights)
    return gated > 1 or any("recurrent" in weight.tensor.name for weight in known.weights)


def _without_cells(place: Sequence[str]) -> list[str]:
    """A place without the names of cells; those of a stack's cells may be any."""
    stack = next((at for at, part in enumerate(place) if part.startswith(_STACK)), len(place))
    return [part for part in place[:stack] if not _is_cell(part)]


def _is_cell(part: str) -> bool:
    return "_cell" in part or part.startswith(_STACK)
