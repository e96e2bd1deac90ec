"""Neural networks of Core ML, written by hand after its messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from makers.coreml_files import (
    BOTH,
    CLASSIFIER,
    CUSTOM,
    GRU,
    INNER,
    LOOP,
    LSTM,
    NETWORK,
    SIMPLE,
    both_ways,
    field,
    floats,
    gru,
    inner,
    layer,
    lstm,
    lstm_weights,
    model,
    pipeline,
    quantised,
    simple,
    sizes,
)
from rnninspect import Report, UnreadableFile, inspect_file
from rnninspect.plugin import SavedModel, StoredTensor, open_source
from rnninspect_coreml import CoreMlReader


def inspected(data: bytes, folder: Path, name: str = "m.mlmodel") -> Report:
    path = folder / name
    path.write_bytes(data)
    return inspect_file(path)


def tensors(path: Path) -> dict[str, StoredTensor]:
    with open_source(path) as source:
        read = CoreMlReader().recognise(source)
        assert read is not None
        found = read()
        assert isinstance(found, SavedModel)
        return {tensor.name: tensor for tensor in found.tensors}


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


@pytest.mark.parametrize(
    ("kind", "message", "cell", "expected"),
    [
        (SIMPLE, simple(3, 4), "RNN", 12 + 16 + 4),
        (GRU, gru(3, 4), "GRU", 3 * (12 + 16 + 4)),
        (LSTM, lstm(3, 4), "LSTM", 4 * (12 + 16 + 4)),
        (BOTH, both_ways(3, 4), "LSTM", 2 * 4 * (12 + 16 + 4)),
    ],
)
def test_each_recurrent_layer_has_its_formula(
    tmp_path: Path, kind: int, message: bytes, cell: str, expected: int
) -> None:
    report = inspected(model(NETWORK, layer("r", kind, message)), tmp_path)
    (found,) = report.layers
    assert (found.layer.name, found.layer.cell, found.expected) == ("r", cell, expected)
    assert (found.stored, report.totals.parameters) == (expected, expected)
    assert (report.format, report.framework) == ("coreml model", "coreml")
    assert not report.findings


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    for name in ("m.onnx", "m.bin", "m.tflite", "m"):
        report = inspected(model(NETWORK, layer("r", GRU, gru(3, 4))), tmp_path, name)
        assert report.format == "coreml model"


def test_weights_of_other_layers_count_once(tmp_path: Path) -> None:
    layers = layer("dense", INNER, inner(6, 5)) + layer("own", CUSTOM, field(20, floats(7)))
    constant = field(1, 2) + field(1, 4) + field(2, floats(8))
    layers += layer("constant", 1070, constant)
    layers += layer(
        "norm", 160, field(1, 3) + b"".join(field(at, floats(3)) for at in range(15, 19))
    )
    layers += layer("active", 130, field(25, field(1, floats(2))))
    kernel = field(1, 2) + field(2, 3) + field(20, 1) + field(20, 5) + field(90, floats(30))
    layers += layer("convolution", 100, kernel)
    report = inspected(model(CLASSIFIER, layers), tmp_path)
    stored = tensors(tmp_path / "m.mlmodel")
    assert stored["convolution/weights"].shape == (2, 3, 1, 5)
    assert stored["dense/weights"].shape == (5, 6)
    assert report.totals.parameters == 30 + 5 + 7 + 8 + 4 * 3 + 2 + 30
    assert not report.findings


def test_a_quantised_weight_counts_its_elements(tmp_path: Path) -> None:
    weights = lstm_weights(3, 4).replace(field(1, floats(12)), field(1, quantised(12, 3)), 1)
    report = inspected(model(NETWORK, layer("r", LSTM, lstm(3, 4, weights))), tmp_path)
    assert report.layers[0].stored == report.layers[0].expected == 128
    assert report.totals.not_parameters["quantisation"] == 2
    assert report.totals.bytes == 4 * (128 - 12) + 5
    assert "R101" not in rules(report)


def test_halves_and_int8_are_told_by_their_fields(tmp_path: Path) -> None:
    weights = {2: ("float16", 30 * 2), 31: ("int8", 30)}
    for number, (dtype, size) in weights.items():
        message = inner(6, 5, field(number, bytes(size)))
        inspected(model(NETWORK, layer("dense", INNER, message)), tmp_path)
        found = tensors(tmp_path / "m.mlmodel")["dense/weights"]
        assert (found.dtype, found.shape, found.bytes) == (dtype, (5, 6), size)


def test_a_coupled_forget_gate_may_be_left_out_or_stored(tmp_path: Path) -> None:
    flags = field(20, 1) + field(50, 1)
    bare = lstm(3, 4, lstm_weights(3, 4, coupled=True), flags)
    report = inspected(model(NETWORK, layer("r", LSTM, bare)), tmp_path)
    assert (report.layers[0].layer.cell, report.layers[0].expected) == ("CIFG-LSTM", 96)
    whole = lstm(3, 4, None, flags)
    report = inspected(model(NETWORK, layer("r", LSTM, whole)), tmp_path)
    assert (report.layers[0].layer.cell, report.layers[0].expected) == ("LSTM", 128)
    assert not report.findings


def test_peepholes_are_declared_and_stored(tmp_path: Path) -> None:
    peepholes = b"".join(field(at, floats(4)) for at in (60, 61, 62))
    message = lstm(3, 4, lstm_weights(3, 4) + peepholes, field(20, 1) + field(40, 1))
    report = inspected(model(NETWORK, layer("r", LSTM, message)), tmp_path)
    assert report.layers[0].stored == report.layers[0].expected == 128 + 12


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        (lstm(3, 4, lstm_weights(3, 4, bias=False)), "R102"),
        (lstm(3, 4, lstm_weights(3, 4), b""), "R103"),
        (lstm(3, 4, lstm_weights(3, 5)), "R101"),
        (lstm(3, 4, lstm_weights(3, 4)[len(field(1, floats(12))) :]), "R106"),
        (sizes(3, 4) + field(15, field(20, 1)), "R102"),
    ],
)
def test_a_weight_that_does_not_fit_is_found(tmp_path: Path, message: bytes, rule: str) -> None:
    assert rule in rules(inspected(model(NETWORK, layer("r", LSTM, message)), tmp_path))


def test_a_dense_layer_with_other_weights_than_it_declares_is_found(tmp_path: Path) -> None:
    report = inspected(model(NETWORK, layer("d", INNER, inner(6, 5, floats(29)))), tmp_path)
    (finding,) = report.findings
    assert (finding.level, finding.tensor) == ("error", "d/weights")


def test_a_state_that_a_sequence_starts_from_is_no_parameter(tmp_path: Path) -> None:
    start = layer("h0", 1070, field(1, 4) + field(2, floats(4)))
    raised = field(1, field(1, "h") + field(2, "h0_y") + field(3, "h_y") + field(1125, b""))
    layers = start + raised + layer("r", GRU, gru(3, 4), ("h_y",))
    report = inspected(model(NETWORK, layers), tmp_path)
    assert (report.totals.parameters, report.totals.not_parameters["state"]) == (96, 4)


def test_layers_of_a_pipeline_have_its_names(tmp_path: Path) -> None:
    first = model(NETWORK, layer("r", GRU, gru(3, 4)))
    report = inspected(
        pipeline(first, pipeline(model(CLASSIFIER, layer("r", LSTM, lstm(4, 2))))), tmp_path
    )
    assert [each.layer.name for each in report.layers] == ["a/r", "b/a/r"]


def test_a_loop_that_looks_like_a_cell_is_possible(tmp_path: Path) -> None:
    body = layer("product", INNER, inner(4, 4), ("h",)) + layer(
        "active", 130, field(30, b""), ("product_y",)
    )
    copy = field(1, field(1, "back") + field(2, "active_y") + field(3, "h") + field(600, b""))
    report = inspected(model(NETWORK, layer("loop", LOOP, field(4, body + copy))), tmp_path)
    assert "R405" in rules(report)
    assert not report.layers
    straight = layer("loop", LOOP, field(4, layer("product", INNER, inner(4, 4))))
    assert "R405" not in rules(inspected(model(NETWORK, straight), tmp_path))


def test_what_is_not_understood_is_named(tmp_path: Path) -> None:
    own = layer("own", CUSTOM, field(10, "MyGRU") + field(20, floats(7)))
    report = inspected(model(NETWORK, own + layer("new", 1999, b"")), tmp_path)
    assert [each.kind for each in report.skipped] == ["MyGRU", "layer kind 1999"]
    for kind, rule in ((2001, "R401"), (556, "R205"), (402, "R407")):
        assert rules(inspected(model(kind, b""), tmp_path)) == {rule}


def test_malformed_models_are_one_error(tmp_path: Path) -> None:
    data = model(NETWORK, layer("r", GRU, gru(3, 4)))
    with pytest.raises(UnreadableFile, match="truncated"):
        inspected(data[:-3], tmp_path)
    with pytest.raises(UnreadableFile, match="impossible size"):
        inspected(model(NETWORK, layer("r", GRU, field(1, 2**40) + field(2, 1))), tmp_path)
    with pytest.raises(UnreadableFile):
        inspected(data[:6], tmp_path)
