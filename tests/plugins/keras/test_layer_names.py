"""Weights alone whose layers are named after another cell: arrays decide, not names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

from making.keras.files import Shapes, layer, sequential, write_legacy, write_weights
from rnninspect import inspect_file
from rnninspect.report import Report

Row = tuple[str, str, str, int, int, int]
GATES = {"LSTM": "icfo", "GRU": "zrh"}


def rows(report: Report) -> list[Row]:
    return [
        (
            counted.layer.name,
            counted.layer.kind,
            counted.cell.name,
            counted.layer.sizes.input_size,
            counted.stored,
            len(report.findings_of(counted.layer.name)),
        )
        for counted in report.layers
    ]


def gated(prefix: str, gates: str, inputs: int = 3, units: int = 4, number: str = "") -> Shapes:
    """Keras 1's arrays, one for each gate; in a later session with a number and without `:0`."""
    end = number or ":0"
    return {
        f"{prefix}_{part}_{gate}{end}": shape
        for gate in gates
        for part, shape in (("W", (inputs, units)), ("U", (units, units)), ("b", (units,)))
    }


@pytest.mark.parametrize("name", ["encoder", "gru_x", "lstm_1", "lstm", "simple_rnn_2"])
@pytest.mark.parametrize("number", ["", "_1"])
@pytest.mark.parametrize("cell", GATES)
def test_the_letters_of_keras_1_gates_identify_the_cell(
    tmp_path: Path, cell: str, number: str, name: str
) -> None:
    weights = {name: gated(name, GATES[cell], number=number)}
    report = inspect_file(write_legacy(tmp_path / "w.h5", None, weights))
    stored = {"LSTM": 128, "GRU": 96}[cell]
    assert rows(report) == [(name, cell, cell, 3, stored, 0)]


def test_keras_1_directions_under_an_own_name(tmp_path: Path) -> None:
    arrays = {**gated("forward_lstm_4", "zrh"), **gated("backward_lstm_4", "zrh")}
    report = inspect_file(write_legacy(tmp_path / "w.h5", None, {"both": arrays}))
    assert rows(report) == [("both", "Bidirectional(GRU)", "GRU", 3, 192, 0)]


def test_arrays_of_gates_without_their_recurrent_ones_are_the_rest_of_a_cell(
    tmp_path: Path,
) -> None:
    left = {name: shape for name, shape in gated("gru_x", "icfo").items() if "_U_" not in name}
    report = inspect_file(write_legacy(tmp_path / "w.h5", None, {"gru_x": left}))
    assert [row[:3] for row in rows(report)] == [("gru_x", "LSTM", "LSTM")]
    assert {f.rule for f in report.findings if f.level == "error"} == {"R102"}


DENSE = ["lstm_head", "lstm", "lstm_1", "gru", "my_gru_out", "simple_rnn", "bidirectional_lstm"]
Makers = dict[str, Callable[[str], Shapes]]
DENSE_ARRAYS: Makers = {
    "Keras 1": lambda name: {f"{name}_W:0": (3, 12), f"{name}_b:0": (12,)},
    "Keras 2": lambda name: {f"{name}/kernel:0": (3, 12), f"{name}/bias:0": (12,)},
    "Keras 3": lambda name: {f"net/{name}/kernel": (3, 12), f"net/{name}/bias": (12,)},
    "convolution": lambda name: {f"{name}/kernel:0": (5, 3, 12), f"{name}/bias:0": (12,)},
    "without a bias": lambda name: {f"{name}/kernel:0": (3, 12)},
}


@pytest.mark.parametrize("name", DENSE)
@pytest.mark.parametrize("arrays", DENSE_ARRAYS.values(), ids=DENSE_ARRAYS)
def test_a_layer_named_after_a_cell_is_none(
    tmp_path: Path, arrays: Callable[[str], Shapes], name: str
) -> None:
    report = inspect_file(write_legacy(tmp_path / "w.h5", None, {name: arrays(name)}))
    assert rows(report) == []
    assert report.findings == ()


@pytest.mark.parametrize("name", DENSE)
def test_nor_is_one_that_the_configuration_declares(tmp_path: Path, name: str) -> None:
    config = sequential(layer("Dense", name=name, units=12), layer("GRU", name="rec", units=4))
    arrays = {
        name: DENSE_ARRAYS["Keras 2"](name),
        "rec": {"rec/kernel:0": (12, 12), "rec/recurrent_kernel:0": (4, 12), "rec/bias:0": (12,)},
    }
    report = inspect_file(write_legacy(tmp_path / "m.h5", config, arrays))
    assert [row[0] for row in rows(report)] == ["rec"]
    assert [f.rule for f in report.findings if f.level == "error"] == []


def test_a_dense_in_keras_own_format(tmp_path: Path) -> None:
    arrays: Shapes = {"layers/dense/vars/0": (3, 12), "layers/dense/vars/1": (12,)}
    path = write_weights(tmp_path / "w.weights.h5", arrays)
    with h5py.File(path, "r+") as file:
        file["layers/dense/vars"].attrs["name"] = "lstm_head"
    report = inspect_file(path)
    assert rows(report) == []
    assert report.totals.parameters == 48


def modern(prefix: str, gates: int, bias: tuple[int, ...] | None) -> Shapes:
    wide = {} if bias is None else {f"{prefix}/bias:0": bias}
    kernels = {"kernel:0": (3, gates * 4), "recurrent_kernel:0": (4, gates * 4)}
    return {**{f"{prefix}/{name}": shape for name, shape in kernels.items()}, **wide}


@pytest.mark.parametrize("name", ["lstm_x", "gru", "simple_rnn_1", "encoder"])
@pytest.mark.parametrize(
    ("gates", "bias", "kind"),
    [
        (1, (4,), "SimpleRNN"),
        (1, None, "SimpleRNN"),
        (3, (12,), "GRU"),
        (3, (2, 12), "GRU"),
        (3, None, "GRU"),
        (3, (24,), "CuDNNGRU"),
        (4, (16,), "LSTM"),
        (4, None, "LSTM"),
        (4, (32,), "CuDNNLSTM"),
    ],
)
def test_shapes_identify_a_later_cell_under_any_name(
    tmp_path: Path, name: str, gates: int, bias: tuple[int, ...] | None, kind: str
) -> None:
    arrays = {name: modern(name, gates, bias)}
    (row,) = rows(inspect_file(write_legacy(tmp_path / "w.h5", None, arrays)))
    assert (row[0], row[1], row[5]) == (name, kind, 0)


@pytest.mark.parametrize("names", [("kernel", "recurrent_kernel"), ("W", "U")])
def test_a_listed_recurrent_kernel_that_is_not_stored_is_missing(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    arrays: Shapes = {"lstm_1_" * (names[0] == "W") + names[0]: (3, 16)}
    path = write_legacy(tmp_path / "w.h5", None, {"lstm_1": arrays})
    with h5py.File(path, "r+") as file:
        lost = next(iter(arrays)).replace(*names)
        file["lstm_1"].attrs["weight_names"] = [*(name.encode() for name in arrays), lost.encode()]
    report = inspect_file(path)
    assert [row[:3] for row in rows(report)] == [("lstm_1", "LSTM", "LSTM")]
    assert "R102" in {finding.rule for finding in report.findings}
