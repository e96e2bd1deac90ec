"""Cells of TensorFlow 1's contrib: those with a formula of their own, and those without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.reports import drawn
from making.tensorflow.bundles import Shapes
from making.tensorflow.cell_shapes import report_on
from rnninspect.cells import CELLS, count
from rnninspect.render import EXPLANATION
from rnninspect.render.knowledge.explanation import Explanation

NORMS = ("input", "transform", "forget", "output", "state")
CONTRIB: dict[str, tuple[str, int, Shapes]] = {
    "ugrnn_cell": ("UGRNN", 2 * 16 * 25, {"kernel": (24, 32), "bias": (32,)}),
    "ind_rnn_cell": (
        "IndRNN",
        16 * 10,
        {"kernel_w": (8, 16), "kernel_u": (1, 16), "bias": (16,)},
    ),
    "indy_lstm_cell": (
        "IndyLSTM",
        4 * 16 * 10,
        {"kernel_w": (8, 64), "kernel_u": (1, 64), "bias": (64,)},
    ),
    "conv_2d_lstm_cell": (
        "ConvLSTM2D",
        4 * 16 * (9 * 24 + 1),
        {"kernel": (3, 3, 24, 64), "biases": (64,)},
    ),
    "conv_1d_lstm_cell": (
        "ConvLSTM1D",
        4 * 16 * (3 * 24 + 1),
        {"kernel": (3, 24, 64), "biases": (64,)},
    ),
    "coupled_input_forget_gate_lstm_cell": (
        "CIFG-LSTM",
        3 * 16 * 25 + 32,
        {"W_0": (24, 48), "B": (48,), "W_F_diag": (16,), "W_O_diag": (16,)},
    ),
    "nas_cell": ("NAS", 8 * 16 * 24, {"kernel": (8, 128), "recurrent_kernel": (16, 128)}),
    "layer_norm_basic_lstm_cell": (
        "LayerNormBasicLSTM",
        4 * 16 * 24 + 160,
        {
            "kernel": (24, 64),
            **{f"{norm}/{scale}": (16,) for norm in NORMS for scale in ("gamma", "beta")},
        },
    ),
    "cudnn_compatible_gru_cell": (
        "CudnnGRU",
        3 * 16 * 24 + 64,
        {
            "gates/kernel": (24, 32),
            "gates/bias": (32,),
            "candidate/input_projection/kernel": (8, 16),
            "candidate/input_projection/bias": (16,),
            "candidate/hidden_projection/kernel": (16, 16),
            "candidate/hidden_projection/bias": (16,),
        },
    ),
}


@pytest.mark.parametrize("scope", CONTRIB)
def test_contribs_cells_have_their_formula(tmp_path: Path, scope: str) -> None:
    cell, number, inner = CONTRIB[scope]
    shapes: Shapes = {f"rnn/{scope}/{name}": shape for name, shape in inner.items()}
    report = report_on(tmp_path, shapes)
    (counted,) = report.layers
    assert (counted.cell.name, counted.expected, counted.stored) == (cell, number, number)
    assert count(CELLS[cell], counted.layer.roles, counted.layer.sizes) == number
    assert not [finding for finding in report.findings if finding.level == "error"]


@pytest.mark.parametrize("scope", CONTRIB)
def test_contribs_cells_without_one_of_their_weights_are_an_error(
    tmp_path: Path, scope: str
) -> None:
    _, _, inner = CONTRIB[scope]
    for missing in inner:
        shapes: Shapes = {f"rnn/{scope}/{name}": inner[name] for name in inner if name != missing}
        report = report_on(tmp_path, shapes)
        levels = {finding.level for finding in report.findings}
        assert "error" in levels or "warning" in levels, missing


@pytest.mark.parametrize(
    ("scope", "inner"),
    [
        ("phased_lstm_cell", {"mask_gates/kernel": (24, 32), "period": (16,)}),
        ("g_lstm_cell", {"group0/kernel": (12, 32)}),
        ("attention_cell_wrapper", {"kernel": (24, 8), "attention/attn_v": (8,)}),
        ("sru_cell", {"kernel": (16, 64), "bias": (32,)}),
        ("my_own_cell", {"kernel": (16, 64)}),
    ],
)
def test_cells_without_a_formula_are_skipped_with_their_tensors(
    tmp_path: Path, scope: str, inner: Shapes
) -> None:
    shapes: Shapes = {f"rnn/{scope}/{name}": shape for name, shape in inner.items()}
    report = report_on(tmp_path, shapes)
    (skipped,) = report.skipped
    assert len(skipped.tensors) == len(inner)
    assert report.layers == ()


def test_a_cell_without_a_square_of_its_units_is_not_grouped_by_gate(tmp_path: Path) -> None:
    shapes: Shapes = {
        f"rnn/indy_lstm_cell/{name}": shape for name, shape in CONTRIB["indy_lstm_cell"][2].items()
    }
    report = report_on(tmp_path, shapes)
    shown = drawn(EXPLANATION, "text", Explanation(report, report.layers))
    assert "4(nm + 2n)" in shown
    assert "by gate" not in shown
    assert "convention" in shown
