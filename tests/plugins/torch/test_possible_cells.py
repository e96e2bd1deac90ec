"""Modules with the names or shapes of cells that are not layers: none is reported as one."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from making.torch.pickles import parameters, read, saved
from rnninspect.model import Fact

Shapes = dict[str, tuple[int, ...]]


@pytest.mark.parametrize(
    "shapes",
    [
        {
            "attn.in_proj_weight": (24, 8),
            "attn.in_proj_bias": (24,),
            "attn.out_proj.weight": (8, 8),
        },
        {"c_attn.weight": (24, 8), "c_attn.bias": (24,)},
        {"mlp.w1.weight": (32, 8), "mlp.w2.weight": (8, 32), "glu.weight": (16, 8)},
        {"conv.weight": (32, 8, 3, 3), "bn.weight": (32,), "bn.running_mean": (32,)},
    ],
)
def test_other_modules_are_not_layers(shapes: Shapes, tmp_path: Path) -> None:
    model = read(saved(shapes), tmp_path)
    assert model.layers == ()
    assert model.observations == ()


@pytest.mark.parametrize(
    "shapes",
    [
        # a cell with normalisation
        {"weight_ih": (20, 3), "weight_hh": (20, 5), "layernorm_i.weight": (20,)},
        # IndRNN: each unit reads only itself
        {"weight_ih": (5, 3), "weight_hh": (5,), "bias_ih": (5,)},
        # two gates, five gates
        {"weight_ih": (10, 3), "weight_hh": (10, 5), "bias_ih": (10,), "bias_hh": (10,)},
        {"weight_ih": (25, 3), "weight_hh": (25, 5), "bias_ih": (25,), "bias_hh": (25,)},
        {"x2h.weight": (10, 3), "h2h.weight": (10, 5)},
        {"W_ih": (20, 3), "W_hh": (20, 5), "b": (20,), "gain": (20,)},
        {"W_f": (5, 3), "U_f": (5, 5), "W_i": (5, 3), "U_i": (5, 5), "W_o": (5, 3), "U_o": (5, 5)},
        {"Wxi.weight": (5, 3), "Whi.weight": (5, 5), "Wxf.weight": (5, 3), "Whf.weight": (5, 5)},
        # AllenNLP's augmented LSTM, with a highway
        {"input_linearity.weight": (30, 3), "state_linearity.weight": (25, 5)},
        {"kernel": (3, 10), "recurrent_kernel": (5, 10), "bias": (10,)},
        # gates on input and state, one of them missing or of another size, or normalised
        {"forget_gate.weight": (5, 8), "input_gate.weight": (5, 8), "out_gate.weight": (5, 8)},
        {f"{gate}_gate.weight": (5, 8 + (gate == "out")) for gate in ("reset", "update", "out")},
        {
            "W_iou.weight": (15, 3),
            "U_iou.weight": (15, 5),
            "U_f.weight": (5, 5),
            "W_f.weight": (5, 3),
        },
        # selective state space (Mamba)
        {"A_log": (8, 3), "D": (8,), "in_proj.weight": (16, 4), "dt_proj.weight": (8, 1)},
        # spatiotemporal LSTM (PredRNN)
        {
            "conv_x.0.weight": (28, 3, 5, 5),
            "conv_h.0.weight": (16, 4, 5, 5),
            "conv_m.0.weight": (12, 4, 5, 5),
        },
        # ConvGRU with additional terms (DROID-SLAM)
        {f"conv{gate}.weight": (4, 7, 3, 3) for gate in "zrq"} | {"convz_glo.weight": (4, 4, 1, 1)},
        # closed-form continuous-time cell in its pure form
        {"ff1.weight": (4, 9), "w_tau": (1, 4), "A": (1, 4)},
    ],
)
def test_unknown_cells_are_possible_cells(shapes: Shapes, tmp_path: Path) -> None:
    model = read(saved({f"net.{label}": shape for label, shape in shapes.items()}), tmp_path)
    assert model.layers == ()
    (note,) = model.observations
    assert note.fact is Fact.POSSIBLE
    assert note.detail.startswith("net: a module with net.")
    assert set(note.tensors) <= set(model.tensors)
    named = {tensor.name for tensor in note.tensors}
    assert all(name in named for name in re.findall(r"net\.[\w.]+", note.detail))
    assert parameters(model) == sum(map(math.prod, shapes.values()))


def test_the_tensors_of_a_possible_cell(tmp_path: Path) -> None:
    shapes = {"cell.W_ih": (10, 3), "cell.W_hh": (10, 5), "cell.b": (10,), "head.weight": (2, 5)}
    (note,) = read(saved(shapes), tmp_path).observations
    assert [tensor.name for tensor in note.tensors] == ["cell.W_ih", "cell.W_hh", "cell.b"]


def test_possible_cells_beyond_the_listed_ones_have_tensors(tmp_path: Path) -> None:
    cells = {f"{'a' * number}.W_hh": (10, 5) for number in range(1, 61)}
    notes = read(saved(cells), tmp_path).observations
    assert len(notes) == 51
    assert notes[-1].detail == "and 10 more modules of this kind"
    assert sum(len(note.tensors) for note in notes) == 60


def test_possible_cells_with_different_numbers_are_one_observation(tmp_path: Path) -> None:
    block = {"A_log": (8, 3), "D": (8,), "x_proj.weight": (7, 8)}
    shapes = {f"layers.{n}.mixer.{label}": size for n in range(3) for label, size in block.items()}
    (note,) = read(saved(shapes), tmp_path).observations
    assert note.detail == (
        "layers.0.mixer (and 2 more like it): a module with layers.0.mixer.A_log, layers.0.mixer.D,"
        " layers.0.mixer.x_proj.weight, as in a state space model or a gated delta rule"
    )
    assert len(note.tensors) == 9


@pytest.mark.parametrize(
    "shapes",
    [
        # additive attention (Bahdanau), with usual names
        {
            "attention.i2h.weight": (6, 6),
            "attention.h2h.weight": (6, 6),
            "attention.h2h.bias": (6,),
        },
        {"a.i2h.weight": (6, 6), "a.h2h.weight": (6, 6), "a.score.weight": (1, 6)},
        {"attn.W.weight": (6, 8), "attn.U.weight": (6, 6), "attn.v.weight": (1, 6)},
        {"decoder.Wa.weight": (6, 6), "decoder.Ua.weight": (6, 6), "decoder.Va.weight": (1, 6)},
        {"attention_network.W_h.weight": (8, 8), "attention_network.W_c.weight": (8, 1)},
        {"mixer.W.weight": (6, 8), "mixer.U.weight": (6, 6)},
        # octave convolution
        {
            "block.h2h.weight": (4, 4, 3, 3),
            "block.h2l.weight": (2, 4, 3, 3),
            "block.l2h.weight": (4, 2, 3, 3),
        },
        {"block.conv_h2h.weight": (4, 4, 3, 3), "block.conv_l2l.weight": (2, 2, 3, 3)},
        # highway, gated linear unit, gated convolution, squeeze and excitation
        {
            "highway.nonlinear.0.weight": (8, 8),
            "highway.gate.0.weight": (8, 8),
            "highway.linear.0.weight": (8, 8),
        },
        {"highway.H.weight": (8, 8), "highway.T.weight": (8, 8)},
        {"glu.linear.weight": (8, 6), "glu.gate.weight": (8, 6)},
        {
            "block.conv.weight": (16, 8, 3, 3),
            "block.gate.weight": (16, 8, 3, 3),
            "block.out.weight": (8, 8, 1, 1),
        },
        {"se.fc1.weight": (2, 8), "se.fc2.weight": (8, 2)},
        # mixture of experts, and feed-forward nets with gates
        {
            "moe.gate.weight": (4, 8),
            "moe.experts.0.w1.weight": (16, 8),
            "moe.experts.0.w2.weight": (8, 16),
        },
        {
            "mlp.gate_proj.weight": (16, 8),
            "mlp.up_proj.weight": (16, 8),
            "mlp.down_proj.weight": (8, 16),
        },
        {"ff.W.weight": (32, 8), "ff.V.weight": (32, 8), "ff.W2.weight": (8, 32)},
        {"ff.wi.weight": (32, 8), "ff.wo.weight": (8, 32)},
        # transformers
        {f"self_attn.{part}_proj.weight": (8, 8) for part in "qkv"}
        | {"self_attn.out_proj.weight": (8, 8)},
        {f"attn.W_{part}": (2, 8, 4) for part in "QKVO"},
        {"attn.w_qs.weight": (8, 8), "attn.w_ks.weight": (8, 8), "attn.fc.weight": (8, 8)},
        # convolutional nets with the names of a convolving cell
        {"conv.weight": (16, 12, 3, 3), "conv.bias": (16,)},
        {"layers.0.conv.weight": (16, 12, 3, 3), "layers.1.conv.weight": (32, 16, 3, 3)},
        {
            "cells.0.conv.weight": (16, 3, 3, 3),
            "cells.0.bn.weight": (16,),
            "cells.1.conv.weight": (32, 16, 3, 3),
        },
        {"features.conv1.weight": (32, 16, 3, 3), "features.conv2.weight": (16, 32, 3, 3)},
        {"cnn_lstm.conv.weight": (16, 8, 3), "cnn_lstm.fc.weight": (2, 16)},
        {"lstm_head.fc.weight": (4, 128), "lstm_head.fc.bias": (4,)},
        {"lstm_decoder.linear.weight": (8, 128), "lstm_decoder.linear.bias": (8,)},
        # a plain net with i2h only, and an output layer only
        {"net.i2h.weight": (5, 8), "net.h2o.weight": (2, 5)},
        {"kernel": (3, 3)},
        {"D": (8,), "D.weight": (8, 8)},
    ],
)
def test_ordinary_networks_have_no_layers_and_no_observations(
    shapes: Shapes, tmp_path: Path
) -> None:
    model = read(saved(shapes), tmp_path)
    assert model.layers == ()
    assert model.observations == ()


def test_a_cell_beside_an_attention(tmp_path: Path) -> None:
    cell = {"weight_ih": (24, 9), "weight_hh": (24, 6), "bias_ih": (24,), "bias_hh": (24,)}
    shapes = {f"attention.rnn.{label}": shape for label, shape in cell.items()}
    shapes |= {"attention.i2h.weight": (6, 6), "attention.h2h.weight": (6, 6)}
    model = read(saved({**shapes, "attention.score.weight": (1, 6)}), tmp_path)
    assert [(layer.name, layer.cell) for layer in model.layers] == [("attention.rnn", "LSTM")]
    assert model.observations == ()
