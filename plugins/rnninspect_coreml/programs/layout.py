"""Operators whose weights matter, by the names of their inputs.

Sources: coremltools/converters/mil/mil/ops/defs, recurrent.py of iOS 15, 17 and 18,
constexpr_ops.py of iOS 16, compression.py of iOS 18.
"""

from __future__ import annotations

from rnninspect.plugin import Axis, Record, Role, Symbol

_GATES: Axis = (Symbol.GATES, Symbol.HIDDEN)
_KERNEL: tuple[Axis, ...] = (_GATES, (Symbol.INPUT,))
_RECURRENT: tuple[Axis, ...] = (_GATES, (Symbol.HIDDEN,))


class Weight(Record):
    """A weight by the name of its input, with its role, its axes and its direction."""

    key: str
    role: Role
    axes: tuple[Axis, ...]
    direction: int = 0


class Operator(Record):
    """A recurrent operator: its cell, its weights, and its gates in the order of the weights."""

    cell: str
    weights: tuple[Weight, ...]
    gate_order: str = ""


_PLAIN = (
    Weight("weight_ih", Role.KERNEL, _KERNEL),
    Weight("weight_hh", Role.RECURRENT_KERNEL, _RECURRENT),
    Weight("bias", Role.BIAS, (_GATES,)),
)
_LSTM = (*_PLAIN, Weight("peephole", Role.PEEPHOLE, ((3, Symbol.HIDDEN),)))
INPUT_BIAS = "input_bias"  # where it is given, `bias` is that of the state
LAYOUT = {
    "lstm": Operator(
        "LSTM",
        (*_LSTM, *(each._replace(key=f"{each.key}_back", direction=1) for each in _LSTM)),
        "ifog",
    ),
    "gru": Operator("GRU", (*_PLAIN, Weight(INPUT_BIAS, Role.BIAS, (_GATES,))), "rgz"),
    "rnn": Operator("RNN", _PLAIN),
}
STATES = ("initial_h", "initial_c")
# Operators that make a weight of compressed data, and the inputs that are the data.
SCALED = frozenset({
    *("constexpr_affine_dequantize", "constexpr_cast", "constexpr_lut_to_dense"),
    *("constexpr_sparse_to_dense", "constexpr_blockwise_shift_scale", "constexpr_lut_to_sparse"),
    *("constexpr_sparse_blockwise_shift_scale", "dequantize"),
})  # fmt: skip
DATA = (
    *("quantized_data", "indices", "nonzero_data", "source_val", "data"),
    *("indices_nonzero_data", "input"),
)
SCALES = frozenset({"scale", "zero_point", "lut", "offset"})
MASKS = frozenset({"mask", "indices_mask", "data_mask"})
# On the way of a state through a cell that was taken apart; the inputs of products are weights.
PRODUCTS = {"linear": ("weight",), "matmul": ("x", "y"), "conv": ("weight",)}
ACTIVE = frozenset({"sigmoid", "tanh", "relu", "sigmoid_hard", "scaled_tanh", "clip"})
