"""Pieces of ONNX graphs: recurrent nodes and the weights that the operator's definition asks for.

Follows https://onnx.ai/onnx/operators/ for LSTM, GRU and RNN: W [D, g·n, m], R [D, g·n, n],
B [D, 2·g·n], P [D, 3·n].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from makers.records import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
OPSET = 17
STEPS, BATCH = 4, 1
WEIGHTS = {TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT8, TensorProto.UINT8}
ALL_INPUTS = 8  # of an LSTM: X, W, R, B, sequence_lens, initial_h, initial_c, P


@dataclass(frozen=True, slots=True)
class Spec:
    """A recurrent node; sizes as in the operator's definition."""

    operator: str
    name: str
    input_size: int
    hidden_size: int
    directions: int = 1
    bias: bool = True
    peepholes: bool = False
    dtype: str = "float32"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of its weights by input name."""
        rows = GATES[self.operator] * self.hidden_size
        shapes: dict[str, tuple[int, ...]] = {
            "W": (self.directions, rows, self.input_size),
            "R": (self.directions, rows, self.hidden_size),
        }
        if self.bias:
            shapes["B"] = (self.directions, 2 * rows)
        if self.peepholes:
            shapes["P"] = (self.directions, 3 * self.hidden_size)
        return shapes

    def tensor(self, letter: str) -> str:
        """The name of one of its weights."""
        return f"{self.name}.{letter}"

    def weights(self) -> list[onnx.TensorProto]:
        """Random weights of the right shapes, the same on every run."""
        random = np.random.default_rng(0)
        return [
            numpy_helper.from_array(
                random.standard_normal(shape).astype(self.dtype), self.tensor(letter)
            )
            for letter, shape in self.shapes().items()
        ]

    def node(self, given: str, outputs: Sequence[str], **attributes: object) -> onnx.NodeProto:
        """The node; weights are taken by their names."""
        letters = self.shapes()
        inputs = [given, self.tensor("W"), self.tensor("R"), self.tensor("B") if self.bias else ""]
        if "P" in letters:
            inputs += [""] * (ALL_INPUTS - 1 - len(inputs)) + [self.tensor("P")]
        direction = "bidirectional" if self.directions == 2 else "forward"
        declared = {"hidden_size": self.hidden_size, "direction": direction} | attributes
        return helper.make_node(self.operator, inputs, outputs, name=self.name, **declared)

    def layer(self, expected: int, stored: int | None = None, name: str | None = None) -> Layer:
        """What the report must say of it, given the count of the weights that were made."""
        return Layer(
            name=self.name if name is None else name,
            cell=self.operator,
            input_size=self.input_size,
            hidden_size=self.hidden_size,
            expected=expected,
            stored=stored,
            directions=self.directions,
            bias_vectors=2 if self.bias else 0,
            peepholes=self.peepholes,
        )


def value(name: str, shape: Sequence[int], element: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    """A graph's input or output."""
    return helper.make_tensor_value_info(name, element, list(shape))


def size(tensors: Sequence[onnx.TensorProto]) -> int:
    """Elements of these tensors, counted in their payload by onnx's own decoder."""
    return sum(int(numpy_helper.to_array(tensor).size) for tensor in tensors)


def save(path: Path, graph: onnx.GraphProto, functions: Sequence[onnx.FunctionProto] = ()) -> None:
    """Write a model that onnx.checker accepts."""
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("sample", 1)]
    model = helper.make_model(
        graph,
        functions=list(functions),
        opset_imports=opsets[: 2 if functions else 1],
        ir_version=10,
        producer_name="onnx.helper",
    )
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def elements(tensors: Iterable[onnx.TensorProto]) -> int:
    """Elements of the tensors with weights or states, without shapes and scalars."""
    sizes = (size([tensor]) for tensor in tensors if tensor.data_type in WEIGHTS)
    return sum(count for count in sizes if count > 1)
