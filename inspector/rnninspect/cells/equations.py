"""The step of each cell as sums of products of its gates: what recognition evaluates.

Sources: the ONNX operators LSTM, GRU and RNN; Greff et al., LSTM: A Search Space Odyssey (2017),
for the coupled gates; Collins et al., Capacity and Trainability in RNNs (2017), for the UGRNN.
"""

from __future__ import annotations

from rnninspect.record import Record


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
    """

    gates: str
    updates: tuple[Update, ...]
    inside: tuple[str, str] | None = None


_LSTM_OUTPUT = Update("h", (("o", "A(c')"),))
_INTERPOLATED = (
    Update("h", (("z", "h"), ("1-z", "g"))),
    Update("h", (("1-z", "h"), ("z", "g"))),
)

EQUATIONS: dict[str, tuple[Step, ...]] = {
    "LSTM": (Step("ifgo", (Update("c", (("f", "c"), ("i", "g"))), _LSTM_OUTPUT)),),
    "CIFG-LSTM": (
        Step("fgo", (Update("c", (("f", "c"), ("1-f", "g"))), _LSTM_OUTPUT)),
        Step("fgo", (Update("c", (("1-f", "c"), ("f", "g"))), _LSTM_OUTPUT)),
    ),
    "GRU": tuple(Step("zrg", (update,), ("r", "g")) for update in _INTERPOLATED),
    "UGRNN": tuple(Step("zg", (update,)) for update in _INTERPOLATED),
    "RNN": (Step("g", (Update("h", (("g",),)),)),),
}
