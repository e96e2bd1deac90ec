"""Cells that are made of plain operators, in networks that OpenVINO writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from makers.quiet_openvino import Node, openvino, opset6
from makers.quiet_openvino import opset13 as op
from rnninspect import Report, inspect_file

RANDOM = np.random.default_rng(0)
M, N = 3, 4

Weights = tuple[np.ndarray, np.ndarray, np.ndarray]
Step = Callable[[Node, list[Node], Weights], list[Node]]


def drawn(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype(np.float32)


def weights(gates: int) -> Weights:
    return drawn(gates * N, M), drawn(gates * N, N), drawn(1, gates * N)


def times(value: Node, matrix: np.ndarray) -> Node:
    return op.matmul(value, op.constant(matrix), transpose_a=False, transpose_b=True)


def parts(value: Node, count: int) -> list[Node]:
    return list(op.split(value, op.constant(np.int64(1)), count).outputs())


def rnn(x: Node, states: list[Node], stored: Weights) -> list[Node]:
    w, r, b = stored
    return [op.tanh(op.add(op.add(times(x, w), times(states[0], r)), op.constant(b)))]


def lstm(x: Node, states: list[Node], stored: Weights) -> list[Node]:
    (w, r, b), (h, c) = stored, states
    gates = op.add(op.add(times(x, w), times(h, r)), op.constant(b))
    i, f, g, o = parts(gates, 4)
    new = op.add(op.multiply(op.sigmoid(f), c), op.multiply(op.sigmoid(i), op.tanh(g)))
    return [op.multiply(op.sigmoid(o), op.tanh(new)), new]


def gru(x: Node, states: list[Node], stored: Weights) -> list[Node]:
    (w, r, b), h = stored, states[0]
    given, back = parts(op.add(times(x, w), op.constant(b)), 3), parts(times(h, r), 3)
    update = op.sigmoid(op.add(given[0], back[0]))
    reset = op.sigmoid(op.add(given[1], back[1]))
    new = op.tanh(op.add(given[2], op.multiply(reset, back[2])))
    one = op.constant(np.ones((1, 1), np.float32))
    mixed = op.add(op.multiply(op.subtract(one, update), new), op.multiply(update, h))
    return [mixed]


STEPS: dict[str, tuple[Step, int, int]] = {
    "RNN": (rnn, 1, 1),
    "LSTM": (lstm, 4, 2),
    "GRU": (gru, 3, 1),
}


def in_a_loop(step: Step, stored: Weights, count: int, *, reverse: bool) -> openvino.Model:
    """A TensorIterator over the rows of its input."""
    x, *states = (op.parameter([1, width], np.float32) for width in (M, *[N] * count))
    results = [op.result(value) for value in step(x, states, stored)]
    rows = op.parameter([5, M], np.float32)
    loop = op.tensor_iterator()
    loop.set_friendly_name("loop")
    loop.set_body(openvino.Model(results, [x, *states], "body"))
    bounds = (-1, -1, 1, 0, 0) if reverse else (0, 1, 1, -1, 0)
    loop.set_sliced_input(x, rows.output(0), *bounds)
    for state, result in zip(states, results, strict=True):
        start = op.constant(drawn(1, N))
        loop.set_merged_input(state, start.output(0), result.output(0))
    return openvino.Model([loop.get_iter_value(results[0].output(0), -1)], [rows], "net")


def unrolled(step: Step, stored: Weights, count: int) -> openvino.Model:
    """Three steps one after the other."""
    rows = op.parameter([3, M], np.float32)
    states = [op.constant(drawn(1, N)) for _ in range(count)]
    for x in op.split(rows, op.constant(np.int64(0)), 3).outputs():
        states = step(x, states, stored)
    return openvino.Model([states[0]], [rows], "net")


def with_variables(step: Step, stored: Weights, count: int) -> openvino.Model:
    """One step, whose states are kept from one call to the next."""
    x = op.parameter([1, M], np.float32)
    names = ["h", "c"][:count]
    states = [opset6.read_value(op.constant(drawn(1, N)), name) for name in names]
    made = step(x, states, stored)
    kept = [opset6.assign(value, name) for value, name in zip(made, names, strict=True)]
    return openvino.Model([op.result(made[0])], kept, [x], "net")


def inspected(model: openvino.Model, folder: Path, *, half: bool = False) -> Report:
    path = folder / "model.xml"
    openvino.save_model(model, path, compress_to_fp16=half)
    return inspect_file(path)


def check(report: Report, cell: str, gates: int, states: int) -> None:
    (layer,) = report.layers
    count = gates * (N * M + N * N + N)
    assert (layer.layer.cell, layer.stored, report.totals.parameters) == (cell, count, count)
    assert (layer.layer.sizes.input_size, layer.layer.sizes.hidden_size) == (M, N)
    assert report.totals.not_parameters["state"] == N * states
    assert not report.skipped
    assert not [found for found in report.findings if found.level == "error"]


@pytest.mark.parametrize("cell", STEPS)
@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_cell_in_a_loop_is_recognised(
    tmp_path: Path, cell: str, *, half: bool, reverse: bool
) -> None:
    step, gates, states = STEPS[cell]
    model = in_a_loop(step, weights(gates), states, reverse=reverse)
    report = inspected(model, tmp_path, half=half)
    check(report, cell, gates, states)
    assert report.layers[0].layer.name == "loop"


@pytest.mark.parametrize("cell", STEPS)
def test_an_unrolled_cell_is_recognised(tmp_path: Path, cell: str) -> None:
    step, gates, states = STEPS[cell]
    check(inspected(unrolled(step, weights(gates), states), tmp_path), cell, gates, states)


@pytest.mark.parametrize("cell", STEPS)
def test_a_cell_whose_states_are_variables_is_recognised(tmp_path: Path, cell: str) -> None:
    step, gates, states = STEPS[cell]
    check(inspected(with_variables(step, weights(gates), states), tmp_path), cell, gates, states)


def test_a_step_of_no_known_cell_is_skipped_with_its_weights(tmp_path: Path) -> None:
    def odd(x: Node, states: list[Node], stored: Weights) -> list[Node]:
        made = rnn(x, states, stored)[0]
        return [op.multiply(op.sin(made), op.sigmoid(times(made, drawn(N, N))))]

    report = inspected(in_a_loop(odd, weights(1), 1, reverse=False), tmp_path)
    (skipped,) = report.skipped
    assert sum(tensor.parameters for tensor in skipped.tensors) >= N * M + N * N + N
    assert not report.layers


def test_dense_layers_are_no_cell(tmp_path: Path) -> None:
    x = op.parameter([1, M], np.float32)
    value = op.tanh(times(op.tanh(times(x, drawn(N, M))), drawn(M, N)))
    report = inspected(openvino.Model([value], [x], "net"), tmp_path)
    assert (report.layers, report.skipped) == ((), ())
    assert report.totals.parameters == 2 * N * M
