"""Ways to write a model of plain operators differently, each with the same results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from making.onnx.wrapping import as_branch, as_function

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Rewrite = Callable[[onnx.ModelProto, random.Random], None]

SCALE = 2.0**-5
"""The step of the grid on which the weights are, so that int8 and float16 are exact."""


def graphs_in(graph: onnx.GraphProto) -> list[onnx.GraphProto]:
    """A graph with all graphs inside it."""
    found = [graph]
    for each in found:
        for node in each.node:
            found += [given.g for given in node.attribute if given.HasField("g")]
    return found


def constants(model: onnx.ModelProto, _: random.Random) -> None:
    """Initializers as Constant nodes."""
    graph = model.graph
    made = [helper.make_node("Constant", [], [each.name], value=each) for each in graph.initializer]
    _put_first(graph, made)
    del graph.initializer[:]


def dequantised(model: onnx.ModelProto, draw: random.Random) -> None:
    """Matrices as int8 with a scale: one for all, or one for each column."""
    made = []
    for tensor in _matrices(model.graph):
        stored = np.round(numpy_helper.to_array(tensor) / SCALE).astype(np.int8)
        axis = draw.choice((None, 0, 1))
        shape = () if axis is None else (stored.shape[axis],)
        names = [f"{tensor.name}_{part}" for part in ("int8", "scale", "zero")]
        arrays = (stored, np.full(shape, SCALE, np.float32), np.zeros(shape, np.int8))
        _store(model.graph, dict(zip(names, arrays, strict=True)))
        given = {} if axis is None else {"axis": axis}
        made.append(helper.make_node("DequantizeLinear", names, [tensor.name], **given))
        model.graph.initializer.remove(tensor)
    _put_first(model.graph, made)


def halved(model: onnx.ModelProto, _: random.Random) -> None:
    """Matrices as float16, cast when they are used."""
    made = []
    for tensor in _matrices(model.graph):
        name = f"{tensor.name}_half"
        _store(model.graph, {name: numpy_helper.to_array(tensor).astype(np.float16)})
        made.append(helper.make_node("Cast", [name], [tensor.name], to=TensorProto.FLOAT))
        model.graph.initializer.remove(tensor)
    _put_first(model.graph, made)


def renamed(model: onnx.ModelProto, draw: random.Random) -> None:
    """Values of the outermost graph under other names, and nodes in another order."""
    kept = {each.name for each in (*model.graph.input, *model.graph.output)}
    kept |= {name for graph in graphs_in(model.graph)[1:] for name in _names(graph)}
    new: dict[str, str] = {}
    for node in model.graph.node:
        node.name = f"node/{draw.random()}"
        for names in (node.input, node.output):
            for at, name in enumerate(names):
                if name and name not in kept:
                    names[at] = new.setdefault(name, f"value::{len(new)}")
    for tensor in model.graph.initializer:
        tensor.name = new.get(tensor.name, tensor.name)
    _shuffle(model.graph, draw)


def _names(graph: onnx.GraphProto) -> set[str]:
    return {name for node in graph.node for name in (*node.input, *node.output)} | {
        each.name for each in (*graph.input, *graph.output)
    }


def _shuffle(graph: onnx.GraphProto, draw: random.Random) -> None:
    """The nodes in a random order in which each is behind those that it needs."""
    made = {name for node in graph.node for name in node.output}
    waiting, done = list(graph.node), set[str]()
    order = []
    while waiting:
        ready = [node for node in waiting if {*node.input, *_captured(node)} & made <= done]
        node = draw.choice(ready)
        waiting.remove(node)
        order.append(node)
        done.update(node.output)
    del graph.node[:]
    graph.node.extend(order)


def _captured(node: onnx.NodeProto) -> set[str]:
    graphs = [given.g for given in node.attribute if given.HasField("g")]
    return {name for graph in graphs for each in graphs_in(graph) for name in _names(each)}


def sequences(model: onnx.ModelProto, _: random.Random) -> None:
    """Gather of a time step and Split as elements of sequences."""
    for graph in graphs_in(model.graph):
        nodes = list(graph.node)
        del graph.node[:]
        for node in nodes:
            graph.node.extend(_elements(node))


def _elements(node: onnx.NodeProto) -> list[onnx.NodeProto]:
    if node.op_type == "Gather" and node.input[0] == "xs":
        parts = f"{node.output[0]}_parts"
        return [
            helper.make_node("SplitToSequence", ["xs"], [parts], axis=0, keepdims=0),
            helper.make_node("SequenceAt", [parts, node.input[1]], list(node.output)),
        ]
    if node.op_type != "Split":
        return [node]
    parts, count = f"{node.output[0]}_parts", len(node.output)
    made = [
        helper.make_node("Shape", [node.input[0]], [f"{parts}_shape"], start=-1),
        helper.make_node("Constant", [], [f"{parts}_count"], value_ints=[count]),
        helper.make_node("Div", [f"{parts}_shape", f"{parts}_count"], [f"{parts}_sizes"]),
        helper.make_node("Squeeze", [f"{parts}_sizes"], [f"{parts}_size"]),
        helper.make_node("SplitToSequence", [node.input[0], f"{parts}_size"], [parts], axis=-1),
    ]
    for at, output in enumerate(node.output):
        made += [
            helper.make_node("Constant", [], [f"{parts}_{at}"], value_int=at),
            helper.make_node("SequenceAt", [parts, f"{parts}_{at}"], [output]),
        ]
    return made


def _matrices(graph: onnx.GraphProto) -> list[onnx.TensorProto]:
    real = [each for each in graph.initializer if each.data_type == TensorProto.FLOAT]
    return [each for each in real if len(each.dims) == 2]


def _store(graph: onnx.GraphProto, arrays: dict[str, np.ndarray]) -> None:
    graph.initializer.extend(numpy_helper.from_array(each, name) for name, each in arrays.items())


def _put_first(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> None:
    behind = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *behind])


REWRITES: dict[str, Rewrite] = {
    "constants": constants,
    "int8": dequantised,
    "float16": halved,
    "renamed": renamed,
    "sequences": sequences,
    "function": as_function,
    "branch": as_branch,
}
