"""The inputs of ONNX's recurrent operators that contain weights, with their axes in symbols.

Facts: LSTM, GRU and RNN at https://onnx.ai/onnx/operators; DynamicQuantizeLSTM and AttnLSTM in
ContribOperators.md of ONNX Runtime. The first axis is always D, the directions; the quantised
operator transposes its kernels. Gates are in the order i, o, f, c (LSTM) and z, r, h (GRU).
"""

from __future__ import annotations

from rnninspect.plugin import BIASES, Axis, Convention, Record, Role, Symbol

_D: Axis = (Symbol.DIRECTIONS,)
_GATES_HIDDEN: Axis = (Symbol.GATES, Symbol.HIDDEN)


class WeightInput(Record):
    """One input of an operator: its letter in the specification, position, roles and axes."""

    letter: str
    position: int
    roles: tuple[Role, ...]
    axes: tuple[Axis, ...]


_BIAS = WeightInput(
    "B", 3, (Role.BIAS, Role.RECURRENT_BIAS), (_D, (2, Symbol.GATES, Symbol.HIDDEN))
)
_PEEPHOLE = WeightInput("P", 7, (Role.PEEPHOLE,), (_D, (3, Symbol.HIDDEN)))
_PLAIN = (
    WeightInput("W", 1, (Role.KERNEL,), (_D, _GATES_HIDDEN, (Symbol.INPUT,))),
    WeightInput("R", 2, (Role.RECURRENT_KERNEL,), (_D, _GATES_HIDDEN, (Symbol.FED_BACK,))),
    _BIAS,
)
_TRANSPOSED = (
    WeightInput("W", 1, (Role.KERNEL,), (_D, (Symbol.INPUT,), _GATES_HIDDEN)),
    WeightInput("R", 2, (Role.RECURRENT_KERNEL,), (_D, (Symbol.FED_BACK,), _GATES_HIDDEN)),
    _BIAS,
)


class Operator(Record):
    """A recurrent operator.

    Attributes:
        cell: key of CELLS.
        weights: its inputs that contain weights.
        states: positions of its initial states.
        activations: names of activations for each direction.
        inputs: how many inputs it can have.
        gate_order: its gates as `RecurrentLayer.gate_order` has them.
        reads_attention: whether the kernel's input is X followed by the output of an attention.
    """

    cell: str
    weights: tuple[WeightInput, ...]
    states: tuple[int, ...]
    activations: int
    inputs: int
    gate_order: str = ""
    reads_attention: bool = False


LAYOUT: dict[tuple[str, str], Operator] = {
    ("", "RNN"): Operator("RNN", _PLAIN, (5,), 1, 6),
    ("", "GRU"): Operator("GRU", _PLAIN, (5,), 2, 6, "zrg"),
    ("", "LSTM"): Operator("LSTM", (*_PLAIN, _PEEPHOLE), (5, 6), 3, 8, "iofg"),
    ("com.microsoft", "DynamicQuantizeLSTM"): Operator(
        "LSTM", (*_TRANSPOSED, _PEEPHOLE), (5, 6), 3, 12, "iofg"
    ),
    ("com.microsoft", "AttnLSTM"): Operator(
        "LSTM", (*_PLAIN, _PEEPHOLE), (5, 6), 3, 14, "iofg", reads_attention=True
    ),
}


def conventions() -> tuple[Convention, ...]:
    """How ONNX counts each cell: B always has two vectors; only LSTM has P."""
    return tuple(
        Convention(
            name="onnx",
            cell=cell,
            with_bias=BIASES,
            options=frozenset({Role.PEEPHOLE} if cell == "LSTM" else ()),
            note="B has a bias vector and a recurrent one",
        )
        for cell in ("RNN", "GRU", "LSTM")
    )
