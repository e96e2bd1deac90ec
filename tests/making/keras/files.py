"""Writes files as Keras does, from a configuration and from shapes, without Keras."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import h5py
import numpy as np

Shapes = Mapping[str, tuple[int, ...] | np.ndarray]


def layer(class_name: str, **settings: object) -> dict[str, object]:
    """An entry of a configuration; `input_shape` among the settings becomes its `build_config`."""
    entry: dict[str, object] = {"class_name": class_name}
    if "input_shape" in settings:
        entry["build_config"] = {"input_shape": settings.pop("input_shape")}
    return {**entry, "config": settings}


def sequential(*layers: Mapping[str, object]) -> dict[str, object]:
    return layer("Sequential", name="sequential", layers=list(layers))


def _fill(file: h5py.File | h5py.Group, arrays: Shapes) -> None:
    for path, array in arrays.items():
        file[path] = array if isinstance(array, np.ndarray) else np.zeros(array, "f4")


def write_archive(path: Path, config: object, arrays: Shapes, version: str = "2.15.0") -> Path:
    """A `.keras` archive whose HDF5 file contains these datasets."""
    memory = BytesIO()
    with h5py.File(memory, "w") as file:
        _fill(file, arrays)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": version}))
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", memory.getvalue())
    return path


def write_weights(path: Path, arrays: Shapes) -> Path:
    """A `.weights.h5` file with these datasets."""
    with h5py.File(path, "w") as file:
        _fill(file, arrays)
    return path


def write_legacy(path: Path, config: object | None, layers: Mapping[str, Shapes]) -> Path:
    """An HDF5 file of the older format: a whole model, or weights alone without a configuration."""
    with h5py.File(path, "w") as file:
        root = file
        if config is not None:
            file.attrs["model_config"] = json.dumps(config)
            root = file.create_group("model_weights")
        root.attrs["layer_names"] = _names(list(layers))
        for name, arrays in layers.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = _names(list(arrays))
            _fill(group, arrays)
    return path


def _names(names: Sequence[str]) -> np.ndarray:
    return np.array([name.encode() for name in names] or np.zeros(0))
