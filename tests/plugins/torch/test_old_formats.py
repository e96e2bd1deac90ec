"""Formats that torch no longer writes, made by hand and loaded by torch where possible."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

from making.torch.containers import error_messages
from making.torch.networks import LAYERS, network, state_count
from making.torch.pickles import parameters, read_path
from making.torch.tar_era import Early, Numbered, tar_era, written

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
]


def test_two_saves_in_one_legacy_file(tmp_path: Path) -> None:
    path = tmp_path / "two.pt"
    with path.open("wb") as file:
        for case in LAYERS[1:3]:
            state = network(case).state_dict()
            torch.save(state, file, _use_new_zipfile_serialization=False)
    model = read_path(path)
    assert [layer.cell for layer in model.layers] == ["GRU"]
    assert any("after the last storage" in note.detail for note in model.observations)


def test_the_tar_archive_of_torch_0_1(tmp_path: Path) -> None:
    """Torch still reads this container, but no longer writes it."""
    state = network(LAYERS[2])["rnn"].state_dict()
    path = written(tmp_path / "old.pt", tar_era(state))
    assert state.keys() == torch.load(path, weights_only=False).keys()
    model = read_path(path)
    assert model.format == "pytorch tar"
    assert [(layer.cell, layer.sizes.input_size) for layer in model.layers] == [("LSTM", 5)]
    assert parameters(model) == sum(value.numel() for value in state.values())
    assert error_messages(model) == []


def test_a_module_of_torch_0_1(tmp_path: Path) -> None:
    """Its parameters are created without arguments; the tensor is part of their state."""
    state = network(LAYERS[2])["rnn"].state_dict()

    def module(named: dict[str, Numbered]) -> nn.Module:
        made = nn.LSTM(5, 4)
        made.__dict__["_parameters"] = {name: Early(number) for name, number in named.items()}
        made.__dict__["_flat_weights"] = []
        return made

    model = read_path(written(tmp_path / "old.pt", tar_era(state, module)))
    assert [layer.cell for layer in model.layers] == ["LSTM"]
    assert parameters(model) == sum(value.numel() for value in state.values())
    assert error_messages(model) == []


def test_torch_export_before_torch_2_8(tmp_path: Path) -> None:
    """The layout of torch/export/__init__.py: a state dict in the archive."""
    module = network(LAYERS[5])
    inner = io.BytesIO()
    torch.save(module.state_dict(), inner)
    path = tmp_path / "old.pt2"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("version", "8.2")
        archive.writestr("serialized_exported_program.json", json.dumps({"graph_module": {}}))
        archive.writestr("serialized_state_dict.pt", inner.getvalue())
        archive.writestr("serialized_constants.pt", b"")
    model = read_path(path)
    assert model.format == "torch export"
    assert parameters(model) == state_count(module)
    assert len(model.layers) == 3
