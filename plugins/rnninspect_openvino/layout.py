"""The recurrent operators: where their weights are among their inputs, and the axes of these.

Source: the operation specifications of OpenVINO (LSTMCell, LSTMSequence, GRUCell, GRUSequence,
RNNCell, RNNSequence), all versions. A sequence has the axis of the directions first; gates are in
the order f, i, c, o (LSTM) and z, r, h (GRU).
"""

from __future__ import annotations

from rnninspect.plugin import Axis, Record, Role, Symbol

_D: Axis = (Symbol.DIRECTIONS,)
_GATES_HIDDEN: Axis = (Symbol.GATES, Symbol.HIDDEN)
DIRECTIONS = {"forward": 1, "reverse": 1, "backward": 1, "bidirectional": 2}
# The letters in `weights_format`, an attribute of the first versions, and in the cells' equations.
GATE_LETTERS = {"f": "f", "i": "i", "c": "g", "o": "o"}
DEFAULT_FORMAT = "fico"
ACTIVATIONS = frozenset({"sigmoid", "tanh", "relu", "hardsigmoid", "softsign", "scaledtanh"})


class Operator(Record):
    """A recurrent operator.

    Attributes:
        cell: key of CELLS.
        states: how many states it has.
        is_sequence: whether it runs over a sequence, in one or two directions.
        gate_order: its gates as `RecurrentLayer.gate_order` has them.
        activations: how many functions its gates have.
    """

    cell: str
    states: int
    is_sequence: bool
    gate_order: str
    activations: int

    @property
    def first(self) -> int:
        """The position of W; R and B follow, and P in the first versions of LSTM."""
        return 1 + self.states + self.is_sequence


class WeightInput(Record):
    """An input that has weights: its letter, its position, its roles, and its axes in symbols."""

    letter: str
    position: int
    roles: tuple[Role, ...]
    axes: tuple[Axis, ...]


def _both(word: str, cell: str, states: int, order: str, activations: int) -> dict[str, Operator]:
    """The operators of one step and of a sequence."""
    return {
        f"{word}Cell": Operator(cell, states, False, order, activations),  # noqa: FBT003 - a record
        f"{word}Sequence": Operator(cell, states, True, order, activations),  # noqa: FBT003
    }


OPERATORS: dict[str, Operator] = {
    **_both("LSTM", "LSTM", 2, "", 3),
    **_both("GRU", "GRU", 1, "zrg", 2),
    **_both("AUGRU", "GRU", 1, "zrg", 2),  # an attention scales its update gate
    **_both("RNN", "RNN", 1, "", 1),
}


def weight_inputs(operator: Operator, *, resets_after: bool, peepholes: bool) -> list[WeightInput]:
    """The inputs of an operator that have weights.

    Args:
        operator: the operator.
        resets_after: of a GRU, `linear_before_reset`: the candidate has a recurrent bias.
        peepholes: whether P may be given.
    """
    start: tuple[Axis, ...] = (_D,) if operator.is_sequence else ()
    bias: tuple[Role, ...] = (Role.BIAS, Role.RECURRENT_BIAS) if resets_after else (Role.BIAS,)
    vectors: Axis = (4, Symbol.HIDDEN) if resets_after else _GATES_HIDDEN
    first = operator.first
    found = [
        WeightInput("W", first, (Role.KERNEL,), (*start, _GATES_HIDDEN, (Symbol.INPUT,))),
        WeightInput(
            "R", first + 1, (Role.RECURRENT_KERNEL,), (*start, _GATES_HIDDEN, (Symbol.FED_BACK,))
        ),
        WeightInput("B", first + 2, bias, (*start, vectors)),
    ]
    if peepholes:
        found.append(WeightInput("P", first + 3, (Role.PEEPHOLE,), (*start, (3, Symbol.HIDDEN))))
    return found
