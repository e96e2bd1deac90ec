"""State dicts of Paddle, written by hand; what it saves itself is in test_made_by_paddle."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from makers.paddle_files import NAMES, Reduced, lstm_shapes, state_dict, zeros
from makers.paddle_samples import both_ways
from rnninspect import Report, UnreadableFile, inspect_file
from rnninspect.plugin import Limits, SavedModel, StoredTensor
from rnninspect.source.source import holding_source
from rnninspect_paddle import PaddleReader

GRU = 2 * 3 * (2 * 3 + 2 * 2 + 2 * 2)


def inspected(data: bytes, folder: Path, name: str = "net.pdparams") -> Report:
    path = folder / name
    path.write_bytes(data)
    return inspect_file(path)


def tensors_in(data: bytes) -> list[StoredTensor]:
    """What the reader itself says that is stored."""
    with holding_source("net.pdparams", data, Limits()) as source:
        read = PaddleReader().recognise(source)
        assert read is not None
        model = read()
    assert isinstance(model, SavedModel)
    return list(model.tensors)


def details(report: Report, rule: str) -> list[str]:
    return [finding.message for finding in report.findings if finding.rule == rule]


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("name", ["net.pdparams", "net.pkl", "net"])
def test_each_parameter_is_counted_once(tmp_path: Path, protocol: int, name: str) -> None:
    """By the table of names, whatever the file is called."""
    report = inspected(state_dict(*both_ways(), protocol), tmp_path, name)
    (layer,) = report.layers
    assert (report.format, report.framework) == ("paddle state dict", "paddle")
    assert (layer.name, layer.layer.kind) == ("rnn", "Bidirectional(GRU)")
    assert layer.expected == layer.stored == GRU
    assert report.totals.parameters == GRU + 8
    assert report.totals.copies == GRU
    assert details(report, "R407") == [
        "8 parameters stored twice, under two names each: counted once"
    ]


def test_two_shapes_of_one_parameter_are_an_error(tmp_path: Path) -> None:
    shapes, names = both_ways()
    report = inspected(state_dict(shapes | {"rnn.weight_ih_l0": (6, 4)}, names), tmp_path)
    (error,) = details(report, "R104")
    assert error.endswith(
        "stored as [6, 3], and as [6, 4] under the name rnn.weight_ih_l0 of the same parameter"
    )


def test_a_checkpoint_has_pairs_of_names_and_arrays(tmp_path: Path) -> None:
    shapes, names = both_ways()
    arrays = {key: Reduced(names[key], array) for key, array in zeros(shapes).items()}
    moment = Reduced("linear_0.w_0_moment1_0", np.zeros((4, 2), "float32"))
    state = {"model": arrays, "opt": {moment.name: moment}, "epoch": 3}
    report = inspected(pickle.dumps(state, 4), tmp_path, "latest")
    assert report.format == "paddle state dict"
    assert [(layer.name, layer.stored) for layer in report.layers] == [("model.rnn", GRU)]
    assert report.totals.parameters == GRU + 8
    assert report.totals.not_parameters["optimizer"] == 8


def test_moments_of_an_optimizer_are_no_parameters(tmp_path: Path) -> None:
    kept = {"moment1": (6, 3), "moment2": (6, 3), "beta1_pow_acc": (1,)}
    shapes = {f"gru_cell_0.w_0_{word}_0": shape for word, shape in kept.items()}
    report = inspected(state_dict(shapes, {}), tmp_path, "net.pdopt")
    assert report.totals.parameters == 0
    assert report.totals.not_parameters["optimizer"] == 37


def test_levels_are_a_stack_and_a_projection_has_its_size(tmp_path: Path) -> None:
    """As nn.LSTM(6, 5, 2, proj_size=3) names them: its second names are those of other weights."""
    shapes: dict[str, tuple[int, ...]] = {}
    names: dict[str, str] = {}
    for level, inputs in enumerate((6, 3)):
        cell = lstm_shapes(inputs, 5)
        cell |= {"weight_hh": (20, 3), "weight_ho": (5, 3)}
        for word, parameter in zip(cell, ("w_0", "w_1", "b_0", "b_1", "w_2"), strict=True):
            shapes[f"rnn.{level}.cell.{word}"] = cell[word]
            names[f"rnn.{level}.cell.{word}"] = f"lstm_cell_{level}.{parameter}"
    second = dict(zip(("weight_ih_l1", "weight_hh_l1"), list(shapes)[4:6], strict=True))
    more = {f"rnn.{key}": shapes[name] for key, name in second.items()}
    names |= {f"rnn.{key}": names[name] for key, name in second.items()}
    report = inspected(state_dict({**more, **shapes}, names), tmp_path)
    assert [(layer.name, layer.expected, layer.stored) for layer in report.layers] == [
        ("rnn[0]", 235, 235),
        ("rnn[1]", 175, 175),
    ]
    assert report.totals.parameters == 410
    assert not [finding for finding in report.findings if finding.level == "error"]


def test_a_level_that_is_missing_is_an_error(tmp_path: Path) -> None:
    shapes = {
        f"rnn.{word}_l{level}": shape
        for level in (0, 2)
        for word, shape in lstm_shapes(5, 5).items()
    }
    report = inspected(state_dict(shapes, {}), tmp_path)
    assert [layer.name for layer in report.layers] == ["rnn[0]", "rnn[2]"]
    assert details(report, "R104") == ["rnn: 1 of 3 levels are not stored"]


def test_a_cell_alone_and_two_unlike_directions(tmp_path: Path) -> None:
    shapes = {f"cell_of_mine.{word}": shape for word, shape in lstm_shapes(3, 2, 1).items()}
    shapes |= {f"both.cell_fw.{word}": shape for word, shape in lstm_shapes(3, 2).items()}
    shapes |= {f"both.cell_bw.{word}": shape for word, shape in lstm_shapes(3, 5).items()}
    report = inspected(state_dict(shapes, {}), tmp_path)
    found = [layer.layer for layer in report.layers]
    assert [(layer.name, layer.cell, layer.sizes.hidden_size) for layer in found] == [
        ("cell_of_mine", "RNN", 2),
        ("both.cell_fw", "LSTM", 2),
        ("both.cell_bw", "LSTM", 5),
    ]
    assert not [finding for finding in report.findings if finding.level == "error"]


def test_arrays_in_parts_are_joined() -> None:
    """As protocols 2 and 3 store arrays of 4 GiB and more."""
    state = {
        "fc.weight@@.0": np.zeros(6, "float32"),
        "fc.weight@@.1": np.zeros(2, "float32"),
        "UnpackBigParamInfor@@": {
            "fc.weight": {"OriginShape": (4, 2), "slices": ["fc.weight@@.0", "fc.weight@@.1"]}
        },
        NAMES: {"fc.weight": "linear_0.w_0"},
    }
    (tensor,) = tensors_in(pickle.dumps(state, 2))
    assert (tensor.name, tensor.shape, tensor.held_bytes) == ("fc.weight", (4, 2), 32)


def test_weights_of_fluid_are_possible_cells(tmp_path: Path) -> None:
    shapes = {"fc_0.w_0": (3, 8), "lstm_0.w_0": (2, 8), "lstm_0.b_0": (1, 14)}
    report = inspected(state_dict(shapes, {}), tmp_path)
    (note,) = details(report, "R405")
    assert note.startswith("lstm_0: recurrent weights, whose kernel is that of another layer")
    assert note.endswith("30 parameters")


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return eval, ("__import__('os').system('true')", {"data": np.zeros(1)})


class Sound:
    def __reduce__(self) -> tuple[object, ...]:
        return eval, ("data", {"data": np.zeros((2, 3), "float32")})


def test_what_loading_would_run_is_named(tmp_path: Path) -> None:
    """But for the one form in which Paddle itself saves a tensor of a static graph."""
    sound = pickle.dumps({"fc_0.w_0": Sound()}, 2)
    assert [tensor.shape for tensor in tensors_in(sound)] == [(2, 3)]
    assert not details(inspected(sound, tmp_path), "R301")
    evil = pickle.dumps({"fc_0.w_0": np.zeros(2, "float32"), "x": Evil()}, 2)
    assert "builtins.eval" in details(inspected(evil, tmp_path), "R301")[0]


@pytest.mark.parametrize("length", [50, 300, 1200])
def test_a_truncated_file_is_an_error(tmp_path: Path, length: int) -> None:
    with pytest.raises(UnreadableFile):
        inspected(state_dict(*both_ways())[:length], tmp_path)


def test_many_tensors_that_are_no_parameters_are_paddles(tmp_path: Path) -> None:
    """The key of the table is far from both ends; the names of tensors alone are near."""
    for names in ("eager_tmp", "generated_tensor"):
        many = {f"experts.{at}.weight": (2, 1) for at in range(5_000)}
        table = {name: f"{names}_{at}" for at, name in enumerate(many)}
        report = inspected(state_dict(many, table), tmp_path)
        assert report.format == "paddle state dict"
        assert (report.totals.tensors, report.totals.parameters) == (5_000, 10_000)


def test_arrays_without_names_of_parameters_are_numpys(tmp_path: Path) -> None:
    data = pickle.dumps(zeros({"lstm.weight_ih_l0": (8, 3), "lstm.weight_hh_l0": (8, 2)}), 4)
    assert inspected(data, tmp_path, "x.pkl").framework in ("numpy", "pytorch")
