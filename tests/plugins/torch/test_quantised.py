"""Models quantised by torch.ao.quantization, statically or by FX: counts of the original."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.ao import quantization
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

from making.torch.networks import recurrent_count, state_count
from making.torch.pickles import parameters, purposes, read_path
from rnninspect.counter import count_layers
from rnninspect.model import Fact, Purpose, SavedModel
from rnninspect.rules import check

pytestmark = pytest.mark.filterwarnings("ignore")  # of torch, about deprecations

VALUES = torch.zeros(3, 2, 5)
SHAPES = [
    {"num_layers": levels, "bidirectional": both, "bias": biased}
    for levels, both, biased in [
        (1, False, True),
        (2, False, False),
        (2, True, True),
        (3, True, False),
    ]
]


class Net(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A recurrent and a linear layer, with the stubs for eager quantisation."""

    def __init__(self, kind: str, **options: Any) -> None:  # noqa: ANN401 - torch's own
        super().__init__()
        self.quant, self.dequant = quantization.QuantStub(), quantization.DeQuantStub()
        self.rnn = getattr(nn, kind)(5, 4, **options)
        self.fc = nn.Linear(8 if options.get("bidirectional") else 4, 3)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return self.dequant(self.fc(self.rnn(self.quant(values))[0]))


Net.forward.__annotations__.clear()  # FX does not support string annotations


def written(value: object, folder: Path) -> SavedModel:
    path = folder / "quantised.pt"
    torch.save(value, path)
    return read_path(path)


def agrees(model: SavedModel, network: Net) -> None:
    """Assert the layers and the total of the network before quantisation."""
    counted = count_layers(model.layers)
    levels = network.rnn.num_layers
    names = ["rnn"] if levels == 1 else [f"rnn[{level}]" for level in range(levels)]
    assert [each.layer.name for each in counted] == names
    directions = 2 if network.rnn.bidirectional else 1
    assert {each.layer.sizes.directions for each in counted} == {directions}
    assert sum(each.stored for each in counted) == recurrent_count(network)
    assert sum(each.expected for each in counted) == recurrent_count(network)
    assert parameters(model) == state_count(network)
    assert not {"R101", "R102", "R405"} & {finding.rule for finding in check(model, counted)}


@pytest.mark.parametrize("form", ["state", "module"])
@pytest.mark.parametrize("options", SHAPES, ids=str)
def test_a_statically_quantised_lstm(form: str, options: dict[str, Any], tmp_path: Path) -> None:
    network = Net("LSTM", **options).eval()
    network.qconfig = quantization.get_default_qconfig("fbgemm")
    prepared = quantization.prepare(network)
    prepared(VALUES)
    packed = quantization.convert(prepared)
    agrees(written(packed.state_dict() if form == "state" else packed, tmp_path), network)


def test_states_of_observers_are_not_parameters(tmp_path: Path) -> None:
    network = Net("LSTM", num_layers=2).eval()
    network.qconfig = quantization.get_default_qconfig("fbgemm")
    prepared = quantization.prepare(network)
    prepared(VALUES)
    model = written(prepared.state_dict(), tmp_path)
    agrees(model, network)
    seen = state_count(prepared) - state_count(network)
    assert purposes(model)[Purpose.QUANTISATION] == seen > 10_000


def test_fake_quantisation_is_not_a_parameter(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Linear(5, 3))
    network.qconfig = quantization.get_default_qat_qconfig("fbgemm")
    prepared = quantization.prepare_qat(network.train())
    prepared(VALUES)
    assert parameters(written(prepared.state_dict(), tmp_path)) == 18


@pytest.mark.parametrize("form", ["prepared", "state", "module"])
@pytest.mark.parametrize("way", ["static", "dynamic"])
@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True}], ids=str)
def test_layers_of_fx_graphs(
    kind: str, way: str, form: str, options: dict[str, Any], tmp_path: Path
) -> None:
    network = Net(kind, **options).eval()
    network.quant, network.dequant = nn.Identity(), nn.Identity()
    mapping = quantization.get_default_qconfig_mapping("fbgemm")
    if way == "dynamic":
        mapping = quantization.QConfigMapping().set_global(quantization.default_dynamic_qconfig)
    graph = prepare_fx(network, mapping, VALUES)
    graph(VALUES)
    if form != "prepared":
        graph = convert_fx(graph)
    model = written(graph if form == "module" else graph.state_dict(), tmp_path)
    agrees(model, network)
    code = [note.detail for note in model.observations if note.fact is Fact.CODE]
    assert ("torch.fx.graph_module.reduce_graph_module" in code) is (form == "module")
