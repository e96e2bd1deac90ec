"""ONNX models drawn at random, by hand or by torch's exporter: onnx and onnxruntime judge."""

from __future__ import annotations

import io
import math
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawing import Truth, agree, drawn, hold
from rnninspect.verification.asking import ONNX, ONNXRUNTIME

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
STORES = ("raw", "fields", "constant", "external")
SCOPES = ("graph", "if", "function")
P_PLACE = 7  # of an LSTM's inputs


@dataclass(frozen=True, slots=True)
class Node:
    """A recurrent node, how its weights are stored, and where it stands."""

    operator: str
    input_size: int
    hidden_size: int
    directions: int
    bias: bool
    peepholes: bool
    store: str
    scope: str
    exported: bool
    dtype: str


@st.composite
def nodes(draw: st.DrawFn) -> Node:
    operator = draw(st.sampled_from(tuple(GATES)))
    exported = draw(st.integers(0, 4)) == 0
    return Node(
        operator=operator,
        input_size=draw(st.integers(1, 12)),
        hidden_size=draw(st.integers(1, 9)),
        directions=draw(st.integers(1, 2)),
        bias=draw(st.booleans()),
        peepholes=operator == "LSTM" and not exported and draw(st.booleans()),
        store="raw" if exported else draw(st.sampled_from(STORES)),
        scope="graph" if exported else draw(st.sampled_from(SCOPES)),
        exported=exported,
        dtype="float32",
    )


def shapes(node: Node) -> dict[str, tuple[int, ...]]:
    """Shapes of the weights by the operator's definition."""
    rows, ways = GATES[node.operator] * node.hidden_size, node.directions
    known: dict[str, tuple[int, ...]] = {
        "W": (ways, rows, node.input_size),
        "R": (ways, rows, node.hidden_size),
    }
    if node.bias:
        known["B"] = (ways, 2 * rows)
    if node.peepholes:
        known["P"] = (ways, 3 * node.hidden_size)
    return known


def weights(node: Node) -> list[Any]:
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    made = []
    for name, shape in shapes(node).items():
        array = np.full(shape, 0.5, node.dtype)
        if node.store == "fields":
            made.append(helper.make_tensor(name, TensorProto.FLOAT, shape, array.ravel()))
        else:
            made.append(numpy_helper.from_array(array, name))
    return made


def by_hand(node: Node) -> Any:  # noqa: ANN401 - protobuf
    from onnx import TensorProto, helper

    tail = ["", "", "", "P"] if node.peepholes else []
    inputs = ["X", "W", "R", "B" if node.bias else "", *tail]
    direction = "bidirectional" if node.directions == 2 else "forward"
    recurrent = helper.make_node(
        node.operator, inputs, ["Y"], name="rnn", hidden_size=node.hidden_size, direction=direction
    )
    stored = weights(node)
    constants = [helper.make_node("Constant", [], [tensor.name], value=tensor) for tensor in stored]
    given = helper.make_tensor_value_info("X", TensorProto.FLOAT, [2, 1, node.input_size])
    result = helper.make_tensor_value_info(
        "Y", TensorProto.FLOAT, [2, node.directions, 1, node.hidden_size]
    )
    functions: list[Any] = []
    held = [] if node.store == "constant" else stored
    body = [*constants, recurrent] if node.store == "constant" else [recurrent]
    asked = [given]
    if node.scope == "if":
        asked.append(helper.make_tensor_value_info("C", TensorProto.BOOL, []))
        branches = {
            "then_branch": helper.make_graph(body, "then", [], [result]),
            "else_branch": helper.make_graph(_zeros(result), "else", [], [_named(result, "E")]),
        }
        body = [helper.make_node("If", ["C"], ["Y"], name="choice", **branches)]
    elif node.scope == "function":
        names = [] if node.store == "constant" else list(shapes(node))
        opset = [helper.make_opsetid("", 17)]
        functions = [helper.make_function("own", "Block", ["X", *names], ["Y"], body, opset)]
        body = [helper.make_node("Block", ["X", *names], ["Y"], name="call", domain="own")]
    graph = helper.make_graph(body, "drawn", asked, [result], held)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, functions=functions, opset_imports=opsets, ir_version=10)


def _named(value: Any, name: str) -> Any:  # noqa: ANN401 - protobuf
    from onnx import TensorProto, helper

    dims = [axis.dim_value for axis in value.type.tensor_type.shape.dim]
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)


def _zeros(value: Any) -> list[Any]:  # noqa: ANN401 - protobuf
    """Nodes that make zeros of a value's shape; the shape is a constant, and no parameter."""
    from onnx import TensorProto, helper

    dims = [axis.dim_value for axis in value.type.tensor_type.shape.dim]
    shape = helper.make_tensor("shape", TensorProto.INT64, [len(dims)], dims)
    return [
        helper.make_node("Constant", [], ["shape"], value=shape),
        helper.make_node("ConstantOfShape", ["shape"], ["E"]),
    ]


def by_torch(node: Node) -> Any:  # noqa: ANN401 - protobuf
    import onnx
    import torch

    module = getattr(torch.nn, node.operator)(
        node.input_size, node.hidden_size, bidirectional=node.directions == 2, bias=node.bias
    )
    buffer = io.BytesIO()
    torch.onnx.export(module, (torch.zeros(2, 1, node.input_size),), buffer, dynamo=False)
    return onnx.load_from_string(buffer.getvalue())


@given(nodes())
@drawn
def test_drawn_nodes_are_what_onnx_and_onnxruntime_count(node: Node) -> None:
    import onnx

    model = by_torch(node) if node.exported else by_hand(node)
    count = sum(math.prod(shape) for shape in shapes(node).values())
    biases = 2 if node.bias else 0
    due = Truth(
        node.operator, node.input_size, node.hidden_size, node.directions, biases, count,
        peepholes=node.peepholes,
    )  # fmt: skip
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        external = node.store == "external"
        onnx.save(model, path, save_as_external_data=external, size_threshold=0, location="w.data")
        os.chdir(folder)  # the judges write beside them, as in the child's own folder
        try:
            report = hold(path, [due], count)
            agree(ONNX, report)
            agree(ONNXRUNTIME, report)
        finally:
            os.chdir(before)
