"""The ONNX model of many tensors in other forms, which `hundred_thousand` alone measures."""

from __future__ import annotations

import math
from pathlib import Path

import onnx
from onnx.external_data_helper import set_external_data

from .models import make_onnx


def make_external(path: Path, size: str) -> None:
    """An LSTM and other tensors whose numbers are in another file, as in exports above 2 GB."""
    make_onnx(path, size)
    model, offset = onnx.load(path, load_external_data=False), 0
    for tensor in model.graph.initializer:
        length = 4 * math.prod(tensor.dims)
        set_external_data(tensor, f"{path.name}.data", offset, length)
        tensor.ClearField("raw_data")
        offset += length
    path.write_bytes(model.SerializeToString())
    with path.with_name(f"{path.name}.data").open("wb") as file:
        file.truncate(offset)


def make_constants(path: Path, size: str) -> None:
    """An LSTM and other tensors, all of them the values of Constant nodes."""
    make_onnx(path, size)
    model = onnx.load(path)
    nodes = [
        onnx.helper.make_node("Constant", [], [tensor.name], name=f"Constant_{at}", value=tensor)
        for at, tensor in enumerate(model.graph.initializer)
    ]
    nodes += model.graph.node
    model.graph.ClearField("initializer")
    model.graph.ClearField("node")
    model.graph.node.extend(nodes)
    path.write_bytes(model.SerializeToString())
