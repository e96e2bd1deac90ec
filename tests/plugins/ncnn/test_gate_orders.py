"""The order of the gates, by what ncnn computes with weights in it."""

from __future__ import annotations

import struct
from pathlib import Path

import ncnn
import numpy as np
import pytest

from makers.ncnn_files import Net
from rnninspect import inspect_file

M, N, STEPS = 3, 4, 2
RANDOM = np.random.default_rng(1)
Arrays = dict[str, np.ndarray]


def drawn(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype(np.float32)


def sigmoid(value: np.ndarray) -> np.ndarray:
    found: np.ndarray = 1 / (1 + np.exp(-value))
    return found


def by_gate(sums: np.ndarray, order: str) -> Arrays:
    return {gate: sums[at * N : (at + 1) * N] for at, gate in enumerate(order)}


def saved(kind: str, given: Arrays, path: Path) -> Path:
    data = b"".join(struct.pack("<I", 0) + given[name].tobytes() for name in "wbr")
    net = Net().add(kind, "layer", data, values=f"0={N} 1={given['w'].size} 2=0")
    return net.save(path)


def computed(path: Path, fed: np.ndarray) -> np.ndarray:
    net = ncnn.Net()
    for option in (
        "use_fp16_packed",
        "use_fp16_storage",
        "use_fp16_arithmetic",
        "use_bf16_storage",
    ):
        setattr(net.opt, option, False)
    assert net.load_param(str(path)) == 0
    assert net.load_model(str(path.with_suffix(".bin"))) == 0
    run = net.create_extractor()
    run.input("b0", ncnn.Mat(fed))
    code, out = run.extract("b1")
    assert code == 0
    return np.array(out)


def expected(kind: str, order: str, fed: np.ndarray, given: Arrays) -> np.ndarray:
    """All steps by the equations of the cell, with the gates in this order."""
    h, c, rows = np.zeros(N, np.float32), np.zeros(N, np.float32), []
    bias = by_gate(given["b"].ravel(), order)
    for x in fed:
        wx, rh = by_gate(given["w"] @ x, order), by_gate(given["r"] @ h, order)
        sums = {gate: wx[gate] + rh[gate] + bias[gate] for gate in order}
        if kind == "LSTM":
            c = sigmoid(sums["f"]) * c + sigmoid(sums["i"]) * np.tanh(sums["g"])
            h = sigmoid(sums["o"]) * np.tanh(c)
        else:
            back = rh["g"] + given["b"].ravel()[3 * N :]
            new = np.tanh(wx["g"] + bias["g"] + sigmoid(sums["r"]) * back)
            z = sigmoid(sums["z"])
            h = z * h + (1 - z) * new
        rows.append(h)
    return np.array(rows)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_ncnn_computes_with_the_gates_in_this_order(kind: str, tmp_path: Path) -> None:
    gates = 4 if kind == "LSTM" else 3
    given = {"w": drawn(gates * N, M), "b": drawn(4, N), "r": drawn(gates * N, N)}
    path, fed = saved(kind, given, tmp_path / "step.param"), drawn(STEPS, M)
    (layer,) = inspect_file(path).layers
    due = expected(kind, layer.layer.gate_order, fed, given)
    assert np.allclose(computed(path, fed), due, atol=1e-4)
