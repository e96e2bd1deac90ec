"""Modules with telling names or shapes that are no layers: none is reported as one."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from torch_pickles import parameters, read, saved

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
def test_look_alikes_are_no_layers(shapes: Shapes, tmp_path: Path) -> None:
    model = read(saved(shapes), tmp_path)
    assert model.layers == ()
    assert model.observations == ()


@pytest.mark.parametrize(
    "shapes",
    [
        # a cell with normalisation of its own
        {"weight_ih": (20, 3), "weight_hh": (20, 5), "layernorm_i.weight": (20,)},
        # IndRNN: each unit reads only itself
        {"weight_ih": (5, 3), "weight_hh": (5,), "bias_ih": (5,)},
        # two gates, five gates
        {"weight_ih": (10, 3), "weight_hh": (10, 5), "bias_ih": (10,), "bias_hh": (10,)},
        {"weight_ih": (25, 3), "weight_hh": (25, 5), "bias_ih": (25,), "bias_hh": (25,)},
        {"x2h.weight": (20, 3), "h2h.weight": (20, 5)},
        {"W_ih": (20, 3), "W_hh": (20, 5), "b": (20,)},
        {"i2h.weight": (5, 8), "i2o.weight": (2, 8)},
        {"W_f": (5, 3), "U_f": (5, 5), "W_i": (5, 3), "U_i": (5, 5), "W_o": (5, 3), "U_o": (5, 5)},
        {"Wxi.weight": (5, 3), "Whi.weight": (5, 5), "Wxf.weight": (5, 3), "Whf.weight": (5, 5)},
        # AllenNLP's augmented LSTM, with a highway
        {"input_linearity.weight": (30, 3), "state_linearity.weight": (25, 5)},
        {"kernel": (3, 20), "recurrent_kernel": (5, 20), "bias": (20,)},
    ],
)
def test_what_is_not_known_is_possible_and_no_layer(shapes: Shapes, tmp_path: Path) -> None:
    model = read(saved({f"net.{label}": shape for label, shape in shapes.items()}), tmp_path)
    assert model.layers == ()
    (note,) = model.observations
    assert note.fact is Fact.POSSIBLE
    assert note.detail.startswith("net: a module with net.")
    assert set(note.tensors) <= set(model.tensors)
    named = {tensor.name for tensor in note.tensors}
    assert all(name in named for name in re.findall(r"net\.[\w.]+", note.detail))
    assert parameters(model) == sum(map(math.prod, shapes.values()))


def test_a_cells_bias_is_among_its_tensors_and_the_next_layer_is_not(tmp_path: Path) -> None:
    shapes = {"cell.W_ih": (20, 3), "cell.W_hh": (20, 5), "cell.b": (20,), "head.weight": (2, 5)}
    (note,) = read(saved(shapes), tmp_path).observations
    assert [tensor.name for tensor in note.tensors] == ["cell.W_ih", "cell.W_hh", "cell.b"]


def test_possible_cells_beyond_those_listed_keep_their_tensors(tmp_path: Path) -> None:
    cells = {f"{number}.i2h.weight": (5, 8) for number in range(60)}
    notes = read(saved(cells), tmp_path).observations
    assert len(notes) == 51
    assert notes[-1].detail == "and 10 more modules of this kind"
    assert sum(len(note.tensors) for note in notes) == 60
