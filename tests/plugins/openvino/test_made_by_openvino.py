"""Networks that OpenVINO writes: what is read of them is what it built them from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from makers.openvino_samples import INTACT
from makers.quiet_openvino import openvino
from makers.quiet_openvino import opset13 as op
from makers.records import Intact
from rnninspect import Report, inspect_file

RANDOM = np.random.default_rng(0)


def drawn(*shape: int) -> np.ndarray:
    """Other numbers at each call: OpenVINO stores equal constants once."""
    return RANDOM.standard_normal(shape).astype(np.float32)


def inspected(model: openvino.Model, folder: Path, *, half: bool) -> Report:
    path = folder / "model.xml"
    openvino.save_model(model, path, compress_to_fp16=half)
    again = openvino.Core().read_model(path)  # OpenVINO takes what it wrote
    constants = [node for node in again.get_ops() if node.get_type_name() == "Constant"]
    report = inspect_file(path)
    floats = [node for node in constants if "f" in str(node.get_element_type().get_type_name())]
    counted = report.totals.parameters + report.totals.not_parameters["state"]
    assert counted == sum(int(np.prod(node.get_output_shape(0))) for node in floats)
    return report


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("cell", ["LSTM", "GRU", "RNN", "linear_before_reset"])
@pytest.mark.parametrize(("m", "n"), [(3, 2), (1, 4), (5, 5)])
def test_a_sequence(
    tmp_path: Path, cell: str, direction: str, m: int, n: int, *, half: bool
) -> None:
    ways = 2 if direction == "bidirectional" else 1
    gates = {"LSTM": 4, "RNN": 1}.get(cell, 3)
    rows = gates * n
    bias = 4 * n if cell == "linear_before_reset" else rows
    weights = (drawn(ways, rows, m), drawn(ways, rows, n), drawn(ways, bias))
    x = op.parameter([1, 4, m], np.float32)
    length = op.constant(np.array([4], np.int32))
    start = drawn(1, ways, n)
    if cell == "LSTM":
        node = op.lstm_sequence(x, start, start + 1, length, *weights, n, direction)
    elif cell == "RNN":
        node = op.rnn_sequence(x, start, length, *weights, n, direction)
    else:
        after = cell == "linear_before_reset"
        node = op.gru_sequence(x, start, length, *weights, n, direction, linear_before_reset=after)
    report = inspected(openvino.Model([node.output(0)], [x], "m"), tmp_path, half=half)
    (layer,) = report.layers
    sizes = layer.layer.sizes
    assert (sizes.input_size, sizes.hidden_size, sizes.directions) == (m, n, ways)
    assert layer.expected == layer.stored == sum(each.size for each in weights)
    assert layer.layer.cell == ("CudnnGRU" if cell == "linear_before_reset" else cell)
    assert not report.findings


def test_equal_constants_are_stored_once_and_are_weights_of_both_layers(tmp_path: Path) -> None:
    x = op.parameter([1, 3], np.float32)
    h = op.parameter([1, 2], np.float32)
    bias = np.zeros(2, np.float32)
    one = op.rnn_cell(x, h, drawn(2, 3), drawn(2, 2), bias, 2, ["tanh"], [], [])
    two = op.rnn_cell(x, h, drawn(2, 3) + 1, drawn(2, 2) + 1, bias, 2, ["tanh"], [], [])
    path = tmp_path / "model.xml"
    openvino.save_model(openvino.Model([one, two], [x, h], "m"), path, compress_to_fp16=False)
    report = inspect_file(path)
    assert [layer.stored for layer in report.layers] == [12, 12]
    assert report.totals.parameters == 22
    assert not [found for found in report.findings if found.level == "error"]


@pytest.mark.parametrize("recipe", INTACT, ids=lambda recipe: recipe.path)
def test_openvino_reads_the_samples(recipe: Intact, tmp_path: Path) -> None:
    path = tmp_path / recipe.path
    path.parent.mkdir()
    recipe.make(path)
    if "old" in recipe.path:
        with pytest.raises(RuntimeError):  # it left this version behind
            openvino.Core().read_model(path)
    else:
        openvino.Core().read_model(path)
