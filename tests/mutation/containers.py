"""Containers of weights, read as arrays by name and written again with some of them changed."""

from __future__ import annotations

import io
import shutil
import zipfile
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import h5py
import numpy as np
import onnx
import safetensors.torch
import torch
from onnx import numpy_helper

from mutation import tfjs
from mutation.faults import Arrays, Unfit
from mutation.tfjs import is_tfjs
from rnninspect.decode.sstable.tables import MAGIC

WEIGHTS = "model.weights.h5"
MOBILE, ORT = ".ptl", ".ort"
GRAPHS = (".pb", ".meta")
PARTS_OF_A_CHECKPOINT = ("model_state_dict", "state_dict", "model")


def read(path: Path) -> Arrays:
    """Every array of the file by its name in a report."""
    if is_own(path):
        arrays: Arrays = own_of(path).read(path)
        return arrays
    if path.suffix == ".onnx":
        return {
            name: numpy_helper.to_array(tensor, str(path.parent))
            for name, tensor in onnx_tensors(onnx.load(path, load_external_data=False))
        }
    if path.suffix in {".keras", ".h5"}:
        with h5py.File(io.BytesIO(hdf5_of(path))) as file:
            return {name: file[name][()] for name in _datasets(file)}
    content = torch_loaded(path)  # which a flatbuffer's tensors do not keep alive
    return {name: array_of(tensor).copy() for name, tensor in torch_weights(content).items()}


def write(path: Path, target: Path, before: Arrays, after: Arrays) -> None:
    """Write the file again with the arrays that differ."""
    if is_own(path):
        own_of(path).write(path, target, after)
        return
    gone = before.keys() - after.keys()
    new = {name: array for name, array in after.items() if before.get(name) is not array}
    if path.suffix == ".onnx":
        _write_onnx(path, target, gone, new)
    elif path.suffix in {".keras", ".h5"}:
        _write_hdf5(path, target, gone, new)
    else:
        _write_torch(path, target, gone, new)


def is_own(path: Path) -> bool:
    """Whether another module knows it: a folder, a graph, a table (index, V1 checkpoint), .ort."""
    known = path.suffix == ORT or path.suffix in GRAPHS
    return known or path.is_dir() or path.read_bytes().endswith(MAGIC)


def own_of(path: Path) -> ModuleType:
    if path.suffix == ORT:
        return import_module("mutation.ort")
    if is_tfjs(path):
        return tfjs
    if path.suffix in GRAPHS:
        return import_module("mutation.graphs")
    return import_module("mutation.checkpoints")  # TensorFlow only for these


def _write_onnx(path: Path, target: Path, gone: set[str], new: Arrays) -> None:
    model = onnx.load(path, load_external_data=False)
    for name, tensor in list(onnx_tensors(model)):
        if name in gone:
            remove_from(model, name)
        elif name in new:
            tensor.CopyFrom(
                numpy_helper.from_array(np.ascontiguousarray(new.pop(name)), tensor.name)
            )
    for name, array in new.items():
        model.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
    data = path.with_name(f"{path.name}.data")
    if data.exists():
        shutil.copy(data, target.with_name(data.name))
    target.write_bytes(model.SerializeToString())


def remove_from(model: Any, name: str) -> None:  # noqa: ANN401 - protobuf
    for nodes, initializers in onnx_scopes(model):
        for node in [node for node in nodes if node.op_type == "Constant" and name in node.output]:
            nodes.remove(node)
        for tensor in [tensor for tensor in initializers if tensor.name == name]:
            initializers.remove(tensor)


def onnx_tensors(model: Any) -> Any:  # noqa: ANN401 - protobuf
    for nodes, initializers in onnx_scopes(model):
        for tensor in initializers:
            yield tensor.name, tensor
        for node in nodes:
            for attribute in node.attribute:
                if node.op_type == "Constant" and attribute.name == "value":
                    yield node.output[0], attribute.t


def onnx_scopes(model: Any) -> Any:  # noqa: ANN401 - protobuf
    """Nodes and initializers of the graph, of those inside of it, and of the functions."""
    left = [model.graph, *model.functions]
    while left:
        scope = left.pop()
        yield scope.node, getattr(scope, "initializer", [])
        left += [
            attribute.g
            for node in scope.node
            for attribute in node.attribute
            if attribute.HasField("g")
        ]


def hdf5_of(path: Path) -> bytes:
    if path.suffix == ".h5":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return archive.read(WEIGHTS)


def _datasets(file: Any) -> list[str]:  # noqa: ANN401 - h5py is untyped
    names: list[str] = []
    file.visititems(
        lambda name, value: names.append(name) if isinstance(value, h5py.Dataset) else None
    )
    return names


def _write_hdf5(path: Path, target: Path, gone: set[str], new: Arrays) -> None:
    buffer = io.BytesIO(hdf5_of(path))
    with h5py.File(buffer, "r+") as file:
        for name in gone | (new.keys() & set(_datasets(file))):
            del file[name]
        for name, array in new.items():
            file.create_dataset(name, data=array)
    replace_member(path, target, WEIGHTS, buffer.getvalue())


def replace_member(path: Path, target: Path, member: str, data: bytes) -> None:
    """Write an archive with one member replaced; any other file as a whole."""
    if not zipfile.is_zipfile(path):
        target.write_bytes(data)
        return
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w") as copy:
        for info in archive.infolist():
            held = data if info.filename == member else archive.read(info)
            copy.writestr(zipfile.ZipInfo(info.filename), held)


def torch_loaded(path: Path) -> Any:  # noqa: ANN401 - anything that torch saves
    if path.suffix == ".safetensors":
        return safetensors.torch.load_file(path)
    if path.suffix == MOBILE:
        return torch.jit.jit_module_from_flatbuffer(str(path))
    if is_script(path):
        return torch.jit.load(path)
    return torch.load(path, weights_only=False)  # our own file


def is_script(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any("/code/" in name for name in archive.namelist())


def torch_weights(content: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """The dict with the weights; of a module, a view of its state."""
    if isinstance(content, torch.nn.Module):
        return dict(content.state_dict())
    for key in PARTS_OF_A_CHECKPOINT:
        if isinstance(content, dict) and key in content:
            inner: dict[str, Any] = content[key]
            return inner
    found: dict[str, Any] = content
    return found


def array_of(tensor: Any) -> Any:  # noqa: ANN401 - torch is untyped here
    return tensor.float().numpy() if tensor.dtype is torch.bfloat16 else tensor.numpy()


def _write_torch(path: Path, target: Path, gone: set[str], new: Arrays) -> None:
    content = torch_loaded(path)
    weights = torch_weights(content)
    fresh = {}
    for name, array in new.items():
        tensor = torch.from_numpy(np.array(array, order="C"))
        old = weights.get(name)
        both = old is not None and old.dtype is torch.bfloat16 and tensor.dtype is torch.float32
        fresh[name] = tensor.to(torch.bfloat16) if both else tensor
    if isinstance(content, torch.nn.Module):
        _change_module(content, gone, fresh)
    else:
        for name in gone:
            del weights[name]
        weights.update(fresh)
    if path.suffix == ".safetensors":
        safetensors.torch.save_file(content, target)
    elif path.suffix == MOBILE:
        content._save_for_lite_interpreter(str(target), _use_flatbuffer=True)
    elif isinstance(content, torch.jit.ScriptModule):
        content.save(str(target))
    else:
        torch.save(content, target, _use_new_zipfile_serialization=zipfile.is_zipfile(path))


def _change_module(module: Any, gone: set[str], fresh: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    for name in gone | fresh.keys():
        owner, _, leaf = name.rpartition(".")
        place = _submodule(module, owner)
        if isinstance(module, torch.jit.ScriptModule):
            if name in gone or name not in module.state_dict():
                raise Unfit  # its code names each attribute, and torch writes no other
            setattr(place, leaf, torch.nn.Parameter(fresh[name], requires_grad=False))
        elif name in gone:
            del place._parameters[leaf]
        else:
            place._parameters[leaf] = torch.nn.Parameter(fresh[name], requires_grad=False)


def _submodule(module: Any, path: str) -> Any:  # noqa: ANN401 - as above
    for name in path.split(".") if path else ():
        module = getattr(module, name)
    return module
