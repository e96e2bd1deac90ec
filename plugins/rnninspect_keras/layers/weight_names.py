"""What a tensor is in its cell, by the names that Keras 1, 2 and 3 give it."""

from __future__ import annotations

from rnninspect.lean import lru_cache, re
from rnninspect.plugin import Record
from rnninspect_keras.layout import WeightName

TYPE_CHECKING = False

# Keras 2 and 3: `lstm/lstm_cell/kernel:0`; a second cell or direction of one layer `kernel_1:0`.
_PEEPHOLE = "_gate_peephole_weights"
# Keras 1: `lstm_1_W:0`, for each gate `lstm_1_W_i:0`, in a later session `lstm_1_W_i_1:0`.
_EARLY_PARTS = frozenset("WUb")
_EARLY = r"(?:(.*)_)?([WUb])(?:_([icfozrh]))?(_\d+)?"
_REMEMBERED = 4096  # names: a model has few different ones at this place


def without_output(name: str) -> str:
    """A name without TensorFlow's number of an operator's output: `:0`."""
    front, mark, number = name.rpartition(":")
    return front if mark and number.isdecimal() else name


class ParsedName(Record):
    """What the last part of a weight's name says.

    Attributes:
        part: what the weight is; None if the word is not known.
        prefix: what Keras 1 wrote before it, the layer's name.
        suffix: `_1` of a second cell or direction under the same place.
        gate: the letter of a gate, where Keras 1 kept an array for each.
    """

    name: WeightName | None = None
    prefix: str = ""
    suffix: str = ""
    gate: str = ""

    def key_at(self, place: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
        """What distinguishes its cell from others: its place and the suffix."""
        return ((*place, self.prefix) if self.prefix else place), self.suffix


@lru_cache(_REMEMBERED)
def parse_name(base: str) -> ParsedName:
    """Read the last part of a name."""
    if found := _modern(base):
        return found
    if base in SCALES:
        return ParsedName(WeightName.NORM)
    if _EARLY_PARTS.isdisjoint(base.split("_")):  # `re` takes as long to import as Python to start
        return ParsedName()
    if match := re.fullmatch(_EARLY, base):
        part = WeightName(match[2])
        if match[3] is None:  # one array for all gates
            part = _FUSED[part]
        return ParsedName(part, match[1] or "", gate=match[3] or "")
    return ParsedName()


def _modern(base: str) -> ParsedName | None:
    """What Keras 2 and 3 mean by a name."""
    front, _, number = base.rpartition("_")
    word, suffix = (front, f"_{number}") if number.isdecimal() else (base, "")
    if word in _WORDS:
        return ParsedName(_WORDS[word], suffix=suffix)
    if word.endswith(_PEEPHOLE) and re.fullmatch(r"\w+", word.removesuffix(_PEEPHOLE)):
        return ParsedName(WeightName.PEEPHOLE, suffix=suffix)
    return None


def weight_name_of(name: str) -> WeightName | None:
    """What a variable is by the name of its attribute."""
    found = _modern(name)
    return found.name if found else None


RECURRENT = (WeightName.RECURRENT, WeightName.GATE_RECURRENT)
_WORDS = {
    "kernel": WeightName.KERNEL,
    "recurrent_kernel": WeightName.RECURRENT,
    "bias": WeightName.BIAS,
    "projection_weights": WeightName.PROJECTION,
}
SCALES = ("gamma", "beta")
# Layers of normalisation of the addons' cells, by their attributes.
_NORMS = {
    "kernel_norm": WeightName.NORM,
    "recurrent_norm": WeightName.NORM,
    "layernorm": WeightName.NORM,
    "state_norm": WeightName.STATE_NORM,
}


def norm_of(attribute: str) -> WeightName | None:
    """What the variables of a layer inside a cell are, by that layer's attribute."""
    return _NORMS.get(attribute)


_FUSED = {
    WeightName.GATE_KERNEL: WeightName.KERNEL,
    WeightName.GATE_RECURRENT: WeightName.RECURRENT,
    WeightName.GATE_BIAS: WeightName.BIAS,
}
