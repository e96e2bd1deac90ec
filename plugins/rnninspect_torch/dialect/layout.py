"""The axes of each weight in PyTorch, and its conventions for counting layers."""

from __future__ import annotations

from rnninspect.plugin import BIASES, CELLS, Axis, Convention, Role, Symbol
from rnninspect.spellings import HAND_WRITTEN

_ROWS: Axis = (Symbol.GATES, Symbol.HIDDEN)

# torch/nn/modules/rnn.py; AllenNLP's projected cell has the same axes under other names.
LAYOUT: dict[Role, tuple[Axis, ...]] = {
    Role.KERNEL: (_ROWS, (Symbol.INPUT,)),
    Role.RECURRENT_KERNEL: (_ROWS, (Symbol.FED_BACK,)),
    Role.BIAS: (_ROWS,),
    Role.RECURRENT_BIAS: (_ROWS,),
    Role.PROJECTION: ((Symbol.PROJECTION,), (Symbol.HIDDEN,)),
}
GATE_ORDERS = {"LSTM": "ifgo", "GRU": "rzg"}  # as `RecurrentLayer.gate_order` has them

PYTORCH = "pytorch"
CELLS_BY_GATES = {len(CELLS[name].gates): name for name in ("RNN", "GRU", "LSTM")}

CONVENTIONS = (
    Convention(PYTORCH, "RNN", BIASES, note="nn.RNN, nn.RNNCell"),
    Convention(
        PYTORCH,
        "GRU",
        BIASES,
        note="nn.GRU, nn.GRUCell: always reset_after",
        reset_after=True,
    ),
    Convention(
        PYTORCH,
        "LSTM",
        BIASES,
        frozenset({Role.PROJECTION}),
        note="nn.LSTM, nn.LSTMCell; proj_size for the projection",
    ),
    *(
        Convention(
            HAND_WRITTEN,
            f"{kind}{axes}D",
            frozenset({Role.BIAS}),
            frozenset({Role.PEEPHOLE}) if kind == "ConvLSTM" else frozenset(),
            note=f"Conv{axes}d over input and state; torch has no such layer",
        )
        for kind in ("ConvLSTM", "ConvGRU")
        for axes in (1, 2, 3)
    ),
    Convention(HAND_WRITTEN, "minGRU", frozenset({Role.BIAS}), note="two Linear layers or one"),
    Convention("ncps", "CfC", frozenset({Role.BIAS}), note="backbone_layers=1, the default"),
    Convention("ncps", "WiredCfC", frozenset({Role.BIAS}), note="backbone_layers=0; no masks"),
    Convention("ncps", "LTC", frozenset(), note="without masks and mappings"),
)


def axes_of(role: Role, shape: tuple[int, ...]) -> tuple[Axis, ...]:
    """The axes of a role; torch 0.1 stored a cell's biases with a leading axis of 1."""
    axes = LAYOUT[role]
    return ((1,), *axes) if len(axes) == 1 and len(shape) == 2 and shape[0] == 1 else axes
