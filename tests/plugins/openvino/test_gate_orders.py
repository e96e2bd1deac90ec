"""The order of the gates, by what OpenVINO computes with weights in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from makers.quiet_openvino import Node, openvino
from makers.quiet_openvino import opset13 as op
from rnninspect import inspect_file

M, N = 3, 4
RANDOM = np.random.default_rng(1)
Arrays = dict[str, np.ndarray]


def drawn(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype(np.float32)


def sigmoid(value: np.ndarray) -> np.ndarray:
    found: np.ndarray = 1 / (1 + np.exp(-value))
    return found


def by_gate(sums: np.ndarray, order: str) -> Arrays:
    """The sums of each gate, where they are stored in this order."""
    return {gate: sums[:, at * N : (at + 1) * N] for at, gate in enumerate(order)}


def cell(kind: str, x: Node, states: list[Node], given: Arrays) -> Node:
    constants = [op.constant(given[name]) for name in "wrb"]
    if kind == "LSTM":
        return op.lstm_cell(x, *states, *constants, N)
    after = kind == "CudnnGRU"
    return op.gru_cell(x, states[0], *constants, N, linear_before_reset=after)


def expected(
    kind: str, order: str, x: np.ndarray, states: list[np.ndarray], given: Arrays
) -> np.ndarray:
    """A step by the equations of the cell, with the gates in this order."""
    wx, rh = by_gate(x @ given["w"].T, order), by_gate(states[0] @ given["r"].T, order)
    bias = by_gate(given["b"][None], order)
    if kind == "LSTM":
        sums = {gate: wx[gate] + rh[gate] + bias[gate] for gate in order}
        kept = sigmoid(sums["f"]) * states[1]
        state = kept + sigmoid(sums["i"]) * np.tanh(sums["g"])
        output: np.ndarray = sigmoid(sums["o"]) * np.tanh(state)
        return output
    z, r = (sigmoid(wx[gate] + rh[gate] + bias[gate]) for gate in "zr")
    if kind == "CudnnGRU":
        back = rh["g"] + given["b"][None, 3 * N :]
        new = np.tanh(wx["g"] + bias["g"] + r * back)
    else:
        new = np.tanh(wx["g"] + (r * states[0]) @ given["r"][2 * N :].T + bias["g"])
    mixed: np.ndarray = z * states[0] + (1 - z) * new
    return mixed


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "CudnnGRU"])
def test_openvino_computes_with_the_gates_in_this_order(kind: str, tmp_path: Path) -> None:
    gates = 4 if kind == "LSTM" else 3
    given = {"w": drawn(gates * N, M), "r": drawn(gates * N, N), "b": drawn(4 * N)}
    if kind == "GRU":
        given["b"] = given["b"][: 3 * N]
    fed = [drawn(1, M), *(drawn(1, N) for _ in range(2 if kind == "LSTM" else 1))]
    x, *states = (op.parameter(each.shape, np.float32) for each in fed)
    model = openvino.Model([cell(kind, x, states, given).output(0)], [x, *states], "step")
    path = tmp_path / "step.xml"
    openvino.save_model(model, path, compress_to_fp16=False)
    (layer,) = inspect_file(path).layers
    assert layer.layer.cell == kind
    computed = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(fed)[
        0
    ]
    due = expected(kind, layer.layer.gate_order, fed[0], fed[1:], given)
    assert np.allclose(computed, due, atol=1e-5)
