"""Shapes of the weights of LSTM, GRU and RNN by their definitions, https://onnx.ai/onnx/operators."""

from __future__ import annotations

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def weight_shapes(
    operator: str,
    input_size: int,
    hidden_size: int,
    directions: int,
    *,
    bias: bool,
    peepholes: bool,
) -> dict[str, tuple[int, ...]]:
    """The shape of each weight by its letter: W, R, and B and P if the node has them."""
    rows = GATES[operator] * hidden_size
    shapes: dict[str, tuple[int, ...]] = {
        "W": (directions, rows, input_size),
        "R": (directions, rows, hidden_size),
    }
    if bias:
        shapes["B"] = (directions, 2 * rows)
    if peepholes:
        shapes["P"] = (directions, 3 * hidden_size)
    return shapes
