"""Every container with every layer, written by torch and compared with torch's own counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_model
from torch import nn

from making.torch.containers import DECLARING, WRITERS, error_messages, legacy, safetensors_of, save
from making.torch.networks import LAYERS, Tagger, network, recurrent_count, state_count
from making.torch.pickles import parameters, read_path
from rnninspect.counter import count_layers
from rnninspect.model import Fact, Origin, Purpose

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
]


@pytest.mark.parametrize("case", LAYERS, ids=str)
@pytest.mark.parametrize("container", sorted(WRITERS))
def test_a_container_with_a_layer(
    container: str, case: tuple[str, tuple[int, ...], dict[str, Any]], tmp_path: Path
) -> None:
    module = network(case)
    model = read_path(WRITERS[container](module, tmp_path / "model.pt"))
    counted = count_layers(model.layers)
    assert {layer.layer.cell for layer in counted} == {case[0].removesuffix("Cell")}
    assert sum(layer.expected for layer in counted) == recurrent_count(module)
    assert sum(layer.stored for layer in counted) == recurrent_count(module)
    assert parameters(model) == state_count(module)
    assert error_messages(model) == []
    declares = Origin.DECLARED if container in DECLARING else Origin.INFERRED
    assert {layer.layer.origin for layer in counted} == {declares}
    assert next(layer.layer.sizes.input_size for layer in counted) == case[1][0]
    assert {layer.layer.sizes.hidden_size for layer in counted} == {case[1][1]}


@pytest.mark.parametrize("container", ["zip of a module", "legacy of a module"])
def test_every_layer_in_one_module(container: str, tmp_path: Path) -> None:
    module = Tagger()
    model = read_path(WRITERS[container](module, tmp_path / "model.pt"))
    assert sum(layer.stored for layer in count_layers(model.layers)) == recurrent_count(module)
    assert parameters(model) == state_count(module)
    states = {stored.name for stored in model.tensors if stored.purpose is Purpose.STATE}
    assert {"passing", "unregistered"} <= states
    code = [note.detail for note in model.observations if note.fact is Fact.CODE]
    assert code == [f"{Tagger.__module__}.Tagger"]


def test_tied_layers_in_each_format(tmp_path: Path) -> None:
    layer = nn.LSTM(4, 3)
    module = nn.ModuleDict({"encoder": layer, "decoder": layer})
    torch.save(module.state_dict(), tmp_path / "state.pt")
    torch.save(module, tmp_path / "module.pt")
    save_model(module, str(tmp_path / "model.safetensors"))
    for name in ("state.pt", "module.pt", "model.safetensors"):
        model = read_path(tmp_path / name)
        (counted,) = count_layers(model.layers)
        assert {counted.layer.name, *counted.layer.also_at} == {"encoder", "decoder"}
        assert parameters(model) == counted.stored == 108


def test_a_compiled_and_a_parallel_module(tmp_path: Path) -> None:
    module = network(LAYERS[5])
    for wrapper, start in ((torch.compile, "_orig_mod."), (nn.DataParallel, "module.")):
        path = save(wrapper(module).state_dict(), tmp_path / "wrapped.pt")
        model = read_path(path)
        assert {layer.name for layer in model.layers} == {"rnn[0]", "rnn[1]", "rnn[2]"}
        assert {layer.original_name for layer in model.layers} == {f"{start}rnn"}


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "float8_e4m3fn"])
def test_element_types(dtype: str, tmp_path: Path) -> None:
    module = network(LAYERS[2])
    state = {name: value.to(getattr(torch, dtype)) for name, value in module.state_dict().items()}
    for path in (
        save(state, tmp_path / "state.pt"),
        legacy(state, tmp_path / "legacy.pt"),
        safetensors_of(state, tmp_path / "state.safetensors"),
    ):
        model = read_path(path)
        assert {stored.dtype for stored in model.tensors} == {dtype}
        size = getattr(torch, dtype).itemsize
        assert all(stored.bytes == stored.parameters * size for stored in model.tensors)
        assert error_messages(model) == []


def test_meta_tensors(tmp_path: Path) -> None:
    module = network(LAYERS[2]).to("meta")
    model = read_path(save(module.state_dict(), tmp_path / "meta.pt"))
    assert parameters(model) == state_count(module)
    assert {stored.bytes for stored in model.tensors} == {0}
    assert any("meta tensors" in note.detail for note in model.observations)


def test_sparse_tensors(tmp_path: Path) -> None:
    dense = torch.eye(6)
    state = {"coo": dense.to_sparse(), "csr": dense.to_sparse_csr()}
    model = read_path(save(state, tmp_path / "sparse.pt"))
    assert [stored.shape for stored in model.tensors] == [(6, 6), (6, 6)]
    assert all(stored.bytes > 0 for stored in model.tensors)


def test_an_archive_without_checksums(tmp_path: Path) -> None:
    module = network(LAYERS[2])
    torch.serialization.set_crc32_options(False)
    try:
        path = save(module.state_dict(), tmp_path / "unchecked.pt")
    finally:
        torch.serialization.set_crc32_options(True)
    assert error_messages(read_path(path)) == []


def test_storages_of_skip_data_have_no_fault(tmp_path: Path) -> None:
    with torch.serialization.skip_data():
        path = save(network(LAYERS[2]).state_dict(), tmp_path / "holes.pt")
    assert error_messages(read_path(path)) == []


def test_an_optimizer_and_a_network_of_torch(tmp_path: Path) -> None:
    module = network(LAYERS[2])
    optimizer = torch.optim.Adam(module.parameters())
    module["rnn"](torch.zeros(2, 1, 5))[0].sum().backward()
    optimizer.step()
    states = sum(value.numel() for state in optimizer.state.values() for value in state.values())
    for value in ({"model": module.state_dict(), "optimizer": optimizer.state_dict()},):
        model = read_path(save(value, tmp_path / "both.pt"))
        assert parameters(model) == state_count(module)
    alone = read_path(save(optimizer.state_dict(), tmp_path / "alone.pt"))
    assert (parameters(alone), alone.layers) == (0, ())
    assert sum(stored.parameters for stored in alone.tensors) == states


def test_an_averaged_network(tmp_path: Path) -> None:
    module = network(LAYERS[2])
    averaged = torch.optim.swa_utils.AveragedModel(module)
    model = read_path(save(averaged.state_dict(), tmp_path / "averaged.pt"))
    assert [(layer.name, layer.original_name) for layer in model.layers] == [("rnn", "module.rnn")]
    both = {"model": module.state_dict(), "swa_model": averaged.state_dict()}
    assert parameters(read_path(save(both, tmp_path / "both.pt"))) == state_count(module)


def test_ten_thousand_tensors(tmp_path: Path) -> None:
    state = {f"block.{index}.weight": torch.zeros(2, 3) for index in range(10_000)}
    for path in (save(state, tmp_path / "many.pt"), safetensors_of(state, tmp_path / "many.st")):
        model = read_path(path)
        assert (len(model.tensors), parameters(model)) == (10_000, 60_000)
