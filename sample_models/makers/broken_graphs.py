"""Graphs of operations with one fault each, made from the intact ones."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from makers.graph_samples import FROZEN, FUSED, META
from makers.records import Broken
from makers.tensorflow_samples import shard_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

v1 = tf.compat.v1
LOWER = "rnn/multi_rnn_cell/cell_0/basic_lstm_cell"


def _changed(change: Callable[[Any], None]) -> Callable[[Path, Path], None]:
    """Write the graph again after a change of its nodes."""

    def make(source: Path, target: Path) -> None:
        graph = v1.GraphDef.FromString(source.read_bytes())
        change(graph)
        target.write_bytes(graph.SerializeToString(deterministic=True))

    return make


def _node(graph: Any, name: str) -> Any:  # noqa: ANN401 - TensorFlow is untyped
    return next(node for node in graph.node if node.name == name)


def _shorter(name: str, axis: int) -> Callable[[Any], None]:
    """A constant with one element less along an axis."""

    def change(graph: Any) -> None:  # noqa: ANN401
        tensor = _node(graph, name).attr["value"].tensor
        array = tf.make_ndarray(tensor)
        kept = np.take(array, range(array.shape[axis] - 1), axis)
        tensor.CopyFrom(tf.make_tensor_proto(kept))

    return change


def _cut(name: str) -> Callable[[Any], None]:
    def change(graph: Any) -> None:  # noqa: ANN401
        tensor = _node(graph, name).attr["value"].tensor
        tensor.tensor_content = tensor.tensor_content[:-4]

    return change


def _without(name: str) -> Callable[[Any], None]:
    def change(graph: Any) -> None:  # noqa: ANN401
        graph.node.remove(_node(graph, name))

    return change


def _short_shard(source: Path, target: Path) -> None:
    shutil.copy(source, target)
    index, other = source.with_suffix(".index"), target.with_suffix(".index")
    shutil.copy(index, other)
    data = source.with_name(shard_of(index)).read_bytes()
    target.with_name(shard_of(other)).write_bytes(data[:-4])


BROKEN = (
    Broken(
        "broken/short_content.pb",
        FROZEN,
        "the content of the lower LSTM's kernel ends four bytes early",
        "R201",
        _changed(_cut(f"{LOWER}/kernel")),
        layer="rnn/0",
        tensor=f"{LOWER}/kernel",
    ),
    Broken(
        "broken/no_bias_node.pb",
        FROZEN,
        "the node of the lower LSTM's bias is gone, which another reads",
        "R211",
        _changed(_without(f"{LOWER}/bias")),
        tensor=f"{LOWER}/bias",
        also=("R102",),
    ),
    Broken(
        "broken/narrow_kernel.pb",
        FROZEN,
        "a column of the lower LSTM's kernel is gone",
        "R101",
        _changed(_shorter(f"{LOWER}/kernel", 1)),
        layer="rnn/0",
        tensor=f"{LOWER}/kernel",
    ),
    Broken(
        "broken/fused_kernel.pb",
        FUSED,
        "a row of the kernel is gone, which the operator needs for its inputs",
        "R101",
        _changed(_shorter("decoder/kernel", 0)),
        layer="decoder/LSTMBlockCell",
        tensor="decoder/kernel",
    ),
    Broken(
        "broken/short_looped.ckpt.meta",
        META,
        "the shard of its checkpoint ends four bytes early",
        "R201",
        _short_shard,
        companions=(
            "broken/short_looped.ckpt.index",
            "broken/short_looped.ckpt.data-00000-of-00001",
        ),
    ),
)
