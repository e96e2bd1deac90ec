"""Containers of torch, as functions from a module to the path that they write."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch.package import PackageExporter

from rnninspect.counter import count_layers
from rnninspect.model import SavedModel
from rnninspect.rules import Level, check

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
    """An archive of AllenNLP: configuration, weights, vocabulary."""
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
    """A folder with an index and two shards with alternating tensors."""
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


def error_messages(model: SavedModel) -> list[str]:
    found = check(model, count_layers(model.layers))
    return [finding.message for finding in found if finding.level is Level.ERROR]


def safetensors_of(state: dict[str, Any], path: Path) -> Path:
    save_file(state, path)
    return path
