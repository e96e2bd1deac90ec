"""SavedModels read as arrays by name and written again with some of them changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf import trackable_object_graph_pb2

from mutation.faults import Arrays

OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH"
PREFIX = Path("variables", "variables")


def read(path: Path) -> Arrays:
    """Every array by the name of its variable, or by its key where no variable has it."""
    reader, names = _opened(path)
    return {names.get(key, key): reader.get_tensor(key) for key in _keys(reader)}


def write(path: Path, target: Path, before: Arrays, after: Arrays) -> None:
    """Write the folder again with the arrays that are in `after`."""
    reader, names = _opened(path)
    keys = {name: key for key, name in names.items()}
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(path, target)
    held = {
        keys.get(name, name): array for name, array in (before | after).items() if name in after
    }
    held[OBJECTS] = reader.get_tensor(OBJECTS)
    tf.raw_ops.SaveV2(
        prefix=str(target / PREFIX),
        tensor_names=list(held),
        shape_and_slices=[""] * len(held),
        tensors=[tf.constant(array) for array in held.values()],
    )
    for part in (target / PREFIX.parent).glob("*_temp*"):
        part.unlink()


def cut_payload(path: Path, target: Path) -> None:
    """Write the folder again with too few bytes of weights."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(path, target)
    (data,) = (target / PREFIX.parent).glob("*.data-*")
    data.write_bytes(data.read_bytes()[:-64])


def _opened(path: Path) -> tuple[Any, dict[str, str]]:
    """The checkpoint inside, and the variables' names by its keys."""
    reader = tf.train.load_checkpoint(str(path / PREFIX))
    graph = trackable_object_graph_pb2.TrackableObjectGraph.FromString(reader.get_tensor(OBJECTS))
    values = (value for node in graph.nodes for value in node.attributes)
    return reader, {value.checkpoint_key: value.full_name for value in values if value.full_name}


def _keys(reader: Any) -> list[str]:  # noqa: ANN401 - TensorFlow is untyped
    return [key for key in reader.get_variable_to_shape_map() if key != OBJECTS]
