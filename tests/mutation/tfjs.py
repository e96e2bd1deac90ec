"""Models of TensorFlow.js for the table of seeded faults, written again weight by weight."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mutation.faults import Arrays, Unfit

DOCUMENT = "model.json"


def is_tfjs(path: Path) -> bool:
    """Whether it is the folder of a model of TensorFlow.js."""
    return (path / DOCUMENT).exists()


def read(path: Path) -> Arrays:
    """Every array by its name, in the type that it is stored in."""
    (group,) = _document(path)["weightsManifest"]
    data, offset, found = b"".join((path / name).read_bytes() for name in group["paths"]), 0, {}
    for weight in group["weights"]:
        dtype = np.dtype(weight.get("quantization", weight)["dtype"])
        number = math.prod(weight["shape"])
        array = np.frombuffer(data, dtype, number, offset).reshape(weight["shape"])
        found[weight["name"]] = array
        offset += array.nbytes
    return found


def write(path: Path, target: Path, after: Arrays) -> None:
    """Write the model again with these arrays, all in the first shard."""
    document = _document(path)
    (group,) = document["weightsManifest"]
    known = {weight["name"]: weight for weight in group["weights"]}
    group["weights"] = [
        known.get(name, {"dtype": str(array.dtype)}) | {"name": name, "shape": list(array.shape)}
        for name, array in after.items()
    ]
    for name, weight in zip(after, group["weights"], strict=True):
        if str(after[name].dtype) != weight.get("quantization", weight)["dtype"]:
            raise Unfit
    group["paths"] = group["paths"][:1]
    shutil.copytree(path, target, dirs_exist_ok=True)
    data = b"".join(np.ascontiguousarray(array).tobytes() for array in after.values())
    (target / group["paths"][0]).write_bytes(data)
    (target / DOCUMENT).write_text(json.dumps(document))


def cut_payload(path: Path, target: Path) -> None:
    """Copy the model with its last shard a few bytes short."""
    shutil.copytree(path, target, dirs_exist_ok=True)
    shard = target / _document(path)["weightsManifest"][0]["paths"][-1]
    shard.write_bytes(shard.read_bytes()[:-4])


def declare_other_size(path: Path, target: Path, declare: Callable[[Any], None]) -> None:
    """Copy the model; `declare` changes the size of a layer in its configuration."""
    document = _document(path)
    declare(document["modelTopology"])
    shutil.copytree(path, target, dirs_exist_ok=True)
    (target / DOCUMENT).write_text(json.dumps(document))


def _document(path: Path) -> Any:  # noqa: ANN401 - JSON
    return json.loads((path / DOCUMENT).read_text())
