"""The step of each cell: as sums of products of its gates, which recognition evaluates, or as text.

Sources: the ONNX operators LSTM, GRU and RNN; Greff et al., LSTM: A Search Space Odyssey (2017),
for the coupled gates; Collins et al., Capacity and Trainability in RNNs (2017), for the UGRNN;
Zhou et al., Minimal Gated Unit (2016); Feng et al., Were RNNs All We Needed? (2024), for minGRU;
Li et al., Independently Recurrent Neural Network (2018); Gonnet and Deselaers, IndyLSTMs (2019);
the code of tensorflow-addons, of tf.contrib.rnn and of ncps for the cells that are written out.
"""

from __future__ import annotations

from rnninspect.lean import StrEnum
from rnninspect.record import Record


class Recurrence(StrEnum):
    """What the gates of a cell multiply the old state by."""

    MATRIX = "matrix"
    VECTOR = "vector"  # each unit reads itself alone
    NONE = "none"


class Update(Record):
    """A new state as a sum of products; a factor is a gate, `1-` a gate, a state, or `A(c')`."""

    state: str
    terms: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        """The equation as people write it: `c' = f·c + i·g`."""
        spelled = ("·".join(_spell(factor) for factor in term) for term in self.terms)
        return f"{self.state}' = {' + '.join(spelled)}"


def _spell(factor: str) -> str:
    return f"({factor})" if factor.startswith("1-") else factor


class Step(Record):
    """One way to write the step of a cell.

    Attributes:
        gates: a letter for each gate of the cell, in its order.
        updates: the new states, the one that is fed back last.
        inside: the gate that is part of another gate's argument, and that one: reset and candidate.
        recurrence: what its gates multiply the old state by.
    """

    gates: str
    updates: tuple[Update, ...]
    inside: tuple[str, str] | None = None
    recurrence: Recurrence = Recurrence.MATRIX

    @property
    def outer(self) -> tuple[str, ...]:
        """The gates that the new states are made of, in the order of the cell."""
        factors = {
            factor.removeprefix("1-")
            for update in self.updates
            for term in update.terms
            for factor in term
        }
        return tuple(gate for gate in self.gates if gate in factors)


_LSTM = (Update("c", (("f", "c"), ("i", "g"))), Update("h", (("o", "A(c')"),)))
_ELMAN = (Update("h", (("g",),)),)


def _interpolated(gate: str) -> tuple[Update, ...]:
    """Between the old state and the candidate, in both ways to write it."""
    return (
        Update("h", ((gate, "h"), (f"1-{gate}", "g"))),
        Update("h", ((f"1-{gate}", "h"), (gate, "g"))),
    )


# Of equations that the same values satisfy, those of the cell that is most often meant come first.
EQUATIONS: dict[str, tuple[Step, ...]] = {
    "LSTM": (Step("ifgo", _LSTM),),
    "CIFG-LSTM": (
        Step("fgo", (Update("c", (("f", "c"), ("1-f", "g"))), _LSTM[1])),
        Step("fgo", (Update("c", (("1-f", "c"), ("f", "g"))), _LSTM[1])),
    ),
    "GRU": tuple(Step("zrg", (update,), ("r", "g")) for update in _interpolated("z")),
    "MGU": tuple(Step("fg", (update,), ("f", "g")) for update in reversed(_interpolated("f"))),
    "UGRNN": tuple(Step("zg", (update,)) for update in _interpolated("z")),
    "minGRU": tuple(
        Step("zg", (update,), recurrence=Recurrence.NONE) for update in reversed(_interpolated("z"))
    ),
    "RNN": (Step("g", _ELMAN),),
    "IndRNN": (Step("g", _ELMAN, recurrence=Recurrence.VECTOR),),
    "IndyLSTM": (Step("ifgo", _LSTM, recurrence=Recurrence.VECTOR),),
}

# Steps that are no sums of products of gates, or whose gates are not those of another cell.
WRITTEN: dict[str, tuple[str, ...]] = {
    "LayerNormLSTM": (
        "i, f, o = σ(N(W·x) + N(R·h) + b)",
        "g = A(N(W·x) + N(R·h) + b)",
        "c' = N(f·c + i·g)",
        "h' = o·A(c')",
    ),
    "SVDF": ("h' = the last T of h, W·x", "y = A(V·h' + b)"),
    "LayerNormRNN": ("h' = A(N(W·x + R·h) + b)",),
    "NAS": (
        "n1, n3, n6, n8 = σ(W·x + R·h + b)",
        "n5, n7 = tanh(W·x + R·h + b)",
        "n2 = relu(W·x + R·h + b)",
        "n4 = relu(W·x·(R·h + b))",
        "c' = tanh(tanh(n1·n2) + c)·tanh(n3 + n4)",
        "h' = tanh(c'·tanh(tanh(n5·n6) + σ(n7 + n8)))",
    ),
    "LayerNormBasicLSTM": (
        "i, f, o = σ(N(W·x + R·h))",
        "g = A(N(W·x + R·h))",
        "c' = N(f·c + i·g)",
        "h' = o·A(c')",
    ),
    "CudnnGRU": (
        "r, z = σ(W·x + R·h + b₁)",
        "g = A(W·x + b₁ + r·(R·h + b₂))",
        "h' = z·h + (1-z)·g",
    ),
    "CfC": (
        "y = A(W·x + R·h + b), through the other layers of the backbone",
        "f1, f2 = tanh(H·y + b)",
        "t = σ((H·y + b)·Δt + H·y + b)",
        "h' = (1-t)·f1 + t·f2",
    ),
    "WiredCfC": (
        "f1, f2 = tanh(W·x + R·h + b)",
        "t = σ((W·x + R·h + b)·Δt + W·x + R·h + b)",
        "h' = (1-t)·f1 + t·f2",
    ),
    "LTC": (
        "s = w·σ(sigma·(v - mu)), over each input and each state v",
        "h' = (cm·h + gleak·vleak + Σ s·erev) / (cm + gleak + Σ s), several times a step",
    ),
    "ESN": ("h' = (1-a)·h + a·A(W·x + R·h + b)",),
}
