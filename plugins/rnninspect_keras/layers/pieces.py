"""Tensors of one cell, told apart by the names that Keras 1, 2 and 3 give them."""

from __future__ import annotations

import re
from functools import lru_cache

from rnninspect.plugin import Purpose, Record
from rnninspect_keras.layout import Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import StoredTensor

# Keras 2 and 3: `lstm/lstm_cell/kernel:0`; a second cell or direction of one layer `kernel_1:0`.
MODERN = r"(kernel|recurrent_kernel|bias|\w+_gate_peephole_weights|projection_weights)(_\d+)?"
# Keras 1: `lstm_1_W:0`, for each gate `lstm_1_W_i:0`, in a later session `lstm_1_W_i_1:0`.
EARLY = r"(?:(.*)_)?([WUb])(?:_([icfozrh]))?(_\d+)?"
REMEMBERED = 4096  # names: a model has few different ones at this place


class Piece(Record):
    """A tensor and what it is in its cell; `part` None if it is nothing known.

    Where TensorFlow 1 cut a weight by its rows, `tensor` is the whole and `shards` are stored.
    Of Keras 1's arrays, `gate` is the letter of the gate that the array is for.
    """

    part: Part | None
    tensor: StoredTensor
    shards: tuple[StoredTensor, ...] = ()
    gate: str = ""

    @property
    def tensors(self) -> tuple[StoredTensor, ...]:
        """What is stored for it."""
        return self.shards or (self.tensor,)


class Cluster:
    """Tensors whose names say that they belong to one cell.

    Attributes:
        place: what their names have in common, split at the slashes.
        suffix: `_1` of a second cell or direction under the same place.
        pieces: in the order in which the file lists them.
        robbed: whether the file names a recurrent kernel for it that it does not hold.
    """

    __slots__ = ("pieces", "place", "robbed", "suffix")

    def __init__(
        self, place: tuple[str, ...], suffix: str = "", pieces: Iterable[Piece] = ()
    ) -> None:
        self.place = place
        self.suffix = suffix
        self.robbed = False
        self.pieces = list(pieces)

    @property
    def early(self) -> bool:
        """Whether the names are Keras 1's, which hold the layer's: `lstm_1_W_i`."""
        last = f"{self.place[-1]}_" if self.place else ""
        return any(piece.tensor.name.rpartition("/")[2].startswith(last) for piece in self.pieces)

    @property
    def recurrent(self) -> bool:
        """Whether one of them can only be a recurrent kernel, or one is known to be gone."""
        if self.robbed:
            return True
        return any(piece.part in RECURRENT for piece in self.pieces)


def cluster(named: Iterable[tuple[str, StoredTensor]]) -> list[Cluster]:
    """Sort tensors into cells by their weight names, in order of appearance."""
    clusters: dict[tuple[tuple[str, ...], str], Cluster] = {}
    for name, tensor in named:
        *place, base = without_output(name).split("/")
        word = _understood(base)
        piece = Piece(word.part, tensor, gate=word.gate)
        key = word.key_at(tuple(place))
        clusters.setdefault(key, Cluster(*key)).pieces.append(piece)
    return _with_surplus(list(clusters.values()))


def mark_robbed(clusters: list[Cluster], lost: Iterable[str]) -> list[Cluster]:
    """Note the cells whose recurrent kernel is among the names that no tensor was stored for."""
    keys = set()
    for name in lost:
        *place, base = without_output(name).split("/")
        word = _understood(base)
        if word.part in RECURRENT:
            keys.add(word.key_at(tuple(place)))
    for found in clusters:
        found.robbed = found.robbed or (found.place, found.suffix) in keys
    return clusters


def without_output(name: str) -> str:
    """A name without TensorFlow's number of an operator's output: `:0`."""
    front, mark, number = name.rpartition(":")
    return front if mark and number.isdecimal() else name


def recurrent_places(named: Iterable[tuple[str, StoredTensor]]) -> set[str]:
    """The places that names of recurrent kernels lie in."""
    return {
        name.rpartition("/")[0]
        for name, _ in named
        if _understood(without_output(name.rpartition("/")[2])).part in RECURRENT
    }


class Word(Record):
    """What the last part of a weight's name says.

    Attributes:
        part: what the weight is; None if the word is not known.
        prefix: what Keras 1 wrote before it, the layer's name.
        suffix: `_1` of a second cell or direction under the same place.
        gate: the letter of a gate, where Keras 1 kept an array for each.
    """

    part: Part | None = None
    prefix: str = ""
    suffix: str = ""
    gate: str = ""

    def key_at(self, place: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        """What tells its cell from others: its place and the suffix."""
        return ((*place, self.prefix) if self.prefix else place), self.suffix


@lru_cache(REMEMBERED)
def _understood(base: str) -> Word:
    """Read the last part of a name."""
    if match := re.fullmatch(MODERN, base):
        return Word(WORDS.get(match[1]) or Part.PEEPHOLE, suffix=match[2] or "")
    if base in SCALES:
        return Word(Part.NORM)
    if match := re.fullmatch(EARLY, base):
        part = Part(match[2])
        if match[3] is None:  # one array for all gates
            part = FUSED[part]
        return Word(part, match[1] or "", gate=match[3] or "")
    return Word()


def may_be_weight(tensor: StoredTensor) -> bool:
    """Whether it holds numbers of the model, or opaque bytes whose type is lost."""
    return tensor.purpose is Purpose.PARAMETER or tensor.dtype == "opaque"


def part_of(name: str) -> Part | None:
    """What a variable is by the name of the attribute that holds it."""
    return _understood(name).part if re.fullmatch(MODERN, name) else None


RECURRENT = (Part.RECURRENT, Part.GATE_RECURRENT)
WORDS = {
    "kernel": Part.KERNEL,
    "recurrent_kernel": Part.RECURRENT,
    "bias": Part.BIAS,
    "projection_weights": Part.PROJECTION,
}
SCALES = ("gamma", "beta")
# Layers of normalisation that the addons' cells hold, by the attributes that hold them.
NORMS = {
    "kernel_norm": Part.NORM,
    "recurrent_norm": Part.NORM,
    "layernorm": Part.NORM,
    "state_norm": Part.STATE_NORM,
}


def norm_part(attribute: str) -> Part | None:
    """What the variables of a layer inside a cell are, by the attribute that holds it."""
    return NORMS.get(attribute)


FUSED = {
    Part.GATE_KERNEL: Part.KERNEL,
    Part.GATE_RECURRENT: Part.RECURRENT,
    Part.GATE_BIAS: Part.BIAS,
}


def _with_surplus(clusters: list[Cluster]) -> list[Cluster]:
    """Give what lies inside a recurrent cell's place, and is no cell itself, to that cell."""
    cells = {found.place: found for found in clusters if found.recurrent and not found.suffix}
    kept = []
    for found in clusters:
        outer = (found.place[:length] for length in range(len(found.place), 0, -1))
        owner = next((cells[place] for place in outer if place in cells), None)
        if owner is None or owner is found or found.recurrent or found.suffix:
            kept.append(found)
        else:
            within = norm_part(found.place[-1]) if len(found.place) > len(owner.place) else None
            owner.pieces.extend(
                Piece(piece.part and within, piece.tensor) for piece in found.pieces
            )
    return kept
