"""Graphs of TensorFlow for the table of seeded faults: constants, or the checkpoint beside."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from mutation import checkpoints
from mutation.faults import Arrays, Unfit

FROZEN, META = ".pb", ".meta"


def is_graph(path: Path) -> bool:
    """Whether it is a graph in a file of its own."""
    return path.suffix in (FROZEN, META) and path.is_file()


def read(path: Path) -> Arrays:
    """Every array of real numbers by its name."""
    if path.suffix == META:
        return checkpoints.read(path.with_suffix(".index"))
    return {
        node.name: tf.make_ndarray(node.attr["value"].tensor)
        for node in _graph(path).node
        if node.op == "Const" and node.attr["dtype"].type == tf.float32.as_datatype_enum
    }


def write(path: Path, target: Path, after: Arrays) -> None:
    """Write the graph again with these arrays; one that is gone leaves its readers behind."""
    if path.suffix == META:
        shutil.copy(path, target)
        checkpoints.write(path.with_suffix(".index"), target.with_suffix(".index"), after)
        return
    graph, before = _graph(path), read(path)
    for node in [node for node in graph.node if node.name in before.keys() - after.keys()]:
        graph.node.remove(node)
    known = {node.name: node for node in graph.node}
    for name, array in after.items():
        node = known.get(name) or graph.node.add(name=name, op="Const")
        same = name in before and array.dtype == before[name].dtype
        if not same or not np.array_equal(array, before[name]):
            tensor = tf.make_tensor_proto(np.ascontiguousarray(array))
            node.attr["dtype"].type = tensor.dtype
            node.attr["value"].tensor.CopyFrom(tensor)
    target.write_bytes(graph.SerializeToString())


def cut_payload(path: Path, target: Path) -> None:
    """Write the file again with the last constant, or the shard, a few bytes short."""
    if path.suffix == META:
        shutil.copy(path, target)
        checkpoints.cut_payload(path.with_suffix(".index"), target.with_suffix(".index"))
        return
    graph = _graph(path)
    known = read(path)
    last = [node for node in graph.node if node.name in known and known[node.name].size > 1][-1]
    tensor = last.attr["value"].tensor
    tensor.tensor_content = tensor.tensor_content[:-4]
    target.write_bytes(graph.SerializeToString())


def declare_other_size(path: Path, target: Path, change: Callable[[Any], None]) -> None:
    """A graph declares no size by itself."""
    del path, target, change
    raise Unfit


def _graph(path: Path) -> Any:  # noqa: ANN401 - protobuf
    return tf.compat.v1.GraphDef.FromString(path.read_bytes())
