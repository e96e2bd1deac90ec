"""Checkpoints of TensorFlow for the table of seeded faults, written again by TensorFlow itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import trackable_object_graph_pb2
from tf_keras.protobuf import saved_metadata_pb2

from mutation.faults import Arrays, Unfit

GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
OLD = ".ckpt-7"
METADATA = "keras_metadata.pb"


def read(path: Path) -> Arrays:
    """Every array by its name in a report."""
    held = _by_key(_prefix(path))
    names = _names(held)
    return {names.get(key, key): array for key, array in held.items() if key != GRAPH}


def write(path: Path, target: Path, after: Arrays) -> None:
    """Write the checkpoint again with these arrays; those of unknown names under their names."""
    prefix, held = _prefix(target), _by_key(_prefix(path))
    keys = {name: key for key, name in _names(held).items()}
    arrays = {keys.get(name, name): array for name, array in after.items()}
    if GRAPH in held:
        arrays[GRAPH] = held[GRAPH]
    if path.is_dir():
        shutil.copytree(path, target, dirs_exist_ok=True)
    names = sorted(arrays)
    data = [tf.constant(_contiguous(arrays[name])) for name in names]
    if path.suffix == OLD:  # of V1, the file itself
        tf.raw_ops.Save(filename=str(target), tensor_names=names, data=data)
        return
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=names,
        shape_and_slices=[""] * len(names),
        tensors=data,
    )


def cut_payload(path: Path, target: Path) -> None:
    """Copy the checkpoint with its shard a few bytes short."""
    write(path, target, read(path))
    if path.suffix == OLD:
        target.write_bytes(target.read_bytes()[:-4])
        return
    (shard,) = _prefix(target).parent.glob(f"{_prefix(target).name}.data-*")
    shard.write_bytes(shard.read_bytes()[:-4])


def declare_other_size(path: Path, target: Path, declare: Callable[[Any], None]) -> None:
    """Copy a SavedModel in whose descriptions `declare` has changed the size of a layer."""
    described = path / METADATA
    if not described.exists():
        raise Unfit
    metadata = saved_metadata_pb2.SavedMetadata.FromString(described.read_bytes())
    changed = False
    for node in metadata.nodes:
        config = json.loads(node.metadata)
        with suppress(Unfit):
            declare(config)
            node.metadata, changed = json.dumps(config), True
    if not changed:
        raise Unfit
    write(path, target, read(path))
    (target / METADATA).write_bytes(metadata.SerializeToString())


def _prefix(path: Path) -> Path:
    if path.suffix == "":
        return path / "variables/variables"
    return path if path.suffix == OLD else path.with_suffix("")


def _by_key(prefix: Path) -> Arrays:
    reader = tf.train.load_checkpoint(str(prefix))
    return {key: reader.get_tensor(key) for key in reader.get_variable_to_shape_map()}


def _names(held: Arrays) -> dict[str, str]:
    """The names of variables by their keys, of those whose name is theirs alone."""
    if GRAPH not in held:
        return {}
    graph = trackable_object_graph_pb2.TrackableObjectGraph.FromString(held[GRAPH])
    found: dict[str, list[str]] = {}
    for node in graph.nodes:
        for attribute in node.attributes:
            found.setdefault(attribute.full_name, []).append(attribute.checkpoint_key)
    return {keys[0]: name for name, keys in found.items() if len(keys) == 1 and name}


def _contiguous(array: Any) -> Any:  # noqa: ANN401 - an array, or a bare string
    return np.ascontiguousarray(array) if isinstance(array, np.ndarray) else array
