"""onnx's judge: the checker, strict shape inference, and the inferred shapes of weights."""

from __future__ import annotations

import math
from collections import Counter

import onnx
from onnx import inliner, shape_inference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from rnninspect.verification.question import Answer, Part, Question

_WEIGHT_INPUTS = {  # positions of the weights among an operator's inputs
    "RNN": (1, 2, 3),
    "GRU": (1, 2, 3),
    "LSTM": (1, 2, 3, 7),
    "DynamicQuantizeLSTM": (1, 2, 3, 7),
}
_NUMBERS = ("value_float", "value_int", "value_floats", "value_ints")


def version() -> str:
    """The version of onnx."""
    return str(onnx.__version__)


def answer(question: Question, given: Answer) -> None:
    """Check the model in full, and count the weights of its recurrent nodes."""
    onnx.checker.check_model(question.path, full_check=True)
    shape_inference.infer_shapes_path(
        question.path, "inferred.onnx", check_type=True, strict_mode=True, data_prop=True
    )
    model = onnx.load("inferred.onnx", load_external_data=False)
    given.total, given.everything = sum(stored_elements(model)), True
    if model.functions:
        model = shape_inference.infer_shapes(inliner.inline_local_functions(model))
    count_layers(question.parts, model.graph, given)


def count_layers(parts: Sequence[Part], graph: Any, given: Answer) -> None:  # noqa: ANN401 - protobuf
    """Count each layer's weights: of the node with its name if it is unique, else in order."""
    shapes = dict(_shapes(graph))
    nodes = list(_recurrent(graph))
    names = Counter(node.name for node in nodes)
    left = []
    for part in parts:
        if part.recovered:
            given.silences[part.name] = "it is made of plain operators"
            continue
        own = [node for node in nodes if node.name == _node_name(part) and names[node.name] == 1]
        if own:
            nodes.remove(own[0])
            _count(part, own[0], shapes, given)
        else:
            left.append(part)
    nodes = list({tuple(_weights(node)) or id(node): node for node in nodes}.values())
    for position, part in enumerate(left):
        if len(left) == len(nodes):
            _count(part, nodes[position], shapes, given)
        else:
            given.silences[part.name] = "its node cannot be distinguished from others"


def _node_name(part: Part) -> str:
    return part.name if part.name.startswith("/") else part.name.rpartition("/")[2]


def _count(part: Part, node: Any, shapes: dict[str, tuple[int, ...]], given: Answer) -> None:  # noqa: ANN401 - protobuf
    sizes = [shapes.get(name) for name in _weights(node)]
    if all(size is not None and min(size, default=1) > 0 for size in sizes):
        given.counts[part.name] = sum(math.prod(size) for size in sizes if size is not None)
    else:
        given.silences[part.name] = "the shapes of its weights are not inferred"


def _recurrent(graph: Any) -> Iterator[Any]:  # noqa: ANN401 - protobuf
    for part in _graphs(graph):
        yield from (node for node in part.node if node.op_type in _WEIGHT_INPUTS)


def _weights(node: Any) -> list[str]:  # noqa: ANN401 - protobuf
    positions = _WEIGHT_INPUTS[node.op_type]
    return [
        node.input[position] for position in positions if any(node.input[position : position + 1])
    ]


def _graphs(graph: Any) -> Iterator[Any]:  # noqa: ANN401 - protobuf
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
                yield from _graphs(inner)


def _shapes(graph: Any) -> Iterator[tuple[str, tuple[int, ...]]]:  # noqa: ANN401 - protobuf
    """Names and shapes of values that weights may come from."""
    for part in _graphs(graph):
        for value in (*part.input, *part.value_info, *part.output):
            yield value.name, tuple(axis.dim_value for axis in value.type.tensor_type.shape.dim)
        for tensor in part.initializer:
            yield tensor.name, tuple(tensor.dims)
        for node in part.node:
            for attribute in node.attribute:
                if node.op_type == "Constant" and attribute.name == "value":
                    yield node.output[0], tuple(attribute.t.dims)


def stored_elements(model: Any) -> Iterator[int]:  # noqa: ANN401 - protobuf
    """Elements of every tensor that the file stores, in graphs, nodes and functions."""
    nodes = [node for function in model.functions for node in function.node]
    for graph in _graphs(model.graph):
        yield from (math.prod(tensor.dims) for tensor in graph.initializer)
        for sparse in graph.sparse_initializer:
            yield math.prod(sparse.values.dims) + math.prod(sparse.indices.dims)
        nodes += graph.node
    for node in nodes:
        for attribute in node.attribute:
            for tensor in (*([attribute.t] if attribute.HasField("t") else []), *attribute.tensors):
                yield math.prod(tensor.dims)
            if node.op_type == "Constant" and attribute.name in _NUMBERS:
                many = len(attribute.floats) + len(attribute.ints)
                yield many if attribute.name.endswith("s") else 1
