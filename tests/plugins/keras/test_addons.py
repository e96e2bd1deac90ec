"""The cells of tensorflow-addons in each container, with the counts that the addons give."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.keras.files import layer, sequential, write_archive, write_legacy
from rnninspect import inspect_file
from rnninspect.report import Report

NORMS = {
    **{f"{kind}_norm/{scale}": (20,) for kind in ("kernel", "recurrent") for scale in "gb"},
    **{f"state_norm/{scale}": (5,) for scale in "gb"},
}
SCALES = {"g": ("gamma", "0"), "b": ("beta", "1")}
# Name of the class -> its settings, its variables as it makes them, and their number: 5 units, 7
# inputs, as tensorflow-addons 0.23 counts them.
CASES: dict[str, tuple[dict[str, object], dict[str, tuple[int, ...]], int]] = {
    "PeepholeLSTMCell": (
        {"use_bias": True},
        {
            "kernel": (7, 20),
            "recurrent_kernel": (5, 20),
            "bias": (20,),
            **{f"{gate}_gate_peephole_weights": (5,) for gate in ("input", "forget", "output")},
        },
        275,
    ),
    "LayerNormLSTMCell": (
        {"use_bias": True},
        {"kernel": (7, 20), "recurrent_kernel": (5, 20), "bias": (20,), **NORMS},
        350,
    ),
    "LayerNormSimpleRNNCell": (
        {"use_bias": True},
        {"kernel": (7, 5), "recurrent_kernel": (5, 5), "bias": (5,), "layernorm/g": (5,)},
        70,
    ),
    "NASCell": ({}, {"recurrent_kernel": (5, 40), "kernel": (7, 40)}, 480),
    "NASCell with bias": (
        {"use_bias": True},
        {"recurrent_kernel": (5, 40), "kernel": (7, 40), "bias": (40,)},
        520,
    ),
    "NASCell with projection": (
        {"use_bias": True, "projection": 3},
        {
            "recurrent_kernel": (3, 40),
            "kernel": (7, 40),
            "bias": (40,),
            "projection_weights": (5, 3),
        },
        455,
    ),
    "ESNCell": (
        {"use_bias": True},
        {"recurrent_kernel": (5, 5), "kernel": (7, 5), "bias": (5,)},
        65,
    ),
    "ESNCell without bias": (
        {"use_bias": False},
        {"recurrent_kernel": (5, 5), "kernel": (7, 5)},
        60,
    ),
}


def config(case: str) -> dict[str, object]:
    class_name = case.partition(" ")[0]
    cell = layer(class_name, name="cell", units=5, **CASES[case][0])
    cell["module"] = "tensorflow_addons.rnn"
    return sequential(layer("RNN", name="rnn", cell=cell, input_shape=[None, 4, 7]))


def numbered(case: str) -> dict[str, tuple[int, ...]]:
    """The variables as `.keras` archives number them; those of norms in groups of their own."""
    base, number, found = "layers/rnn/cell", 0, dict[str, tuple[int, ...]]()
    for name, shape in CASES[case][1].items():
        inner, _, scale = name.rpartition("/")
        if inner:
            found[f"{base}/{inner}/vars/{SCALES[scale][1]}"] = shape
        else:
            found[f"{base}/vars/{number}"] = shape
            number += 1
    return found


def named(case: str) -> dict[str, tuple[int, ...]]:
    """The variables as the older format names them."""
    scope = {"PeepholeLSTMCell": "peephole_lstm_cell", "LayerNormLSTMCell": "layer_norm_lstm_cell"}
    scope.update({"LayerNormSimpleRNNCell": "layer_norm_simple_rnn_cell", "NASCell": "nas_cell"})
    cell = scope.get(case.partition(" ")[0], "esn_cell")
    found = {}
    for name, shape in CASES[case][1].items():
        inner, _, scale = name.rpartition("/")
        last = SCALES[scale][0] if inner else name
        place = f"rnn/{cell}/{inner}" if inner.endswith("_norm") else f"rnn/{cell}"
        found[f"{place}/{last}:0"] = shape
    return found


def check_layer(report: Report, case: str) -> None:
    (counted,) = report.layers
    assert (counted.expected, counted.stored) == (CASES[case][2], CASES[case][2])
    assert (counted.layer.sizes.input_size, counted.layer.sizes.hidden_size) == (7, 5)
    assert [found for found in report.findings if found.level == "error"] == []
    assert report.totals.attributed == report.totals.tensors


@pytest.mark.parametrize("case", CASES)
def test_in_an_archive(case: str, tmp_path: Path) -> None:
    report = inspect_file(write_archive(tmp_path / "m.keras", config(case), numbered(case)))
    check_layer(report, case)
    assert report.layers[0].layer.origin == "declared"


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("whole", [True, False])
def test_in_the_older_format(case: str, tmp_path: Path, *, whole: bool) -> None:
    declared = config(case) if whole else None
    check_layer(inspect_file(write_legacy(tmp_path / "m.h5", declared, {"rnn": named(case)})), case)


def test_the_width_of_a_projection_goes_on(tmp_path: Path) -> None:
    model = config("NASCell with projection")
    layers = model["config"]["layers"]  # type: ignore[index]
    layers[0]["config"]["return_sequences"] = True
    layers.append(layer("LSTM", name="lstm", units=2))
    weights = {f"lstm/lstm_cell/{k}:0": s for k, s in LSTM.items()}
    groups = {"rnn": named("NASCell with projection"), "lstm": weights}
    nas, lstm = inspect_file(write_legacy(tmp_path / "m.h5", model, groups)).layers
    assert (nas.stored, lstm.expected, lstm.layer.origin) == (455, 48, "declared")


LSTM = {"kernel": (3, 8), "recurrent_kernel": (2, 8), "bias": (8,)}


def test_a_norm_that_is_missing_is_found(tmp_path: Path) -> None:
    arrays = numbered("LayerNormLSTMCell")
    arrays.popitem()
    (counted,) = inspect_file(
        write_archive(tmp_path / "m.keras", config("LayerNormLSTMCell"), arrays)
    ).layers
    assert counted.expected - counted.stored == 5


def test_a_strangers_cell_of_the_same_name_keeps_its_row(tmp_path: Path) -> None:
    model = config("LayerNormLSTMCell")
    model["config"]["layers"][0]["config"]["cell"]["module"] = "theirs.cells"  # type: ignore[index]
    arrays = {**numbered("LayerNormLSTMCell"), "layers/rnn/cell/third_norm/vars/0": (20,)}
    report = inspect_file(write_archive(tmp_path / "m.keras", model, arrays))
    (skipped,) = report.skipped
    assert sum(tensor.parameters for tensor in skipped.tensors) == 370 == report.totals.parameters
    assert "no formula" in skipped.reason
