"""minGRU, a cell without a recurrent kernel: recognised, counted and explained like any other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from making.torch.pickles import lstm, read, saved
from rnninspect.counter import count_layer
from rnninspect.inspection import inspect_file
from rnninspect.model import Origin
from rnninspect.plugin import Role
from rnninspect.testing import check_reader
from rnninspect_torch import TorchReader

Shapes = dict[str, tuple[int, ...]]
TWO_LAYERS: Shapes = {
    "linear_z.weight": (16, 8),
    "linear_z.bias": (16,),
    "linear_h.weight": (16, 8),
    "linear_h.bias": (16,),
}
ONE_LAYER: Shapes = {"to_hidden_and_gate.weight": (32, 8), "to_out.weight": (8, 16)}


def below(path: str, shapes: Shapes) -> Shapes:
    return {f"{path}.{name}": shape for name, shape in shapes.items()}


@pytest.mark.parametrize(
    ("shapes", "formula", "parameters"),
    [
        (TWO_LAYERS, "2(nm + n)", 288),
        ({name: size for name, size in TWO_LAYERS.items() if "bias" not in name}, "2nm", 256),
    ],
    ids=["two layers", "without biases"],
)
@pytest.mark.parametrize("path", ["min_gru", "encoder.minGRU", "layers.0.mingru", "mingru_1"])
def test_a_state_dict_with_its_names(
    path: str, shapes: Shapes, formula: str, parameters: int, tmp_path: Path
) -> None:
    model = read(
        saved({**below(path, shapes), **lstm(5, 2, "rnn"), "head.weight": (2, 8)}), tmp_path
    )
    layer = next(layer for layer in model.layers if layer.name == path)
    counted = count_layer(layer)
    assert (layer.cell, layer.convention, layer.origin) == (
        "minGRU",
        "hand-written",
        Origin.INFERRED,
    )
    assert (layer.sizes.input_size, layer.sizes.hidden_size) == (8, 16)
    assert Role.RECURRENT_KERNEL not in layer.roles
    assert counted.expected == counted.stored == parameters
    assert counted.formula.symbolic == formula
    assert model.observations == ()


@pytest.mark.parametrize("path", ["min_gru", "blocks.0"])
def test_one_layer_of_candidate_and_gate(path: str, tmp_path: Path) -> None:
    (layer,) = read(saved(below(path, ONE_LAYER)), tmp_path).layers
    counted = count_layer(layer)
    assert (counted.cell.family, layer.convention) == ("minGRU", "minGRU-pytorch")
    assert counted.expected == counted.stored == 3 * 16 * 8
    assert counted.formula.symbolic == "3de"


@pytest.mark.parametrize(
    ("path", "shapes"),
    [
        ("decoder", TWO_LAYERS),  # two Linear layers of any module
        ("gru", {**TWO_LAYERS, "linear_r.weight": (16, 8), "linear_r.bias": (16,)}),
        ("min_gru", {**TWO_LAYERS, "linear_h.weight": (16, 9)}),
        ("min_gru", {**TWO_LAYERS, "attention.weight": (4, 4)}),
        ("min_lstm", {"to_hidden_and_gate.weight": (48, 8), "to_out.weight": (8, 16)}),
    ],
    ids=["no word", "three gates", "two widths", "more", "minLSTM"],
)
def test_what_may_be_something_else_is_no_layer(path: str, shapes: Shapes, tmp_path: Path) -> None:
    assert [layer.cell for layer in read(saved(below(path, shapes)), tmp_path).layers] != ["minGRU"]


def test_it_keeps_the_contract_and_has_no_finding_but_inferred_sizes(tmp_path: Path) -> None:
    path = tmp_path / "min.pt"
    path.write_bytes(saved(below("min_gru", TWO_LAYERS)))
    (layer,) = check_reader(TorchReader(), path).layers
    assert layer.roles == {Role.KERNEL, Role.BIAS}
    report = inspect_file(path)
    assert (report.totals.recurrent, report.totals.other) == (288, 0)
    assert [finding.rule for finding in report.findings] == ["R402"]


def printed(*arguments: str) -> str:
    command = [sys.executable, "-m", "rnninspect", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_explain_count_and_cells_show_its_formula(tmp_path: Path) -> None:
    path = tmp_path / "min.pt"
    path.write_bytes(saved(below("min_gru", TWO_LAYERS)))
    shown = printed("explain", str(path))
    assert "formula     2(nm + n)\n            = 2(16·8 + 16) = 288\n" in shown
    assert "recurrent_kernel" not in shown
    counted = printed("count", "mingru", "--input-size", "8", "--hidden-size", "16")
    assert ["hand-written", "1", "2(nm", "+", "n)", "288"] in [
        line.split()[:6] for line in counted.splitlines()
    ]
    assert "minGRU" in printed("cells")
