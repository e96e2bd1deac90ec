"""Turns a frozen graph of TensorFlow into a graph model of TensorFlow.js.

As the converter does: what constants contain goes into the shards, of 64 bits as 32, and the graph
is written as JSON by Protocol Buffers itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]

from making.tensorflow.tfjs import group, weight, write_model

EMPTIED = ("tensor_content", "half_val", "float_val", "double_val", "int_val", "int64_val")
NARROW = {"float64": "float32", "int64": "int32"}
TYPES = ("float32", "int32", "bool")


def graph_model(frozen: Path, folder: Path, stored: str = "", shard: int = 2**22) -> Path:
    """A folder with the graph of a `.pb`; `stored` is the type that real numbers are kept in."""
    graph = tf.compat.v1.GraphDef.FromString(frozen.read_bytes())
    weights, data = [], b""
    nodes = [*graph.node, *(node for each in graph.library.function for node in each.node_def)]
    for node in nodes:
        if node.op == "Const":
            entry, content = _emptied(node, stored)
            if entry is not None:
                weights.append(entry)
                data += content
    count = max(1, -(-len(data) // shard))
    paths = [f"group1-shard{at + 1}of{count}.bin" for at in range(count)]
    path = write_model(
        folder, MessageToDict(graph), group(weights, *paths), shard=shard, format="graph-model"
    )
    for at, name in enumerate(paths):
        (folder / name).write_bytes(data[at * shard : (at + 1) * shard])
    return path


def _emptied(node: Any, stored: str) -> tuple[dict[str, Any] | None, bytes]:  # noqa: ANN401 - protobuf
    """The manifest's entry of a constant, which loses its content, and the content."""
    tensor = node.attr["value"].tensor
    array = tf.make_ndarray(tensor)
    array = array.astype(NARROW.get(str(array.dtype), array.dtype))
    if str(array.dtype) not in TYPES:
        return None, b""
    for name in (*EMPTIED, "bool_val"):
        tensor.ClearField(name)
    kept = stored if array.dtype == np.float32 else ""
    entry = weight(node.name, *array.shape, dtype=str(array.dtype), stored=kept)
    if kept in ("uint8", "uint16"):
        least = float(array.min()) if array.size else 0.0
        scale = (float(array.max()) - least) / np.iinfo(kept).max if array.size else 0.0
        entry["quantization"] |= {"min": least, "scale": scale or 1.0}
        return entry, np.round((array - least) / (scale or 1.0)).astype(kept).tobytes()
    return entry, array.astype(kept or array.dtype).tobytes()
