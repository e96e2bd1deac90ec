"""Layers of state dicts by the names and shapes of their tensors."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.torch.pickles import (
    lstm,
    read,
    saved,
)
from making.torch.shapes import errors, only, stack
from rnninspect.model import Fate, Origin
from rnninspect.plugin import Role


def test_a_layer_has_a_slot_for_each_weight(tmp_path: Path) -> None:
    layer = only(lstm(3, 2, "encoder.rnn"), tmp_path)
    assert (layer.name, layer.kind, layer.cell, layer.origin) == (
        *("encoder.rnn", "LSTM", "LSTM"),
        Origin.INFERRED,
    )
    assert (layer.stack, layer.root, layer.original_name) == (None, None, None)
    assert {operand.slots[0].role for operand in layer.operands} == layer.roles
    assert all(operand.fate is Fate.STORED for operand in layer.operands)


def test_levels_and_directions(tmp_path: Path) -> None:
    model = read(saved(stack(3, 7, 5, levels=12, directions=2)), tmp_path)
    assert [layer.name for layer in model.layers] == [f"GRU[{level}]" for level in range(12)]
    assert {layer.kind for layer in model.layers} == {"Bidirectional(GRU)"}
    assert [layer.sizes.input_size for layer in model.layers] == [7, *[10] * 11]
    assert [layer.stack and layer.stack.level for layer in model.layers] == list(range(12))


@pytest.mark.parametrize(("gates", "kind"), [(1, "RNNCell"), (3, "GRUCell"), (4, "LSTMCell")])
def test_cells_have_no_level(gates: int, kind: str, tmp_path: Path) -> None:
    shapes = {
        f"step.{label.removesuffix('_l0')}": shape for label, shape in stack(gates, 5, 4).items()
    }
    layer = only({**shapes, "fc.weight": (2, 4)}, tmp_path)
    assert (layer.name, layer.kind) == ("step", kind)


def test_biases_of_torch_0_1_have_a_leading_axis_of_one(tmp_path: Path) -> None:
    shapes = {"weight_ih": (20, 3), "weight_hh": (20, 5), "bias_ih": (1, 20), "bias_hh": (1, 20)}
    assert only(shapes, tmp_path).cell == "LSTM"
    assert errors(saved(shapes), tmp_path) == []


def test_names_exclude_wrappers(tmp_path: Path) -> None:
    cases = {
        "module.rnn": "rnn",
        "_orig_mod.rnn": "rnn",
        "module._orig_mod.enc._checkpoint_wrapped_module.rnn": "enc.rnn",
        "enc._orig_mod.rnn": "enc.rnn",
        "_forward_module.model.rnn": "model.rnn",
        "enc._fsdp_wrapped_module.rnn": "enc.rnn",
        "base_model.model.rnn": "rnn",
        "module": "LSTM",
    }
    for path, name in cases.items():
        layer = only(lstm(3, 2, path), tmp_path)
        assert (layer.name, layer.original_name) == (name, path)


def test_names_with_slashes(tmp_path: Path) -> None:
    """As written by converters from other frameworks."""
    shapes = {name.replace(".", "/"): shape for name, shape in lstm(3, 2, "net.rnn").items()}
    assert only(shapes, tmp_path).name == "net/rnn"


def test_the_lstm_of_elmo(tmp_path: Path) -> None:
    shapes = {
        "forward_layer_0.input_linearity.weight": (256, 16),
        "forward_layer_0.state_linearity.weight": (256, 16),
        "forward_layer_0.state_linearity.bias": (256,),
        "forward_layer_0.state_projection.weight": (16, 64),
    }
    layer = only(shapes, tmp_path)
    assert (layer.cell, layer.kind, layer.convention) == (
        *("LSTM", "LstmCellWithProjection"),
        "allennlp",
    )
    assert (layer.sizes.input_size, layer.sizes.hidden_size) == (16, 64)
    assert layer.sizes.projection_size == 16
    assert Role.RECURRENT_BIAS not in layer.roles
    assert errors(saved(shapes), tmp_path) == []
