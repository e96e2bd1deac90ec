"""Hand-written cells, saved by torch in each container and compared with torch's own count."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from making.torch.hand_written import LAYERS, Expected, Net
from making.torch.other_modules import NOTHING, POSSIBLE, SIGNED
from making.torch.pickles import read_path
from rnninspect.counter import count_layer
from rnninspect.model import Fact, SavedModel


def written(net: Net, container: str, tmp_path: Path) -> SavedModel:
    path = tmp_path / f"model.{container}"
    if container == "safetensors":
        save_file({name: value.contiguous() for name, value in net.state_dict().items()}, path)
    elif container == "ts":
        torch.jit.save(torch.jit.trace(net, torch.zeros(1), check_trace=False), path)
    elif container == "legacy":
        torch.save(net.state_dict(), path, _use_new_zipfile_serialization=False)
    else:
        torch.save(net if container == "module" else net.state_dict(), path)
    return read_path(path)


def summary(model: SavedModel) -> Expected:
    return [(lay.cell, lay.sizes.input_size, lay.sizes.hidden_size) for lay in model.layers]


@pytest.mark.parametrize("container", ["pt", "safetensors", "module", "legacy"])
@pytest.mark.parametrize("case", LAYERS)
def test_hand_written_cells_are_layers(case: str, container: str, tmp_path: Path) -> None:
    make, expected = LAYERS[case]
    net = make()
    model = written(net, container, tmp_path)
    assert sorted(summary(model)) == sorted(expected)
    assert [note for note in model.observations if note.fact is not Fact.CODE] == []
    for layer in model.layers:
        counted = count_layer(layer)
        assert counted.expected == counted.stored
    own = {
        tensor.name
        for layer in model.layers
        for operand in layer.operands
        for tensor in operand.tensors
    }
    held = sum(value.numel() for name, value in net.named_parameters() if name in own)
    assert sum(count_layer(layer).expected for layer in model.layers) == held


@pytest.mark.filterwarnings("ignore:`torch.jit")
@pytest.mark.parametrize("case", ["ConvLSTM, levels", "LSTM, W and U", "RNN, i2h and h2h"])
def test_hand_written_cells_in_scripts(case: str, tmp_path: Path) -> None:
    make, expected = LAYERS[case]
    assert summary(written(make(), "ts", tmp_path)) == expected


@pytest.mark.parametrize("container", ["pt", "safetensors", "module"])
@pytest.mark.parametrize("case", SIGNED)
def test_cells_of_libraries_are_layers(case: str, container: str, tmp_path: Path) -> None:
    make, expected = SIGNED[case]
    model = written(make(), container, tmp_path)
    assert summary(model) == expected
    assert [note for note in model.observations if note.fact is not Fact.CODE] == []


@pytest.mark.parametrize("container", ["pt", "safetensors", "module"])
@pytest.mark.parametrize("case", POSSIBLE)
def test_cells_without_a_formula_are_possible_cells(
    case: str, container: str, tmp_path: Path
) -> None:
    model = written(POSSIBLE[case](), container, tmp_path)
    assert model.layers == ()
    assert [note.fact for note in model.observations if note.fact is not Fact.CODE] == [
        Fact.POSSIBLE
    ]


@pytest.mark.parametrize("container", ["pt", "safetensors", "module"])
@pytest.mark.parametrize("case", NOTHING)
def test_networks_without_a_cell_have_no_observations(
    case: str, container: str, tmp_path: Path
) -> None:
    model = written(NOTHING[case](), container, tmp_path)
    assert model.layers == ()
    assert [note for note in model.observations if note.fact is not Fact.CODE] == []
