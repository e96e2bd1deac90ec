"""TorchScript and torch.export: scripted, traced, frozen, lite and exported modules of torch."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from making.torch.networks import (
    LAYERS,
    Projected,
    Tagger,
    recurrent_count,
    script_count,
    state_count,
)
from making.torch.pickles import parameters, read_path
from rnninspect.counter import count_layers
from rnninspect.model import Origin, Purpose, SavedModel
from rnninspect.rules import Level, check

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning", "ignore::UserWarning", "ignore::torch.jit.TracerWarning"
    ),
]
NETWORKS = {"tagger": Tagger, "projected": Projected}
FORMS = ("script", "trace", "frozen script", "lite", "export")
EXAMPLE = (2, 3, 7)


def written(module: Any, form: str, path: Path) -> Path:  # noqa: ANN401 - a module
    module = module.eval()
    example = torch.zeros(EXAMPLE)
    if form == "export":
        torch.export.save(torch.export.export(module, (example,)), path)
        return path
    script = torch.jit.trace(module, example) if "trace" in form else torch.jit.script(module)
    if "frozen" in form:
        script = torch.jit.freeze(script)
    if form == "lite":
        script._save_for_lite_interpreter(str(path))
    else:
        script.save(path)
    return path


def errors(model: SavedModel) -> list[str]:
    found = check(model, count_layers(model.layers))
    return [finding.message for finding in found if finding.level is Level.ERROR]


@pytest.mark.parametrize("name", sorted(NETWORKS))
@pytest.mark.parametrize("form", FORMS)
def test_each_layer_of_a_program(form: str, name: str, tmp_path: Path) -> None:
    module = NETWORKS[name]()
    model = read_path(written(module, form, tmp_path / "program.pt2"))
    counted = count_layers(model.layers)
    assert sum(layer.stored for layer in counted) == recurrent_count(module)
    assert sum(layer.expected for layer in counted) == recurrent_count(module)
    assert errors(model) == []
    if "frozen" not in form:
        expected = state_count(module) if form == "export" else script_count(module)
        assert parameters(model) == expected
    declares = {Origin.DECLARED} if form in ("script", "lite") else {Origin.INFERRED}
    assert {layer.layer.origin for layer in counted} == declares


def test_the_weights_of_a_frozen_trace(tmp_path: Path) -> None:
    """Layers keep their attributes; cells become operations on constants."""
    module = Tagger()
    model = read_path(written(module, "frozen trace", tmp_path / "program.pt"))
    names = {layer.name for layer in model.layers}
    assert {"encoder[0]", "encoder[1]", "middle", "simple"} <= names
    recovered = [layer for layer in model.layers if layer.origin is Origin.RECOVERED]
    assert [
        (layer.cell, layer.sizes.input_size, layer.sizes.hidden_size) for layer in recovered
    ] == [
        ("LSTM", 3, 6),
        ("GRU", 6, 2),
        ("RNN", 2, 3),
    ]
    assert sum(each.stored for each in count_layers(model.layers)) == recurrent_count(module)
    assert errors(model) == []
    frozen = sum(value.numel() for value in module.parameters())
    assert frozen <= parameters(model) <= frozen + 11 + 17


def test_a_bias_of_one_element_is_a_parameter_in_a_frozen_program_too(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
    model = read_path(written(module, "frozen script", tmp_path / "program.pt"))
    assert parameters(model) == state_count(module)


@pytest.mark.parametrize("case", LAYERS, ids=str)
def test_each_layer_alone(
    case: tuple[str, tuple[int, ...], dict[str, Any]], tmp_path: Path
) -> None:
    kind, arguments, options = case
    layer = getattr(nn, kind)(*arguments, **options)
    path = tmp_path / "layer.pt"
    torch.jit.script(layer).save(path)
    model = read_path(path)
    counted = count_layers(model.layers)
    assert sum(each.stored for each in counted) == state_count(layer)
    assert {
        each.layer.kind.removeprefix("Bidirectional(").removesuffix(")") for each in counted
    } == {kind}
    assert errors(model) == []


def test_plain_tensors_of_a_script_are_states(tmp_path: Path) -> None:
    model = read_path(written(Tagger(), "script", tmp_path / "program.pt"))
    states = {stored.name for stored in model.tensors if stored.purpose is Purpose.STATE}
    assert "unregistered" in states
    assert model.format == "torchscript"


def test_a_script_without_code(tmp_path: Path) -> None:
    """Some mobile builds omit the code."""
    whole = written(Tagger(), "lite", tmp_path / "whole.ptl")
    bare = tmp_path / "bare.ptl"
    with zipfile.ZipFile(whole) as given, zipfile.ZipFile(bare, "w") as taken:
        for name in given.namelist():
            if "/code/" not in name:
                taken.writestr(name, given.read(name))
    model = read_path(bare)
    counted = count_layers(model.layers)
    assert sum(layer.stored for layer in counted) == recurrent_count(Tagger())
    assert errors(model) == []


def test_a_script_without_lists_of_parameters(tmp_path: Path) -> None:
    """Torch 1.2 wrote no lists of parameters or constants into its classes."""
    whole = written(Projected(), "script", tmp_path / "whole.pt")
    old = tmp_path / "old.pt"
    line = re.compile(rb"(?m)^  (?:__\w+__ = .*|\w+ : Final.*)\n")
    with zipfile.ZipFile(whole) as given, zipfile.ZipFile(old, "w") as taken:
        for name in given.namelist():
            data = given.read(name)
            taken.writestr(name, line.sub(b"", data) if name.endswith(".py") else data)
    model = read_path(old)
    counted = count_layers(model.layers)
    assert sum(layer.stored for layer in counted) == recurrent_count(Projected())
    assert parameters(model) == state_count(Projected())
    assert errors(model) == []


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("kind", ["LSTMCell", "GRUCell", "RNNCell"])
@pytest.mark.parametrize("sizes", [(3, 5), (5, 5), (20, 5)], ids=str)
def test_unrolled_cells_of_a_trace(
    sizes: tuple[int, int],
    kind: str,
    bias: bool,
    tmp_path: Path,
) -> None:
    cell = getattr(nn, kind)(*sizes, bias=bias).eval()
    example = torch.zeros(2, sizes[0]), torch.zeros(2, sizes[1])
    given = (example[0], (example[1], example[1])) if kind == "LSTMCell" else example
    path = tmp_path / "cell.pt"
    torch.jit.freeze(torch.jit.trace(cell, given)).save(path)
    model = read_path(path)
    (counted,) = count_layers(model.layers)
    assert counted.layer.origin is Origin.RECOVERED
    assert (counted.layer.sizes.input_size, counted.layer.sizes.hidden_size) == sizes
    assert counted.stored == counted.expected == state_count(cell)
    assert errors(model) == []


class Unrolled(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A cell with three steps between linear maps, one of which has a tanh like the cell."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 6)
        self.cell = nn.RNNCell(6, 5, nonlinearity="relu")
        self.last = nn.Linear(5, 5)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        hidden = values[0, :, :1].expand(2, 5)
        for value in values:
            hidden = self.cell(self.first(value), hidden)
        return torch.tanh(self.last(hidden) + self.last(values[0, :, :1].expand(2, 5)))


def test_a_cell_with_three_steps_is_one_layer(tmp_path: Path) -> None:
    network = Unrolled().eval()
    path = tmp_path / "unrolled.pt"
    torch.jit.freeze(torch.jit.trace(network, torch.zeros(3, 2, 4))).save(path)
    model = read_path(path)
    (counted,) = count_layers(model.layers)
    assert counted.layer.cell == "RNN"
    assert counted.stored == counted.expected == state_count(network.cell)
    assert parameters(model) == state_count(network)
    assert errors(model) == []


@pytest.mark.parametrize("dtype", [torch.qint8, torch.float16], ids=str)
@pytest.mark.parametrize("kind", ["LSTMCell", "GRUCell", "RNNCell"])
def test_packed_cells_of_a_frozen_trace(kind: str, dtype: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """The call has the packed weights with their biases, and the biases again."""
    cell = nn.Sequential(getattr(nn, kind)(6, 5)).eval()
    packed = torch.ao.quantization.quantize_dynamic(cell, {type(cell[0])}, dtype=dtype)
    path = tmp_path / "cell.pt"
    torch.jit.freeze(torch.jit.trace(packed, torch.zeros(2, 6))).save(path)
    model = read_path(path)
    (counted,) = count_layers(model.layers)
    assert counted.layer.kind == kind
    assert counted.stored == counted.expected == parameters(model) == state_count(cell)
    assert errors(model) == []


def test_an_exported_program_has_a_producer(tmp_path: Path) -> None:
    model = read_path(written(Tagger(), "export", tmp_path / "program.pt2"))
    assert model.producer == f"pytorch {torch.__version__}"
    constants = {stored.name for stored in model.tensors if stored.purpose is Purpose.CONSTANT}
    assert "unregistered" in constants


def test_views_in_an_exported_program(tmp_path: Path) -> None:
    """A record is the whole storage of a view, also of two tensors."""
    module = nn.LSTM(3, 2)
    flat = torch.randn(300)
    offset = 7
    for name, weight in module.named_parameters():
        part = flat[offset : offset + weight.numel()].view_as(weight)
        offset += weight.numel()
        setattr(module, name, nn.Parameter(part))
    path = tmp_path / "views.pt2"
    torch.export.save(torch.export.export(module.eval(), (torch.zeros(4, 1, 3),)), path)
    model = read_path(path)
    assert parameters(model) == 56
    assert errors(model) == []
