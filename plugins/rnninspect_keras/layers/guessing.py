"""Recognises a recurrent cell by the shapes of its tensors, with its name as a hint."""

from __future__ import annotations

from rnninspect.lean import lru_cache, re
from rnninspect_keras.configuration.plans import CellPlan
from rnninspect_keras.layers.sizing import complete, explains, fit
from rnninspect_keras.layers.weights import alike
from rnninspect_keras.layout import Dialect, WeightName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect_keras.layers.weights import CellWeight

# Words of a name that Keras gives by itself to a layer or a cell, the pattern that the name must
# match then, where the words are not enough, and the family.
_HINTS = (
    ("layer_norm_lstm", None, "LayerNormLSTM"),
    ("layer_norm_simple_rnn", None, "LayerNormRNN"),
    ("nas_cell", None, "NAS"),
    ("esn", r"\besn(_cell)?(_\d+)?\b", "ESN"),
    ("conv", r"conv_?lstm_?([123])d", "ConvLSTM{}D"),
    ("lstm", None, "LSTM"),
    ("gru", None, "GRU"),
    ("simple", r"simple_?rnn", "RNN"),
)
_REMEMBERED = 4096  # names
_CLASS_NAMES = {
    "RNN": "SimpleRNN",
    "LayerNormLSTM": "LayerNormLSTMCell",
    "LayerNormRNN": "LayerNormSimpleRNNCell",
    "NAS": "NASCell",
}
_PLAIN = ("LSTM", "GRU", "RNN")
# Letters of Keras 1's gates: input, forget, cell and output; update, reset and candidate.
_GATE_LETTERS = {
    "LSTM": frozenset("ifco"),
    "GRU": frozenset("zrh"),
    "ConvLSTM2D": frozenset("ifco"),
}
_KERNELS = (
    WeightName.KERNEL,
    WeightName.RECURRENT,
    WeightName.GATE_KERNEL,
    WeightName.GATE_RECURRENT,
)
_PLAIN_RANK, _DEEPEST_RANK = 2, 5


@lru_cache(_REMEMBERED)
def hint_of(name: str) -> str | None:
    """The family that a name suggests."""
    lower = name.lower()
    for words, pattern, family in _HINTS:
        if words in lower:
            if pattern is None:
                return family
            if match := re.search(pattern, lower):
                return family.format(*match.groups())
    return None


def guess(weights: Sequence[CellWeight], hint: str | None) -> CellPlan | None:
    """The plan that explains most tensors; None if some stay unexplained without a hint."""
    return _guessed(alike(weights), hint)


@lru_cache(maxsize=256)
def _guessed(weights: tuple[CellWeight, ...], hint: str | None) -> CellPlan | None:
    known = [weight for weight in weights if weight.name is not None]
    families = [family for family in _families(known, hint) if _has_gates(family, known)]
    if any(weight.gate for weight in known):
        hint = next(iter(families), None)  # its letters are better evidence than its name
    plans = [complete(_open(family), known) for family in families]
    if not plans:
        return None
    best = max(
        plans, key=lambda plan: (fit(plan, known)[0], plan.family == hint, *fit(plan, known))
    )
    if not explains(best, known) and best.family != hint:
        return None
    return best._replace(class_name=_class_name(best))


def _open(family: str) -> CellPlan:
    return CellPlan(family, None, "", with_bias=None)


def _families(weights: Sequence[CellWeight], hint: str | None) -> tuple[str, ...]:
    ranks = sorted(len(weight.tensor.shape) for weight in weights if weight.name in _KERNELS)
    rank = ranks[len(ranks) // 2] if ranks else 0
    if rank == _PLAIN_RANK:
        return _PLAIN if hint in _PLAIN or hint is None else (*_PLAIN, hint)
    if _PLAIN_RANK < rank <= _DEEPEST_RANK:
        return (f"ConvLSTM{rank - _PLAIN_RANK}D",)
    return (hint,) if hint and ranks else ()


def _has_gates(family: str, weights: Sequence[CellWeight]) -> bool:
    """Whether the letters of Keras 1's arrays, where there are any, are gates of the family."""
    letters = {weight.gate for weight in weights if weight.gate}
    return not letters or letters <= _GATE_LETTERS.get(family, frozenset())


def _class_name(plan: CellPlan) -> str:
    name = _CLASS_NAMES.get(plan.family, plan.family)
    return f"CuDNN{name}" if plan.dialect is Dialect.CUDNN else name


def guess_directions(
    directions: Sequence[Sequence[CellWeight]], hint: str | None
) -> list[CellPlan] | None:
    """Plans for the directions of one layer: each its own if each is sound, else one for all."""
    alone = [guess(weights, hint) for weights in directions]
    sound = [
        plan
        for plan, weights in zip(alone, directions, strict=True)
        if plan is not None and explains(plan, weights)
    ]
    if len(sound) == len(directions):
        return sound if len({plan.with_bias for plan in sound}) == 1 else _with_bias(sound)
    together = guess([weight for weights in directions for weight in weights], hint)
    if together is not None:
        return [together for _ in directions]
    return None


def _with_bias(plans: list[CellPlan]) -> list[CellPlan]:
    """A bias that one direction has is missing in the other."""
    return [plan._replace(with_bias=True) for plan in plans]
