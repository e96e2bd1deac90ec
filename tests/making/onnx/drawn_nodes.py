"""ONNX models of a drawn recurrent node: made by hand, or by torch's exporters and a quantiser."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from making.onnx.weight_shapes import GATES, weight_shapes

STORES = ("raw", "fields", "constant", "external")
SCOPES = ("graph", "if", "loop", "function")
DIRECTIONS = ("forward", "reverse", "bidirectional")
EXPORTERS = ("", "", "", "", "torchscript", "torchscript", "quantised")
OPSET = 17


@dataclass(frozen=True, slots=True)
class Node:
    """A recurrent node, how its weights are stored, and its scope; or torch's export."""

    operator: str
    input_size: int
    hidden_size: int
    direction: str = "forward"
    bias: bool = True
    peepholes: bool = False
    store: str = "raw"
    scope: str = "graph"
    exporter: str = ""  # of torch; by hand if empty
    dtype: str = "float32"
    levels: int = 1
    states: bool = False  # stored initial states, which are not parameters
    batch_first: bool = False
    reset_after: bool = False

    @property
    def directions(self) -> int:
        return 2 if self.direction == "bidirectional" else 1


@st.composite
def nodes(draw: st.DrawFn) -> Node:
    operator = draw(st.sampled_from(tuple(GATES)))
    exporter = draw(st.sampled_from(EXPORTERS if operator == "LSTM" else EXPORTERS[:-1]))
    if exporter != "quantised" and operator != "RNN" and draw(st.integers(0, 24)) == 17:
        exporter = "dynamo"  # slow, and it unrolls an RNN into plain operators
    by_hand = not exporter
    return Node(
        operator=operator,
        input_size=draw(st.integers(1, 12)),
        hidden_size=draw(st.integers(1, 9)),
        direction=draw(st.sampled_from(DIRECTIONS if by_hand else DIRECTIONS[::2])),
        bias=exporter == "quantised" or draw(st.booleans()),
        peepholes=operator == "LSTM" and by_hand and draw(st.booleans()),
        store=draw(st.sampled_from(STORES)) if by_hand else "raw",
        scope=draw(st.sampled_from(SCOPES)) if by_hand else "graph",
        exporter=exporter,
        dtype=draw(st.sampled_from(("float32", "float32", "float64"))) if by_hand else "float32",
        levels=1 if by_hand or exporter == "dynamo" else draw(st.integers(1, 3)),
        states=by_hand and draw(st.booleans()),
        batch_first=by_hand and draw(st.booleans()),
        reset_after=draw(st.booleans()),
    )


def shapes(node: Node, level: int = 0) -> dict[str, tuple[int, ...]]:
    """Shapes of the weights of one level by the operator's definition."""
    width = node.directions * node.hidden_size if level else node.input_size
    return weight_shapes(
        node.operator,
        width,
        node.hidden_size,
        node.directions,
        bias=node.bias,
        peepholes=node.peepholes,
    )


def _states(node: Node) -> dict[str, tuple[int, ...]]:
    shape = (node.directions, 1, node.hidden_size)
    batch_first = (shape[1], shape[0], shape[2])
    names = ("H", "C") if node.operator == "LSTM" else ("H",)
    return dict.fromkeys(names, batch_first if node.batch_first else shape) if node.states else {}


def _tensors(node: Node) -> list[Any]:
    import numpy as np
    from onnx import helper, numpy_helper

    made = []
    for name, shape in (shapes(node) | _states(node)).items():
        array = np.full(shape, 0.5, node.dtype)
        element = helper.np_dtype_to_tensor_dtype(array.dtype)
        if node.store == "fields":
            made.append(helper.make_tensor(name, element, shape, array.ravel()))
        else:
            made.append(numpy_helper.from_array(array, name))
    return made


def _recurrent(node: Node) -> Any:  # noqa: ANN401 - protobuf
    from onnx import helper

    held = shapes(node) | _states(node)
    inputs = ["X", "W", "R", *(name if name in held else "" for name in ("B", "", "H", "C", "P"))]
    while not inputs[-1]:
        inputs.pop()
    options = {"hidden_size": node.hidden_size, "direction": node.direction}
    if node.operator == "GRU":
        options["linear_before_reset"] = int(node.reset_after)
    if node.batch_first:
        options["layout"] = 1
    return helper.make_node(node.operator, inputs, ["Y"], name="rnn", **options)


def by_hand(node: Node) -> Any:  # noqa: ANN401 - as above
    """A model with the node in its scope; all weights have the shapes in `shapes`."""
    from onnx import TensorProto, helper

    stored, element = _tensors(node), _element(node)
    constants = [helper.make_node("Constant", [], [tensor.name], value=tensor) for tensor in stored]
    held = [] if node.store == "constant" else stored
    body = [*(constants if node.store == "constant" else ()), _recurrent(node)]
    shape = [1, 2, node.input_size] if node.batch_first else [2, 1, node.input_size]
    asked = [helper.make_tensor_value_info("X", element, shape)]
    functions: list[Any] = []
    result = _result(node, "Y", rank=5 if node.scope == "loop" else 4)
    match node.scope:
        case "if":
            asked.append(helper.make_tensor_value_info("C_", TensorProto.BOOL, []))
            body = [_if(node, body)]
        case "loop":
            body = _loop(node, body)
        case "function":
            names = [tensor.name for tensor in held]
            opset = [helper.make_opsetid("", OPSET)]
            functions = [helper.make_function("own", "Block", ["X", *names], ["Y"], body, opset)]
            body = [helper.make_node("Block", ["X", *names], ["Y"], name="call", domain="own")]
    graph = helper.make_graph(body, "drawn", asked, [result], held)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, functions=functions, opset_imports=opsets, ir_version=10)


def _element(node: Node) -> int:
    from onnx import TensorProto

    return int(TensorProto.DOUBLE if node.dtype == "float64" else TensorProto.FLOAT)


def _result(node: Node, name: str, rank: int = 4) -> Any:  # noqa: ANN401 - as above
    from onnx import helper

    return helper.make_tensor_value_info(name, _element(node), [None] * rank)


def _if(node: Node, body: list[Any]) -> Any:  # noqa: ANN401 - as above
    """The node in one branch, and no layer in the other."""
    from onnx import helper

    other = [
        helper.make_node("Constant", [], ["axis"], value_ints=[1]),
        helper.make_node("Unsqueeze", ["X", "axis"], ["E"]),
    ]
    branches = {
        "then_branch": helper.make_graph(body, "then", [], [_result(node, "Y")]),
        "else_branch": helper.make_graph(other, "else", [], [_result(node, "E")]),
    }
    return helper.make_node("If", ["C_"], ["Y"], name="choice", **branches)


def _loop(node: Node, body: list[Any]) -> list[Any]:
    """The node in a loop of one turn, whose results are stacked."""
    from onnx import TensorProto, helper

    flag = helper.make_node("Identity", ["go"], ["on"])
    inputs = [
        helper.make_tensor_value_info("turn", TensorProto.INT64, []),
        helper.make_tensor_value_info("go", TensorProto.BOOL, []),
    ]
    outputs = [
        helper.make_tensor_value_info("on", TensorProto.BOOL, []),
        _result(node, "Y"),
    ]
    inner = helper.make_graph([flag, *body], "body", inputs, outputs)
    turns = helper.make_node("Constant", [], ["turns"], value_int=1)
    return [turns, helper.make_node("Loop", ["turns", ""], ["Y"], name="again", body=inner)]


def by_torch(node: Node, folder: Path) -> Any:  # noqa: ANN401 - as above
    """torch's export of such a layer, quantised where that is asked for."""
    import onnx
    import torch
    from onnxruntime.quantization import quantize_dynamic

    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    module = getattr(torch.nn, node.operator)(
        node.input_size,
        node.hidden_size,
        num_layers=node.levels,
        bidirectional=node.directions == 2,
        bias=node.bias,
    )
    buffer = io.BytesIO()
    given = (torch.zeros(2, 1, node.input_size),)
    torch.onnx.export(module, given, buffer, dynamo=node.exporter == "dynamo", verbose=False)
    if node.exporter != "quantised":
        return onnx.load_from_string(buffer.getvalue())
    (folder / "float.onnx").write_bytes(buffer.getvalue())
    quantize_dynamic(folder / "float.onnx", folder / "packed.onnx", op_types_to_quantize=["LSTM"])
    return onnx.load(folder / "packed.onnx")
