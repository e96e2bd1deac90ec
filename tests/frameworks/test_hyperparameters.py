"""Configurations in checkpoints: of cells with sizes of their own, and of torch's own stacks."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
import torch

from making.declared_layers import MAMBA, mamba_shapes
from rnninspect.inspection import inspect_file
from rnninspect.model import Origin
from rnninspect.report import Report

ARGUMENTS = {"d_model": 24, "d_state": 7, "d_conv": 4, "expand": 2}
TAKEN = {"input_size": 28, "hidden_size": 48, "num_layers": 2}


def _saved(path: Path, state: dict[str, Any], **others: object) -> Report:
    torch.save({"state_dict": state, **others}, path)
    return inspect_file(path)


def _mamba(path: Path, **others: object) -> Report:
    state = {name: torch.zeros(shape) for name, shape in mamba_shapes().items()}
    return _saved(path, state, **others)


def _errors(report: Report) -> list[str]:
    found = (finding for finding in report.findings if finding.level.value == "error")
    return list(dict.fromkeys(f"{finding.rule} {finding.message}" for finding in found))


def _places(report: Report) -> set[str]:
    return {counted.layer.declared_in for counted in report.layers}


@pytest.mark.parametrize("key", ["hyper_parameters", "config", "model_args", "args", "cfg"])
@pytest.mark.parametrize("kind", [dict, lambda values: argparse.Namespace(**values)])
def test_a_configuration_in_a_checkpoint(key: str, kind: Any, tmp_path: Path) -> None:  # noqa: ANN401 - a callable
    intact = _mamba(tmp_path / "a.pt", **{key: kind(MAMBA)})
    assert (_places(intact), intact.findings) == ({key}, ())
    wrong = _mamba(tmp_path / "b.pt", **{key: kind({**MAMBA, "state_size": 8})})
    assert _errors(wrong) == [f"R104 {key}: state_size is declared as 8, stored 7 (state)"]


def test_arguments_of_a_script(tmp_path: Path) -> None:
    intact = _mamba(tmp_path / "a.pt", args=argparse.Namespace(**ARGUMENTS, lr=0.1))
    assert (_places(intact), _errors(intact)) == ({"args"}, [])
    wrong = _mamba(tmp_path / "b.pt", args={"model": {**ARGUMENTS, "d_state": 16}})
    assert _errors(wrong) == ["R104 args.model: d_state is declared as 16, stored 7 (state)"]


def test_a_configuration_in_the_checkpoint_goes_before_one_beside_it(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({**MAMBA, "state_size": 99}))
    report = _mamba(tmp_path / "a.pt", config=MAMBA)
    assert (_places(report), report.findings) == ({"config"}, ())
    assert report.files == (str(tmp_path / "a.pt"),)
    assert _places(_mamba(tmp_path / "b.pt")) == {""}  # of two files none is known to be meant


def test_of_several_networks_none_is_known_to_be_meant(tmp_path: Path) -> None:
    state = {name: torch.zeros(shape) for name, shape in mamba_shapes(d=12, e=24).items()}
    report = _mamba(tmp_path / "a.pt", generator=state, config=MAMBA)
    assert (_places(report), _errors(report)) == ({""}, [])


def _stack(**sizes: Any) -> dict[str, Any]:  # noqa: ANN401 - of any type
    """An LSTM and a dense layer over its outputs, whose axes are the width of the LSTM."""
    lstm = torch.nn.LSTM(**sizes)
    width = sizes["hidden_size"] * (2 if sizes.get("bidirectional") else 1)
    net = torch.nn.ModuleDict({"lstm": lstm, "head": torch.nn.Linear(width, 10)})
    return dict(net.state_dict())


def _lstm(path: Path, declared: dict[str, object], **more: Any) -> Report:  # noqa: ANN401 - of tensors
    return _saved(path, {**_stack(**TAKEN), **more}, hyper_parameters={"lr": 0.1, **declared})


def test_torch_s_own_names_declare_the_sizes_of_the_only_stack(tmp_path: Path) -> None:
    report = _lstm(tmp_path / "a.ckpt", {**TAKEN, "bidirectional": False})
    assert report.findings == ()
    assert {counted.layer.origin for counted in report.layers} == {Origin.DECLARED}
    assert _places(report) == {"hyper_parameters"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"hidden_size": 64}, "hidden_size is declared as 64, stored 48"),
        ({"num_layers": 3}, "num_layers is declared as 3, stored 2"),
        ({"num_layers": 0}, "num_layers is declared as 0, stored 2"),
        (
            {"hidden_size": 10**100},
            "hidden_size is declared as a number with more than 20 digits, stored 48",
        ),
        ({"hidden_size": -48}, "hidden_size is declared as -48, stored 48"),
        ({"bidirectional": True}, "bidirectional is declared as True, stored False"),
    ],
)
def test_a_size_that_can_mean_nothing_else_is_missed(
    changed: dict[str, object], message: str, tmp_path: Path
) -> None:
    report = _lstm(tmp_path / "a.ckpt", {**TAKEN, **changed})
    assert _errors(report) == [f"R104 hyper_parameters: {message}"]
    assert {counted.layer.origin for counted in report.layers} == {Origin.INFERRED}


@pytest.mark.parametrize(
    "declared",
    [
        {"hidden_size": 64},  # of something
        {"input_size": 1, "hidden_size": 48, "num_layers": 2},  # features are made of the input
        {"input_size": 9, "hidden_size": 64, "num_layers": 2},  # two that differ
        {"input_size": 28, "hidden_size": 10, "num_layers": 2},  # the width of the head
        {"input_size": "28", "hidden_size": 64, "num_layers": 2},
        {"input_size": True, "hidden_size": 1e308, "num_layers": [2]},
    ],
)
def test_what_may_mean_something_else_is_no_contradiction(
    declared: dict[str, object], tmp_path: Path
) -> None:
    report = _lstm(tmp_path / "a.ckpt", declared)
    assert _errors(report) == []
    assert _places(report) == {""}


def test_layers_of_another_kind_may_be_those_that_are_counted(tmp_path: Path) -> None:
    blocks = {"blocks.0.weight": torch.zeros(5, 5), "blocks.2.weight": torch.zeros(5, 5)}
    assert _errors(_lstm(tmp_path / "a.ckpt", {**TAKEN, "num_layers": 3}, **blocks)) == []


def test_a_width_shared_by_two_directions_is_no_contradiction(tmp_path: Path) -> None:
    sizes = {**TAKEN, "hidden_size": 24, "bidirectional": True}
    declared = {**TAKEN, "bidirectional": True}
    assert _errors(_saved(tmp_path / "a.ckpt", _stack(**sizes), hyper_parameters=declared)) == []


def test_of_two_stacks_none_is_known_to_be_meant(tmp_path: Path) -> None:
    other = {f"decoder.{name}": tensor for name, tensor in _stack(**TAKEN).items()}
    report = _lstm(tmp_path / "a.ckpt", {**TAKEN, "hidden_size": 64}, **other)
    assert (_errors(report), _places(report)) == ([], {""})
