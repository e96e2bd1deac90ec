"""Classes of unknown packages: an unknown cell keeps its row, attention is not a cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.keras.files import Shapes, layer, sequential, write_archive, write_legacy, write_weights
from rnninspect import inspect_file
from rnninspect.report import Report

TWO_GATES = {"kernel": (7, 10), "recurrent_kernel": (5, 10), "bias": (10,)}
SUM = 7 * 10 + 5 * 10 + 10
NUMBERED = {f"layers/rnn/cell/vars/{at}": shape for at, shape in enumerate(TWO_GATES.values())}
NAMED = {f"rnn/minimal_cell/{name}:0": shape for name, shape in TWO_GATES.items()}
LSTM = {"lstm/lstm_cell/kernel:0": (3, 8), "lstm/lstm_cell/recurrent_kernel:0": (2, 8)}


def config() -> dict[str, object]:
    cell = layer("MinimalCell", name="minimal_cell", units=5)
    return sequential(layer("RNN", name="rnn", cell=cell, input_shape=[None, 4, 7]))


def write(path: Path) -> Path:
    match path.name:
        case "m.keras":
            return write_archive(path, config(), NUMBERED)
        case "m.weights.h5":
            return write_weights(path, NUMBERED)
        case "whole.h5":
            return write_legacy(path, config(), {"rnn": NAMED})
    return write_legacy(path, None, {"rnn": NAMED})


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5", "whole.h5", "weights.h5"])
def test_an_unknown_cell_keeps_its_row(name: str, tmp_path: Path) -> None:
    report = inspect_file(write(tmp_path / name))
    (skipped,) = report.skipped
    assert (skipped.name, report.layers) == ("rnn", ())
    assert sum(tensor.parameters for tensor in skipped.tensors) == SUM == report.totals.parameters
    assert [found.rule for found in report.findings if found.level == "warning"] == ["R401"]


@pytest.mark.parametrize("whole", [True, False])
def test_attention_with_two_kernels_is_not_a_cell(tmp_path: Path, *, whole: bool) -> None:
    attention: Shapes = {
        "att_1_W:0": (8, 8),
        "att_1_U:0": (8, 8),
        "att_1_b:0": (8,),
        "att_1_u:0": (8,),
    }
    model = sequential(
        layer("LSTM", name="lstm", units=2, use_bias=False, batch_input_shape=[None, 4, 3]),
        layer("AttentionWithContext", name="att_1"),
    )
    groups = {"lstm": LSTM, "att_1": attention}
    report = inspect_file(write_legacy(tmp_path / "m.h5", model if whole else None, groups))
    assert [counted.layer.name for counted in report.layers] == ["lstm"]
    assert report.skipped == ()
    assert report.totals.other == 144


def outlines(report: Report) -> list[tuple[str, int, str]]:
    return [
        (counted.layer.name, counted.layer.sizes.input_size, counted.layer.origin.value)
        for counted in report.layers
    ]


def test_a_width_goes_through_models_and_through_models_over_time(tmp_path: Path) -> None:
    inner = sequential(
        layer("LSTM", name="deep", units=2, use_bias=False, batch_input_shape=[None, 4, 3]),
        layer("Dense", name="dense", units=6),
    )
    inner["config"]["name"] = "inner"  # type: ignore[index]
    timed = layer("TimeDistributed", name="timed", layer=inner, batch_input_shape=[None, 9, 4, 3])
    model = sequential(timed, layer("GRU", name="top", units=2, use_bias=False))
    weights = {
        "timed": {"timed/deep/kernel:0": (3, 8), "timed/deep/recurrent_kernel:0": (2, 8)},
        "top": {"top/gru_cell/kernel:0": (6, 6), "top/gru_cell/recurrent_kernel:0": (2, 6)},
    }
    report = inspect_file(write_legacy(tmp_path / "m.h5", model, weights))
    assert outlines(report) == [("timed/deep", 3, "declared"), ("top", 6, "declared")]


def test_a_model_that_was_called_once_before(tmp_path: Path) -> None:
    """Older Keras counts all calls of a nested model where it refers to one, and lists fewer."""
    inner = sequential(
        layer("LSTM", name="deep", units=2, return_sequences=True, batch_input_shape=[None, 4, 3])
    )
    inner.update(name="inner", inbound_nodes=[[["input_1", 0, 0, {}]]])
    inner["config"]["name"] = "inner"  # type: ignore[index]
    first = layer("InputLayer", name="input_1", batch_input_shape=[None, 4, 3])
    first.update(name="input_1", inbound_nodes=[])
    top = layer("GRU", name="top", units=2)
    top.update(name="top", inbound_nodes=[[["inner", 1, 0, {}]]])
    model = layer("Functional", name="model", layers=[first, inner, top])
    report = inspect_file(write_legacy(tmp_path / "m.h5", model, {"inner": {}, "top": {}}))
    assert outlines(report)[-1] == ("top", 2, "declared")


def test_layers_merged_by_keras_1_have_groups_of_their_own(tmp_path: Path) -> None:
    branches = [
        sequential(layer("LSTM", name="left", output_dim=2, batch_input_shape=[None, 4, 3])),
        sequential(layer("LSTM", name="right", output_dim=2, batch_input_shape=[None, 4, 5])),
    ]
    merge = layer("Merge", name="merge_1", layers=branches, mode="concat")
    gru = layer("GRU", name="top", output_dim=2, input_dim=4)
    shapes = {"left": (3, 8), "right": (5, 8)}
    groups = {name: {f"{name}_W:0": s, f"{name}_U:0": (2, 8)} for name, s in shapes.items()}
    groups["top"] = {"top_W:0": (4, 6), "top_U:0": (2, 6)}
    report = inspect_file(write_legacy(tmp_path / "m.h5", sequential(merge, gru), groups))
    assert outlines(report) == [
        ("left", 3, "declared"),
        ("right", 5, "declared"),
        ("top", 4, "declared"),
    ]
