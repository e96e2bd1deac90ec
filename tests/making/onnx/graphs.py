"""Small ONNX models with recurrent nodes, built with onnx.helper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from making.onnx.weight_shapes import weight_shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

PEEPHOLE_INPUT = 7


@dataclass(frozen=True, slots=True)
class Shape:
    """A recurrent operator with its sizes: m inputs, n units, D directions."""

    operator: str = "LSTM"
    m: int = 3
    n: int = 2
    directions: int = 1
    bias: bool = True
    peepholes: bool = False

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of its weights as the operator's definition has them."""
        return weight_shapes(
            self.operator,
            self.m,
            self.n,
            self.directions,
            bias=self.bias,
            peepholes=self.peepholes,
        )

    @property
    def parameters(self) -> int:
        """Elements of all its weights, counted in arrays."""
        return sum(int(np.zeros(shape).size) for shape in self.shapes.values())


def weights(shape: Shape, prefix: str = "", dtype: str = "float32") -> list[onnx.TensorProto]:
    """Its weights, as W, R, B and P with a prefix."""
    random = np.random.default_rng(7)
    return [
        numpy_helper.from_array(random.standard_normal(size).astype(dtype), prefix + letter)
        for letter, size in shape.shapes.items()
    ]


def node(shape: Shape, prefix: str = "", x: str = "X", **attributes: object) -> onnx.NodeProto:
    """The node over weights of these names; an attribute of None is left out."""
    inputs = [x, prefix + "W", prefix + "R", prefix + "B" if shape.bias else ""]
    if shape.peepholes:
        inputs += [""] * (PEEPHOLE_INPUT - len(inputs)) + [prefix + "P"]
    direction = "bidirectional" if shape.directions == 2 else "forward"
    given = {"hidden_size": shape.n, "direction": direction, **attributes}
    kept = {key: value for key, value in given.items() if value is not None}
    outputs = [prefix + "Y", prefix + "Y_h"]
    return helper.make_node(shape.operator, inputs, outputs, name=prefix + "layer", **kept)


def value(
    name: str, *shape: int | str | None, element: int = TensorProto.FLOAT
) -> onnx.ValueInfoProto:
    """A graph's input or output."""
    return helper.make_tensor_value_info(name, element, list(shape))


def graph(
    nodes: Sequence[onnx.NodeProto],
    tensors: Sequence[onnx.TensorProto] = (),
    inputs: Sequence[onnx.ValueInfoProto] | None = None,
    **parts: object,
) -> onnx.GraphProto:
    """A graph whose input is X of three features, unless others are given."""
    fed = [value("X", "steps", "batch", 3)] if inputs is None else list(inputs)
    return helper.make_graph(list(nodes), "g", fed, [], list(tensors), **parts)


def model(body: onnx.GraphProto, opset: int = 17, **parts: object) -> onnx.ModelProto:
    """A model around a graph."""
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("own", 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=8, **parts)


def save(
    folder: Path, content: onnx.ModelProto | onnx.GraphProto | bytes, name: str = "m.onnx"
) -> Path:
    """Write a model, or a graph as a model."""
    if isinstance(content, onnx.GraphProto):
        content = model(content)
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.SerializeToString())
    return path


def constant(name: str, array: np.ndarray) -> onnx.NodeProto:
    """A Constant node with a TensorProto."""
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array))


def integers(name: str, numbers: Iterable[int]) -> onnx.TensorProto:
    """An initializer of int64 numbers."""
    return numpy_helper.from_array(np.array(list(numbers), np.int64), name)


def body(
    nodes: Sequence[onnx.NodeProto],
    tensors: Sequence[onnx.TensorProto] = (),
    inputs: Sequence[onnx.ValueInfoProto] = (),
    outputs: Sequence[onnx.ValueInfoProto] = (),
) -> onnx.GraphProto:
    return helper.make_graph(list(nodes), "body", list(inputs), list(outputs), list(tensors))
