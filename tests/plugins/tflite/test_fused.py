"""Fused recurrent operators: each with its cell, its sizes and its count."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.tensorflow.tflite_cells import (
    Lstm,
    basic_lstm,
    bidirectional,
    both_ends,
    elman,
    gru,
    svdf,
    unidirectional,
)
from making.tensorflow.tflite_models import INT4, INT8, Model
from rnninspect.inspection import inspect_file
from rnninspect.report import Report
from rnninspect.rules import Level


def report_on(folder: Path, model: Model) -> Report:
    path = folder / "made.tflite"
    path.write_bytes(model.file())
    return inspect_file(path)


def errors(report: Report) -> list[str]:
    return [each.rule for each in report.findings if each.level is Level.ERROR]


# Counts by the reference interpreter's own models: n = 16 units, m = 8 inputs.
LSTMS = [
    (Lstm(), "LSTM", 1600),
    (Lstm(coupled=True), "CIFG-LSTM", 1200),
    (Lstm(peepholes=True), "LSTM", 1648),
    (Lstm(coupled=True, peepholes=True), "CIFG-LSTM", 1232),
    (Lstm(projection=5, projection_bias=True), "LSTM", 981),
    (Lstm(projection=5), "LSTM", 976),
    (Lstm(norms=True), "LSTM", 1664),
    (Lstm(coupled=True, norms=True), "CIFG-LSTM", 1248),
    (Lstm(peepholes=True, projection=5, norms=True), "LSTM", 1088),
    (Lstm(kind=INT8), "LSTM", 1600),
    (Lstm(kind=INT4), "LSTM", 1600),
]


@pytest.mark.parametrize("operator", ["LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM"])
@pytest.mark.parametrize(("cell", "name", "count"), LSTMS)
def test_an_lstm_has_the_weights_of_its_inputs(
    cell: Lstm, name: str, count: int, operator: str, tmp_path: Path
) -> None:
    report = report_on(tmp_path, unidirectional(cell, operator))
    (layer,) = report.layers
    sizes = (layer.layer.sizes.input_size, layer.layer.sizes.hidden_size)
    assert (layer.layer.cell, layer.layer.kind, sizes) == (name, operator, (8, 16))
    assert layer.layer.sizes.projection_size == (cell.projection or None)
    assert (layer.expected, layer.stored) == (count, count)
    assert (layer.layer.name, layer.layer.origin) == ("lstm", "declared")
    assert report.totals.parameters == count
    assert errors(report) == []


def test_both_directions_of_an_lstm_are_one_layer(tmp_path: Path) -> None:
    report = report_on(tmp_path, bidirectional(Lstm()))
    (layer,) = report.layers
    assert (layer.layer.sizes.directions, layer.expected, layer.stored) == (2, 3200, 3200)
    assert errors(report) == []


def test_a_kernel_may_read_a_second_input(tmp_path: Path) -> None:
    report = report_on(tmp_path, bidirectional(Lstm(), auxiliary=3))
    (layer,) = report.layers
    count = 2 * 4 * 16 * (8 + 3 + 16 + 1)
    assert (layer.layer.sizes.input_size, layer.expected, layer.stored) == (11, count, count)
    assert errors(report) == []


@pytest.mark.parametrize(
    ("model", "cell", "directions", "count"),
    [
        (basic_lstm(), "LSTM", 1, 1600),
        (elman("RNN"), "RNN", 1, 400),
        (elman("UNIDIRECTIONAL_SEQUENCE_RNN"), "RNN", 1, 400),
        (elman("BIDIRECTIONAL_SEQUENCE_RNN"), "RNN", 2, 800),
        (gru(), "GRU", 1, 1200),
    ],
    ids=["basic", "rnn", "sequence", "both ways", "gru"],
)
def test_the_other_operators(
    model: Model, cell: str, directions: int, count: int, tmp_path: Path
) -> None:
    report = report_on(tmp_path, model)
    (layer,) = report.layers
    assert (layer.layer.cell, layer.layer.sizes.directions) == (cell, directions)
    assert (layer.expected, layer.stored) == (count, count)
    assert errors(report) == []


def test_diagonal_recurrent_matrices_make_units_that_do_not_see_each_other(tmp_path: Path) -> None:
    model = unidirectional(Lstm())
    graph = model.made.subgraphs[0]
    operator = graph.operators[0]
    operator.builtinOptions.diagonalRecurrentTensors = True
    for index in operator.inputs[5:9]:
        graph.tensors[index].shape = [16]
        model.made.buffers[graph.tensors[index].buffer].data = [0] * 64
    report = report_on(tmp_path, model)
    (layer,) = report.layers
    assert (layer.layer.cell, layer.stored) == ("IndyLSTM", 4 * 16 * (8 + 1 + 1))
    assert errors(report) == []


def test_an_svdf_is_a_note_and_no_layer(tmp_path: Path) -> None:
    report = report_on(tmp_path, svdf())
    assert report.layers == ()
    assert report.totals.parameters == 2 * 32 * (40 + 8) + 32
    assert errors(report) == []
    notes = [each.message for each in report.findings]
    assert any("32 units of rank 2 over 40 inputs, 8 steps" in note for note in notes)


def test_an_svdf_whose_filters_disagree_is_an_error(tmp_path: Path) -> None:
    model = svdf()
    model.made.subgraphs[0].operators[0].builtinOptions.rank = 3
    assert errors(report_on(tmp_path, model)) == ["R104"]


@pytest.mark.parametrize("name", ["FlexCudnnRNNV3", "FlexBlockLSTM", "MyGruCell"])
def test_a_custom_operator_that_sounds_recurrent_is_skipped_by_name(
    name: str, tmp_path: Path
) -> None:
    report = report_on(tmp_path, gru(name))
    (skipped,) = report.skipped
    assert (skipped.kind, len(skipped.tensors)) == (name, 4)
    assert "R401" in {each.rule for each in report.findings}


def test_one_tensor_may_be_the_bias_of_several_gates(tmp_path: Path) -> None:
    model = unidirectional(Lstm())
    operator = model.made.subgraphs[0].operators[0]
    operator.inputs[14] = operator.inputs[15] = operator.inputs[12]
    report = report_on(tmp_path, model)
    (layer,) = report.layers
    assert (layer.expected, layer.stored) == (1600, 1600)
    assert report.totals.recurrent == 1600 - 2 * 16
    assert errors(report) == []


def test_one_buffer_may_be_the_bias_of_both_directions(tmp_path: Path) -> None:
    model = bidirectional(Lstm())
    graph = model.made.subgraphs[0]
    inputs = graph.operators[0].inputs
    for at in (*range(12, 16), *range(29, 33)):
        graph.tensors[inputs[at]].buffer = graph.tensors[inputs[12]].buffer
    report = report_on(tmp_path, model)
    (layer,) = report.layers
    assert (layer.expected, layer.stored) == (3200, 3200)
    assert report.totals.recurrent == 3200 - 7 * 16
    assert errors(report) == []


def test_two_operators_over_one_sequence_from_both_ends_are_one_layer(tmp_path: Path) -> None:
    report = report_on(tmp_path, both_ends(Lstm()))
    (layer,) = report.layers
    assert (layer.layer.name, layer.layer.sizes.directions) == ("net", 2)
    assert layer.layer.kind == "Bidirectional(UNIDIRECTIONAL_SEQUENCE_LSTM)"
    assert (layer.expected, layer.stored) == (3200, 3200)
    assert errors(report) == []


def test_two_operators_that_read_one_way_are_two_layers(tmp_path: Path) -> None:
    report = report_on(tmp_path, both_ends(Lstm(), turned=False))
    assert [each.layer.sizes.directions for each in report.layers] == [1, 1]


def test_directions_may_share_constants(tmp_path: Path) -> None:
    model = both_ends(Lstm())
    first, second = model.made.subgraphs[0].operators[1:]
    for at in range(12, 16):
        second.inputs[at] = first.inputs[12]
    report = report_on(tmp_path, model)
    (layer,) = report.layers
    assert (layer.expected, layer.stored) == (3200, 3200)
    assert report.totals.recurrent == 3200 - 4 * 16
    assert errors(report) == []


def _cut(model: Model, position: int, *shape: int) -> None:
    graph = model.made.subgraphs[0]
    tensor = graph.tensors[graph.operators[0].inputs[position]]
    tensor.shape = list(shape)
    size = 4
    for axis in shape:
        size *= axis
    model.made.buffers[tensor.buffer].data = [0] * size


@pytest.mark.parametrize(
    ("position", "shape", "rule"),
    [
        (2, (16, 7), "R101"),
        (6, (15, 16), "R101"),
        (2, (8, 16), "R105"),
        (13, (15,), "R101"),
        (13, (32,), "R107"),
    ],
)
def test_a_wrong_shape_is_found(
    position: int, shape: tuple[int, ...], rule: str, tmp_path: Path
) -> None:
    model = unidirectional(Lstm())
    _cut(model, position, *shape)
    assert rule in errors(report_on(tmp_path, model))


@pytest.mark.parametrize("position", [2, 7, 13])
def test_a_gate_without_its_tensor_is_found(position: int, tmp_path: Path) -> None:
    model = unidirectional(Lstm())
    model.made.subgraphs[0].operators[0].inputs[position] = -1
    assert errors(report_on(tmp_path, model)) == ["R106"]
