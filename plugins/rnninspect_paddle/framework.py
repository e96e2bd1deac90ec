"""What the core needs to know of Paddle: its name, its files, and how it counts its cells."""

from __future__ import annotations

from rnninspect.plugin import BIASES, Axis, Convention, Filing, Framework, Role, Symbol

PADDLE = "paddle"  # of paddle.nn, since version 2
FLUID = "fluid"  # of operators that an fc in front of them gives the kernel
FRAMEWORKS = (Framework(PADDLE, "PaddlePaddle"),)
FILING = Filing(
    sure_suffixes=(".pdparams", ".pdopt", ".pdmodel", ".pdiparams"),
    parts=(
        (r"(?P<stem>.+)\.pdiparams", "{stem}.pdmodel"),
        (r"(?P<stem>.+)\.pdiparams", "{stem}.json"),
        (r"(?P<stem>.+)\.pdiparams\.info", "{stem}.pdiparams"),
        (r".+\.[bw]_\d+|__params__|params", "__model__"),  # a file for each parameter, or one
    ),
    folders=("__model__",),
)

_ROWS: Axis = (Symbol.GATES, Symbol.HIDDEN)
# paddle/nn/layer/rnn.py
LAYOUT: dict[Role, tuple[Axis, ...]] = {
    Role.KERNEL: (_ROWS, (Symbol.INPUT,)),
    Role.RECURRENT_KERNEL: (_ROWS, (Symbol.FED_BACK,)),
    Role.BIAS: (_ROWS,),
    Role.RECURRENT_BIAS: (_ROWS,),
    Role.PROJECTION: ((Symbol.HIDDEN,), (Symbol.PROJECTION,)),
}
# The operators lstm, lstmp and gru, whose own bias has an axis of 1 in front.
FLUID_LAYOUT: dict[Role, tuple[Axis, ...]] = {
    Role.KERNEL: ((Symbol.INPUT,), _ROWS),
    Role.RECURRENT_KERNEL: ((Symbol.FED_BACK,), _ROWS),
    Role.BIAS: ((1,), _ROWS),
    Role.PEEPHOLE: ((1,), (7, Symbol.HIDDEN)),  # with the bias: three after its four gates
    Role.PROJECTION: ((Symbol.HIDDEN,), (Symbol.PROJECTION,)),
}
KINDS = {"RNN": "SimpleRNN"}  # where the class of paddle.nn is not named like its cell
GATE_ORDERS = {"LSTM": "ifgo", "GRU": "rzg"}  # as `RecurrentLayer.gate_order` has them
FLUID_GATE_ORDERS = {"LSTM": "gifo", "GRU": "zrg"}

CONVENTIONS = (
    Convention(PADDLE, "RNN", BIASES, note="nn.SimpleRNN, nn.SimpleRNNCell"),
    Convention(
        PADDLE, "GRU", BIASES, note="nn.GRU, nn.GRUCell: always reset_after", reset_after=True
    ),
    Convention(
        PADDLE,
        "LSTM",
        BIASES,
        frozenset({Role.PROJECTION}),
        note="nn.LSTM, nn.LSTMCell",
    ),
    Convention(
        FLUID,
        "GRU",
        frozenset({Role.BIAS}),
        note="dynamic_gru, gru_unit: never reset_after",
        reset_after=False,
    ),
    Convention(
        FLUID,
        "LSTM",
        frozenset({Role.BIAS}),
        frozenset({Role.PEEPHOLE, Role.PROJECTION}),
        note="dynamic_lstm, lstmp: with peepholes",
    ),
)
