"""What a step is written with: arrays that are calculated with, or nodes of ONNX that are made."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import onnx
from onnx import helper

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]
    Term = Any  # an array, or the name of a node's output


class Writer(Protocol):
    """What a step is written with: arrays that are calculated with, or nodes that are made."""

    def call(self, operator: str, *values: Term) -> Term: ...

    def stored(self, array: Array) -> Term: ...


class Numbers:
    """Calculates at once."""

    def stored(self, array: Array) -> Array:
        return array

    def call(self, operator: str, *values: Term) -> Array:
        return np.asarray(_FUNCTIONS[operator](*values), np.float32)


class Nodes:
    """Makes nodes of ONNX, with operands in either order."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: dict[str, Array] = {}
        self._known: dict[int, str] = {}
        self._kept: list[Array] = []

    def stored(self, array: Array) -> str:
        if id(array) not in self._known:
            self._kept.append(array)
            self._known[id(array)] = f"t{len(self.tensors)}"
            self.tensors[self._known[id(array)]] = array
        return self._known[id(array)]

    def call(self, operator: str, *values: Term) -> str:
        if operator in ("Add", "Mul") and self._draw.random() < 0.5:
            values = values[::-1]
        name = f"v{len(self.nodes)}"
        if operator == "Norm":
            node = helper.make_node("LayerNormalization", list(values), [name], axis=-1)
        else:
            node = helper.make_node(operator, list(values), [name])
        self.nodes.append(node)
        return name


def _norm(values: Array, gain: Array, shift: Array) -> Array:
    middle = values - values.mean(-1, keepdims=True)
    normed: Array = middle / np.sqrt((middle**2).mean(-1, keepdims=True) + 1e-5) * gain + shift
    return normed


_FUNCTIONS: dict[str, Any] = {
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Neg": np.negative,
    "MatMul": np.matmul,
    "Where": np.where,
    "Norm": _norm,
    "Tanh": np.tanh,
    "Relu": lambda values: np.maximum(values, 0),
    "Sigmoid": lambda values: (1 + np.tanh(values / 2)) / 2,
    "Softsign": lambda values: values / (1 + abs(values)),
    "Elu": lambda values: np.where(values > 0, values, np.exp(np.minimum(values, 0)) - 1),
}
