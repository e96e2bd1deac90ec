"""PyTorch's dialect: the axes of each weight, and how its layers are counted."""

from __future__ import annotations

from rnninspect.plugin import REQUIRED, Axis, Convention, Role, Symbol

_ROWS: Axis = (Symbol.GATES, Symbol.HIDDEN)

# torch/nn/modules/rnn.py; AllenNLP's projected cell has the same axes under other names.
LAYOUT: dict[Role, tuple[Axis, ...]] = {
    Role.KERNEL: (_ROWS, (Symbol.INPUT,)),
    Role.RECURRENT_KERNEL: (_ROWS, (Symbol.FED_BACK,)),
    Role.BIAS: (_ROWS,),
    Role.RECURRENT_BIAS: (_ROWS,),
    Role.PROJECTION: ((Symbol.PROJECTION,), (Symbol.HIDDEN,)),
}

PYTORCH = "pytorch"
TWO_BIASES = frozenset({Role.BIAS, Role.RECURRENT_BIAS})
PLAIN = REQUIRED | TWO_BIASES
CELLS_BY_GATES = {1: "RNN", 3: "GRU", 4: "LSTM"}

CONVENTIONS = (
    Convention(PYTORCH, "RNN", TWO_BIASES, note="nn.RNN, nn.RNNCell"),
    Convention(PYTORCH, "GRU", TWO_BIASES, note="nn.GRU, nn.GRUCell: always reset_after"),
    Convention(
        PYTORCH,
        "LSTM",
        TWO_BIASES,
        frozenset({Role.PROJECTION}),
        note="nn.LSTM, nn.LSTMCell; proj_size for the projection",
    ),
)


def axes_of(role: Role, shape: tuple[int, ...]) -> tuple[Axis, ...]:
    """The axes of a role; torch 0.1 stored a cell's biases with a leading axis of 1."""
    axes = LAYOUT[role]
    return ((1,), *axes) if len(axes) == 1 and len(shape) == 2 and shape[0] == 1 else axes
