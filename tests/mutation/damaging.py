"""Files written again with a fault that is not in their arrays: declared sizes, payloads, twins."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import h5py
import onnx
import torch

from mutation.containers import (
    ORT,
    WEIGHTS,
    hdf5_of,
    is_own,
    onnx_scopes,
    onnx_tensors,
    own_of,
    read,
    replace_member,
    torch_loaded,
    write,
)
from mutation.faults import Unfit


def declare_other_size(path: Path, target: Path, name: str) -> None:
    """Write the file again with one hidden unit more declared for the layer."""
    if is_own(path):
        own_of(path).declare_other_size(path, target, lambda config: _declare_keras(config, name))
    elif path.suffix == ".onnx":
        _declare_onnx(path, target, name)
    elif path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
        _declare_keras(config, name)
        replace_member(path, target, "config.json", json.dumps(config).encode())
    elif path.suffix == ".h5":
        shutil.copy(path, target)
        with h5py.File(target, "r+") as file:
            if "model_config" not in file.attrs:
                raise Unfit
            config = json.loads(file.attrs["model_config"])
            _declare_keras(config, name)
            file.attrs["model_config"] = json.dumps(config)
    else:
        _declare_torch(path, target, name)


def _declare_onnx(path: Path, target: Path, name: str) -> None:
    model = onnx.load(path, load_external_data=False)
    for nodes, _ in onnx_scopes(model):
        for node in nodes:
            for attribute in node.attribute:
                if attribute.name == "hidden_size" and name.endswith(node.name):
                    attribute.i += 1
    data = path.with_name(f"{path.name}.data")
    if data.exists():
        shutil.copy(data, target.with_name(data.name))
    target.write_bytes(model.SerializeToString())


def _declare_keras(config: Any, name: str) -> None:  # noqa: ANN401 - JSON
    """Give the units (or filters) of the named layer, or of a cell of its own name, one more."""
    *_, last = parts = name.split("/")
    found = [inner for inner in _configs(config) if inner.get("name") in parts]
    if last == "backward":  # Keras names it after the layer it is copied from
        found = [inner["backward_layer"] for inner in found if inner.get("backward_layer")]
    for inner in (item for outer in reversed(found) for item in _configs(outer)):
        for key in ("units", "filters"):
            if key in inner:
                inner[key] += 1
                return
    raise Unfit


def _configs(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        if "name" in value or "units" in value:
            yield value
        for inner in value.values():
            yield from _configs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _configs(inner)


def _declare_torch(path: Path, target: Path, name: str) -> None:
    content = torch_loaded(path)
    if not isinstance(content, torch.nn.Module) or isinstance(content, torch.jit.ScriptModule):
        raise Unfit
    content.get_submodule(name.partition("[")[0]).hidden_size += 1
    torch.save(content, target)


def cut_payload(path: Path, target: Path, name: str) -> None:
    """Write the file again with too few bytes for a tensor."""
    if is_own(path):
        own_of(path).cut_payload(path, target)
    elif path.suffix == ".onnx":
        _cut_onnx(path, target, name)
    elif path.suffix == ".keras":
        replace_member(path, target, WEIGHTS, hdf5_of(path)[:-64])
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            records = [item for item in archive.infolist() if "/data/" in item.filename]
            largest = max(records, key=lambda item: item.file_size)
            data = archive.read(largest)[:-4]
        replace_member(path, target, largest.filename, data)
    else:
        target.write_bytes(path.read_bytes()[: -64 if path.suffix == ".h5" else -4])


def _cut_onnx(path: Path, target: Path, name: str) -> None:
    data = path.with_name(f"{path.name}.data")
    if data.exists():
        shutil.copy(path, target)
        target.with_name(data.name).write_bytes(data.read_bytes()[:-128])
        return
    model = onnx.load(path)
    tensor = dict(onnx_tensors(model))[name]
    if not tensor.raw_data:
        raise Unfit
    tensor.raw_data = tensor.raw_data[:-4]
    target.write_bytes(model.SerializeToString())


def double(path: Path, target: Path, name: str) -> frozenset[str]:
    """Write the file again with one of the layer's tensors twice; the rules that may find it."""
    before = read(path)
    if path.suffix == ".onnx":
        model = onnx.load(path, load_external_data=False)
        owner = [held for _, held in onnx_scopes(model) if any(item.name == name for item in held)]
        if not owner:
            raise Unfit
        owner[0].append(next(item for item in owner[0] if item.name == name))
        data = path.with_name(f"{path.name}.data")
        if data.exists():
            shutil.copy(data, target.with_name(data.name))
        target.write_bytes(model.SerializeToString())
        return frozenset({"R209"})
    if path.suffix == ORT:
        raise Unfit  # a tensor that nothing reads is none of a layer's
    if is_own(path):
        write(path, target, before, before | {f"{name}_2": before[name].copy()})
        return frozenset({"R102", "R103", "R106", "R401"})  # it is reported as a cell of its own
    if path.suffix in {".keras", ".h5"}:
        folder, _, leaf = name.rpartition("/")
        beside = sum(1 for other in before if other.rpartition("/")[0] == folder)
        twin = f"{folder}/{beside if leaf.isdecimal() else leaf + '_2'}"
        write(path, target, before, before | {twin: before[name].copy()})
        return frozenset({"R103", "R106"})
    stem, mark, _ = name.rpartition("_l")
    if not mark:
        raise Unfit
    write(path, target, before, before | {f"{stem}_l9": before[name].copy()})
    return frozenset({"R102", "R103", "R109"})
