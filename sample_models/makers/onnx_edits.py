"""Edits of ONNX samples: what the recipes of broken files are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import numpy_helper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[[Path, Path], None]

LSTM = "onnx/basic_lstm.onnx"  # 5 inputs, 3 units: W [1, 12, 5], R [1, 12, 3], B [1, 24]
GRU = "onnx/bidirectional_gru.onnx"  # 6 inputs, 4 units: W [2, 12, 6], R [2, 12, 4], B [2, 24]
PEEPHOLES = "onnx/peephole_lstm.onnx"  # 4 inputs, 3 units: P [2, 9]
EXTERNAL = "onnx/external_lstm.onnx"


def edit(*changes: Callable[[onnx.GraphProto], None]) -> Make:
    """Write the model again with its graph changed."""

    def make(source: Path, target: Path) -> None:
        model = onnx.load(source, load_external_data=False)
        for change in changes:
            change(model.graph)
        target.write_bytes(model.SerializeToString(deterministic=True))

    return make


def tensor(graph: onnx.GraphProto, name: str) -> onnx.TensorProto:
    """An initializer by its name."""
    return next(stored for stored in graph.initializer if stored.name == name)


def array(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[..., None]:
    """Another array in an initializer's place."""

    def change_graph(graph: onnx.GraphProto) -> None:
        stored = tensor(graph, name)
        changed = np.ascontiguousarray(change(numpy_helper.to_array(stored)))
        stored.CopyFrom(numpy_helper.from_array(changed, name))

    return change_graph


def attribute(name: str, value: object) -> Callable[..., None]:
    """Another value of one attribute of the recurrent node; None leaves the attribute out."""

    def change_graph(graph: onnx.GraphProto) -> None:
        node = graph.node[0]
        kept = [attribute for attribute in node.attribute if attribute.name != name]
        del node.attribute[:]
        made = [] if value is None else [onnx.helper.make_attribute(name, value)]
        node.attribute.extend([*kept, *made])

    return change_graph
