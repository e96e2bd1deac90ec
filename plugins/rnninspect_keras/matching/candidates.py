"""Groups of tensors that may be recurrent cells, in files without a configuration."""

from __future__ import annotations

import re

from rnninspect.plugin import Record
from rnninspect_keras.configuration.units import WAYS
from rnninspect_keras.layers.guessing import hint_of
from rnninspect_keras.layout import Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect_keras.configuration.plans import CellPlan
    from rnninspect_keras.layers.pieces import Cluster, Piece

    Planned = tuple["Strand", CellPlan]

# What Keras itself calls a plain recurrent layer or its cell; without a recurrent kernel its
# weights are those of a Dense by their shapes alone.
PLAIN_CELL = r"simple_rnn(_cell)?(_\d+)?"


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
