"""Weights that torch computes or packs: norms, pruning, weight drop, adapters, quantisation."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.ao.nn import quantizable
from torch.ao.quantization import quantize_dynamic
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm

from making.torch.networks import Tagger, recurrent_count, script_count, state_count
from making.torch.pickles import parameters, read_path
from rnninspect.counter import LayerCount, count_layers
from rnninspect.model import Fate, Purpose, SavedModel
from rnninspect.rules import Level, check

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"
    ),
]

Change = Callable[[Any, str], object]
BOTH = ("weight_ih_l0", "weight_hh_l0")
CHANGES: dict[str, tuple[Change, tuple[str, ...]]] = {
    "weight_norm, a hook": (weight_norm, BOTH),
    "weight_norm, a parametrisation": (parametrizations.weight_norm, BOTH),
    "spectral_norm, a hook": (spectral_norm, ("weight_hh_l0",)),
    "spectral_norm, a parametrisation": (parametrizations.spectral_norm, ("weight_hh_l0",)),
    "orthogonal": (parametrizations.orthogonal, ("weight_hh_l0",)),
    "prune": (
        lambda module, name: prune.random_unstructured(module, name, 0.3),
        (*BOTH, "bias_ih_l0"),
    ),
}


def save(value: object, path: Path) -> SavedModel:
    torch.save(value, path)
    return read_path(path)


def masked(layer: nn.Module) -> int:
    """Elements of the masks that pruning adds, which are not parameters."""
    return sum(size.numel() for name, size in layer.named_buffers() if name.endswith("_mask"))


def the_layer(model: SavedModel) -> LayerCount:
    (counted,) = count_layers(model.layers)
    found = check(model, (counted,))
    assert [finding.message for finding in found if finding.level is Level.ERROR] == []
    return counted


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("change", sorted(CHANGES))
def test_a_weight_of_several_parts(change: str, kind: str, tmp_path: Path) -> None:
    layer = getattr(nn, kind)(7, 5)
    apply, names = CHANGES[change]
    for name in names:
        apply(layer, name)
    module = nn.ModuleDict({"rnn": layer, "head": nn.Linear(5, 2)})
    model = save(module.state_dict(), tmp_path / "state.pt")
    counted = the_layer(model)
    assert (counted.layer.name, counted.layer.cell) == ("rnn", kind)
    assert counted.stored == sum(parameter.numel() for parameter in layer.parameters())
    assert parameters(model) == state_count(module) - masked(layer)
    computed = [o for o in counted.layer.operands if o.fate is Fate.COMPUTED]
    assert len(computed) == len(names)


@pytest.mark.parametrize("change", ["weight_norm, a hook", "prune"])
def test_a_pickled_module_contains_the_computed_tensor_too(change: str, tmp_path: Path) -> None:
    layer = nn.LSTM(7, 5)
    apply, names = CHANGES[change]
    for name in names:
        apply(layer, name)
    model = save(layer, tmp_path / "module.pt")
    assert the_layer(model).stored == sum(parameter.numel() for parameter in layer.parameters())
    assert parameters(model) == state_count(layer) - masked(layer)


@pytest.mark.parametrize("around", [False, True], ids=["AWD-LSTM", "fastai"])
def test_weight_drop(around: bool, tmp_path: Path) -> None:
    state = OrderedDict()
    for name, value in nn.LSTM(7, 5).state_dict().items():
        raw = name.startswith("weight_hh")
        folder = "rnn." if raw and around else "rnn.module."
        state[folder + name + ("_raw" if raw else "")] = value
    counted = the_layer(save(state, tmp_path / "dropped.pt"))
    assert (counted.layer.name, counted.stored, counted.expected) == ("rnn", 280, 280)


def test_adapters_belong_to_the_weight_with_their_shape(tmp_path: Path) -> None:
    """With the names of PEFT for target parameters: a wrapper for each."""
    start = "base_model.model.rnn."
    state = {
        f"{start}base_layer.base_layer.{name}": value
        for name, value in nn.LSTM(7, 5).state_dict().items()
    }
    for folder, width in (("base_layer.", 7), ("", 5)):
        state[f"{start}{folder}lora_A.default.weight"] = torch.zeros(2, width)
        state[f"{start}{folder}lora_B.default.weight"] = torch.zeros(20, 2)
    model = save(state, tmp_path / "adapted.pt")
    counted = the_layer(model)
    assert (counted.layer.name, counted.expected) == ("rnn", 280)
    assert counted.stored == parameters(model) == 280 + 2 * (7 + 20) + 2 * (5 + 20)
    assert [operand.fate for operand in counted.layer.operands] == [
        *(Fate.COMPUTED, Fate.COMPUTED, Fate.STORED, Fate.STORED)
    ]


def quantised(dtype: Any) -> Any:  # noqa: ANN401 - a module
    module = Tagger()
    module.middle = nn.GRU(10, 4)  # torch quantises only those with biases
    module.rnn_cell = nn.RNNCell(2, 3)
    kinds = {nn.LSTM, nn.GRU, nn.Linear}
    if dtype is torch.qint8:
        kinds |= {nn.LSTMCell, nn.GRUCell, nn.RNNCell}
    return module, quantize_dynamic(module, kinds, dtype=dtype)


@pytest.mark.parametrize("dtype", ["qint8", "float16"])
@pytest.mark.parametrize("form", ["state", "module", "script"])
def test_dynamic_quantisation_keeps_the_logical_count(
    form: str, dtype: str, tmp_path: Path
) -> None:
    module, packed = quantised(getattr(torch, dtype))
    path = tmp_path / "quantised.pt"
    if form == "script":
        torch.jit.script(packed).save(path)
    else:
        torch.save(packed.state_dict() if form == "state" else packed, path)
    model = read_path(path)
    counted = count_layers(model.layers)
    assert sum(layer.stored for layer in counted) == recurrent_count(module)
    assert {layer.layer.name for layer in counted} >= {"encoder[0]", "encoder[1]", "middle"}
    expected = script_count(module) if form == "script" else state_count(module)
    assert parameters(model) == expected
    found = check(model, counted)
    assert [finding.message for finding in found if finding.level is Level.ERROR] == []
    if dtype == "qint8":
        assert sum(layer.bytes for layer in counted) < 4 * recurrent_count(module)
        assert "qint8" in {stored.dtype for stored in model.tensors}


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ((7, 5), {}),
        ((5, 5), {}),
        ((7, 5, 2), {}),
        ((7, 5, 1), {"bidirectional": True}),
        ((5, 5, 2), {"bidirectional": True}),
        ((10, 5, 3), {"bidirectional": True}),
        ((10, 5, 3), {}),
    ],
)
def test_positions_of_numbered_packed_weights(
    arguments: tuple[int, ...], options: dict[str, bool], tmp_path: Path
) -> None:
    layer = nn.LSTM(*arguments, **options)
    packed = quantize_dynamic(nn.ModuleDict({"rnn": layer}), {nn.LSTM}, dtype=torch.qint8)
    counted = count_layers(save(packed.state_dict(), tmp_path / "packed.pt").layers)
    directions = 2 if options else 1
    assert [each.layer.sizes.directions for each in counted] == [directions] * layer.num_layers
    assert sum(each.stored for each in counted) == recurrent_count(nn.ModuleList([layer]))


def test_the_quantizable_lstm(tmp_path: Path) -> None:
    layer = quantizable.LSTM(8, 6, 1, bidirectional=True)
    model = save(nn.ModuleDict({"rnn": layer}).state_dict(), tmp_path / "quantizable.pt")
    counted = the_layer(model)
    assert (counted.layer.cell, counted.layer.sizes.directions) == ("LSTM", 2)
    assert counted.stored == counted.expected == 2 * 4 * (6 * 8 + 6 * 6 + 2 * 6)


def test_scales_and_zero_points_are_not_parameters(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(4, 3))
    packed = quantize_dynamic(module, {nn.Linear}, dtype=torch.qint8)
    model = save(packed.state_dict(), tmp_path / "linear.pt")
    assert parameters(model) == 15
    purposes = {stored.name: stored.purpose for stored in model.tensors}
    assert purposes["0.scale"] is purposes["0.zero_point"] is Purpose.QUANTISATION


def test_scales_per_channel(tmp_path: Path) -> None:
    values = torch.quantize_per_channel(
        torch.randn(3, 4), torch.ones(3), torch.zeros(3, dtype=torch.long), 0, torch.qint8
    )
    model = save({"weight": values}, tmp_path / "channels.pt")
    assert parameters(model) == 12
    assert sum(stored.parameters for stored in model.tensors) == 18


def test_the_masks_of_a_sparsifier_are_not_parameters(tmp_path: Path) -> None:
    from torch.ao.pruning import WeightNormSparsifier

    module = nn.Sequential(nn.LSTM(7, 5), nn.Linear(5, 2))
    sparsifier = WeightNormSparsifier(sparsity_level=0.5)
    sparsifier.prepare(module, [{"tensor_fqn": "1.weight"}])
    model = save(module.state_dict(), tmp_path / "state.pt")
    assert parameters(model) == sum(each.numel() for each in module.parameters())
