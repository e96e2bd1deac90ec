"""Every container with every layer, written by torch itself and held against torch's own counts."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file, save_model
from torch import nn
from torch.package import PackageExporter

from making.torch.networks import LAYERS, Tagger, network, recurrent_count, state_count
from making.torch.pickles import parameters, read_path
from rnninspect.counter import count_layers
from rnninspect.model import Fact, Origin, Purpose, SavedModel
from rnninspect.rules import Level, check

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
]

Module = Any
Writer = Callable[[Module, Path], Path]


def save(value: object, path: Path, **options: object) -> Path:
    torch.save(value, path, **options)
    return path


def legacy(value: object, path: Path, protocol: int = 2) -> Path:
    return save(value, path, _use_new_zipfile_serialization=False, pickle_protocol=protocol)


def dumped(value: object, path: Path, protocol: int) -> Path:
    path.write_bytes(pickle.dumps(value, protocol))
    return path


def zipped(inner: Path) -> Path:
    path = inner.with_suffix(".gz")
    path.write_bytes(gzip.compress(inner.read_bytes()))
    return path


def in_tar(inner: Path) -> Path:
    """What AllenNLP calls an archive: configuration, vocabulary, weights."""
    path = inner.with_suffix(".tar.gz")
    with tarfile.open(path, "w:gz") as archive:
        for name, data in {
            "config.json": b"{}",
            "weights.th": inner.read_bytes(),
            "vocabulary/tokens.txt": b"a\n",
        }.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def package(module: Module, path: Path) -> Path:
    with PackageExporter(str(path)) as exporter:
        exporter.extern("torch.**")
        exporter.save_pickle("model", "model.pkl", module)
    return path


def safetensors(module: Module, path: Path) -> Path:
    save_file(module.state_dict(), path)
    return path


def shards(module: Module, folder: Path, ending: str) -> Path:
    """A folder with an index, every second tensor in the other shard."""
    folder.mkdir()
    tensors = list(module.state_dict().items())
    places: dict[str, str] = {}
    for number in range(2):
        label = f"part-{number + 1:05}-of-00002.{ending}"
        part = dict(tensors[number::2])
        places |= dict.fromkeys(part, label)
        if ending == "safetensors":
            save_file(part, folder / label)
        else:
            torch.save(part, folder / label)
    stem = "model.safetensors" if ending == "safetensors" else "pytorch_model.bin"
    (folder / f"{stem}.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))
    return folder


def distributed(module: Module, folder: Path) -> Path:
    from torch.distributed import checkpoint

    checkpoint.save({"model": module.state_dict()}, checkpoint_id=folder, no_dist=True)
    return folder


def with_protocol(
    write: Callable[[object, Path, int], Path], protocol: int
) -> Callable[[Module, Path], Path]:
    return lambda module, path: write(module.state_dict(), path, protocol)


def save_by(value: object, path: Path, protocol: int) -> Path:
    return save(value, path, pickle_protocol=protocol)


WRITERS: dict[str, Writer] = {
    **{f"zip, protocol {number}": with_protocol(save_by, number) for number in (2, 3, 4, 5)},
    **{f"legacy, protocol {number}": with_protocol(legacy, number) for number in (2, 4)},
    **{f"pickle, protocol {number}": with_protocol(dumped, number) for number in range(6)},
    "zip of a module": save,
    "legacy of a module": legacy,
    "pickle of a module": lambda module, path: dumped(module, path, 4),
    "package": package,
    "safetensors": safetensors,
    "gzip": lambda module, path: zipped(save(module.state_dict(), path)),
    "gzip of legacy": lambda module, path: zipped(legacy(module.state_dict(), path)),
    "tar and gzip": lambda module, path: in_tar(legacy(module.state_dict(), path)),
    "shards of safetensors": lambda module, path: shards(module, path, "safetensors"),
    "shards of pickles": lambda module, path: shards(module, path, "bin"),
    "distributed": distributed,
}
DECLARING = ("zip of a module", "legacy of a module", "pickle of a module", "package")


def errors(model: SavedModel) -> list[str]:
    found = check(model, count_layers(model.layers))
    return [finding.message for finding in found if finding.level is Level.ERROR]


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
    assert errors(model) == []
    declares = Origin.DECLARED if container in DECLARING else Origin.INFERRED
    assert {layer.layer.origin for layer in counted} == {declares}
    assert next(layer.layer.sizes.input_size for layer in counted) == case[1][0]
    assert {layer.layer.sizes.hidden_size for layer in counted} == {case[1][1]}


@pytest.mark.parametrize("container", ["zip of a module", "legacy of a module"])
def test_all_kinds_in_one_module(container: str, tmp_path: Path) -> None:
    module = Tagger()
    model = read_path(WRITERS[container](module, tmp_path / "model.pt"))
    assert sum(layer.stored for layer in count_layers(model.layers)) == recurrent_count(module)
    assert parameters(model) == state_count(module)
    states = {held.name for held in model.tensors if held.purpose is Purpose.STATE}
    assert {"passing", "loose"} <= states
    code = [note.detail for note in model.observations if note.fact is Fact.CODE]
    assert code == [f"{Tagger.__module__}.Tagger"]


def test_tied_layers_in_every_form(tmp_path: Path) -> None:
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
def test_types_of_elements(dtype: str, tmp_path: Path) -> None:
    module = network(LAYERS[2])
    state = {name: value.to(getattr(torch, dtype)) for name, value in module.state_dict().items()}
    for path in (
        save(state, tmp_path / "state.pt"),
        legacy(state, tmp_path / "legacy.pt"),
        safetensors_of(state, tmp_path / "state.safetensors"),
    ):
        model = read_path(path)
        assert {held.dtype for held in model.tensors} == {dtype}
        size = getattr(torch, dtype).itemsize
        assert all(held.bytes == held.parameters * size for held in model.tensors)
        assert errors(model) == []


def safetensors_of(state: dict[str, Any], path: Path) -> Path:
    save_file(state, path)
    return path


def test_tensors_without_elements(tmp_path: Path) -> None:
    module = network(LAYERS[2]).to("meta")
    model = read_path(save(module.state_dict(), tmp_path / "meta.pt"))
    assert parameters(model) == state_count(module)
    assert {held.bytes for held in model.tensors} == {0}
    assert any("meta tensors" in note.detail for note in model.observations)


def test_sparse_tensors_count_as_torch_counts_them(tmp_path: Path) -> None:
    dense = torch.eye(6)
    state = {"coo": dense.to_sparse(), "csr": dense.to_sparse_csr()}
    model = read_path(save(state, tmp_path / "sparse.pt"))
    assert [held.shape for held in model.tensors] == [(6, 6), (6, 6)]
    assert all(held.bytes > 0 for held in model.tensors)


def test_checksums_are_not_asked_for(tmp_path: Path) -> None:
    module = network(LAYERS[2])
    torch.serialization.set_crc32_options(False)
    try:
        path = save(module.state_dict(), tmp_path / "unchecked.pt")
    finally:
        torch.serialization.set_crc32_options(True)
    assert errors(read_path(path)) == []


def test_storages_that_were_left_out_are_holes(tmp_path: Path) -> None:
    with torch.serialization.skip_data():
        path = save(network(LAYERS[2]).state_dict(), tmp_path / "holes.pt")
    assert errors(read_path(path)) == []


def test_two_saves_in_one_legacy_file(tmp_path: Path) -> None:
    path = tmp_path / "two.pt"
    with path.open("wb") as file:
        for case in LAYERS[1:3]:
            state = network(case).state_dict()
            torch.save(state, file, _use_new_zipfile_serialization=False)
    model = read_path(path)
    assert [layer.cell for layer in model.layers] == ["GRU"]
    assert any("after the last storage" in note.detail for note in model.observations)


def test_an_optimizer_and_a_network_of_torch(tmp_path: Path) -> None:
    module = network(LAYERS[2])
    optimizer = torch.optim.Adam(module.parameters())
    module["rnn"](torch.zeros(2, 1, 5))[0].sum().backward()
    optimizer.step()
    states = sum(value.numel() for held in optimizer.state.values() for value in held.values())
    for value in ({"model": module.state_dict(), "optimizer": optimizer.state_dict()},):
        model = read_path(save(value, tmp_path / "both.pt"))
        assert parameters(model) == state_count(module)
    alone = read_path(save(optimizer.state_dict(), tmp_path / "alone.pt"))
    assert (parameters(alone), alone.layers) == (0, ())
    assert sum(held.parameters for held in alone.tensors) == states


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


def test_the_old_tar_archive(tmp_path: Path) -> None:
    """Torch reads this container still, and writes it no more: made by hand, checked by torch."""
    state = network(LAYERS[2])["rnn"].state_dict()
    path = written(tmp_path / "old.pt", tar_era(state))
    assert state.keys() == torch.load(path, weights_only=False).keys()
    model = read_path(path)
    assert model.format == "pytorch tar"
    assert [(layer.cell, layer.sizes.input_size) for layer in model.layers] == [("LSTM", 5)]
    assert parameters(model) == sum(value.numel() for value in state.values())
    assert errors(model) == []


def test_a_module_of_torch_0_1(tmp_path: Path) -> None:
    """Its parameters are made without arguments, and then given their tensor as part of a state."""
    state = network(LAYERS[2])["rnn"].state_dict()

    def module(named: dict[str, Numbered]) -> nn.Module:
        made = nn.LSTM(5, 4)
        made.__dict__["_parameters"] = {name: Early(number) for name, number in named.items()}
        made.__dict__["_flat_weights"] = []
        return made

    model = read_path(written(tmp_path / "old.pt", tar_era(state, module)))
    assert [layer.cell for layer in model.layers] == ["LSTM"]
    assert parameters(model) == sum(value.numel() for value in state.values())
    assert errors(model) == []


class Early:
    """Pickles as a parameter of torch 0.1."""

    def __init__(self, data: Numbered) -> None:
        self.data = data

    def __reduce__(self) -> tuple[object, ...]:
        return nn.Parameter, (), (self.data, None, None, True, False)


def written(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def tar_era(
    state: dict[str, Any], value_of: Callable[[dict[str, Any]], Any] = dict
) -> dict[str, bytes]:
    """The four members that torch 0.1 wrote; `value_of` makes what was saved from named tensors."""
    storages, tensors = pickle.dumps(len(state), 2), pickle.dumps(len(state), 2)
    value = io.BytesIO()

    class Naming(pickle.Pickler):
        def persistent_id(self, given: object) -> str | None:
            return given.number if isinstance(given, Numbered) else None

    named = {}
    for number, (name, tensor) in enumerate(state.items(), start=1):
        storages += pickle.dumps((number + 100, "cpu", torch.FloatStorage), 2)
        storages += tensor.numel().to_bytes(8, "little") + tensor.numpy().tobytes()
        tensors += pickle.dumps((number, number + 100, torch.FloatTensor), 2)
        numbers = (*tensor.shape, *tensor.stride(), 0)
        tensors += tensor.dim().to_bytes(8, "little")
        tensors += b"".join(given.to_bytes(8, "little") for given in numbers)
        named[name] = Numbered(str(number))
    Naming(value, 2).dump(value_of(named))
    return {
        "sys_info": pickle.dumps({"protocol_version": 1000, "little_endian": True}, 2),
        "storages": storages + pickle.dumps([], 2),
        "tensors": tensors,
        "pickle": value.getvalue(),
    }


class Numbered:
    """Stands for a tensor that is pickled by its number."""

    def __init__(self, number: str) -> None:
        self.number = number


def test_an_export_of_before_torch_2_8(tmp_path: Path) -> None:
    """Its layout, as torch/export/__init__.py wrote it: a state dict inside of the archive."""
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
