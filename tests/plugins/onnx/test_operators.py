"""Every ONNX recurrent operator, direction, bias, peephole and operator set, by onnx.helper."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from making.onnx.graphs import Shape, constant, graph, model, node, save, value, weights
from making.onnx.results import counts, errors, only, read, report
from making.onnx.weight_shapes import GATES
from rnninspect.cells import Role
from rnninspect.model import Fate, Origin
from rnninspect_onnx import OnnxReader

if TYPE_CHECKING:
    from pathlib import Path

SHAPES = [
    Shape(operator, 5, 3, directions, bias, peepholes)
    for operator, directions, bias, peepholes in product(
        GATES, (1, 2), (True, False), (True, False)
    )
    if operator == "LSTM" or not peepholes
]
OPSETS = (1, 3, 7, 14, 22)
X = value("X", "steps", "batch", 5)


def in_initializers(shape: Shape, opset: int) -> onnx.ModelProto:
    return model(graph([node(shape)], weights(shape), [X]), opset)


def in_listed_initializers(shape: Shape, opset: int) -> onnx.ModelProto:
    """As before IR version 4: initializers are also inputs."""
    listed = [value(letter, *size) for letter, size in shape.shapes.items()]
    return model(graph([node(shape)], weights(shape), [X, *listed]), opset)


def in_constants(shape: Shape, opset: int) -> onnx.ModelProto:
    constants = [constant(tensor.name, numpy_helper.to_array(tensor)) for tensor in weights(shape)]
    return model(graph([*constants, node(shape)], [], [X]), opset)


def in_lists(shape: Shape, opset: int) -> onnx.ModelProto:
    """As `value_floats`, a list without a shape."""
    nodes = []
    for tensor in weights(shape):
        name, array = tensor.name, numpy_helper.to_array(tensor)
        flat = helper.make_node("Constant", [], [f"{name}_flat"], value_floats=array.ravel())
        target = constant(f"{name}_shape", np.array(array.shape, np.int64))
        nodes += [
            flat,
            target,
            helper.make_node("Reshape", [f"{name}_flat", f"{name}_shape"], [name]),
        ]
    return model(graph([*nodes, node(shape)], [], [X]), opset)


def in_typed_fields(shape: Shape, opset: int) -> onnx.ModelProto:
    """As float16 numbers in int32_data, as old converters write them."""
    tensors = [
        TensorProto(
            name=letter,
            data_type=TensorProto.FLOAT16,
            dims=size,
            int32_data=[15360] * int(np.prod(size)),
        )
        for letter, size in shape.shapes.items()
    ]
    x = value("X", "steps", "batch", 5, element=TensorProto.FLOAT16)
    return model(graph([node(shape)], tensors, [x]), opset)


PLACES = (in_initializers, in_listed_initializers, in_constants, in_lists, in_typed_fields)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("opset", OPSETS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_stored_weights(tmp_path: Path, shape: Shape, opset: int, place: object) -> None:
    assert callable(place)
    path = save(tmp_path, place(shape, opset))
    of, layer = report(path), only(read(path))
    assert counts(of) == [("layer", shape.parameters, shape.parameters)]
    assert of.totals.parameters == of.totals.recurrent == shape.parameters
    assert (layer.sizes.input_size, layer.sizes.hidden_size) == (5, 3)
    assert layer.sizes.directions == shape.directions
    assert layer.origin is Origin.DECLARED
    assert layer.cell == shape.operator
    assert not of.findings
    biases = {Role.BIAS, Role.RECURRENT_BIAS} if shape.bias else set()
    peepholes = {Role.PEEPHOLE} if shape.peepholes else set()
    assert layer.roles == {Role.KERNEL, Role.RECURRENT_KERNEL} | biases | peepholes


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_weights_that_are_inputs(tmp_path: Path, shape: Shape) -> None:
    fed = [value(letter, *size) for letter, size in shape.shapes.items()]
    path = save(tmp_path, graph([node(shape)], [], [X, *fed]))
    of = report(path)
    assert counts(of) == [("layer", shape.parameters, 0)]
    assert of.totals.parameters == 0
    assert {operand.fate for operand in only(read(path)).operands} == {Fate.INPUT}
    assert not errors(of)
    assert [finding.rule for finding in of.findings] == ["R404"]


def test_fed_weights_of_a_wrong_shape_are_reported(tmp_path: Path) -> None:
    shape = Shape(m=5, n=3)
    fed = [value("W", 1, 16, 5), value("R", 1, 12, 3), value("B", 1, 24)]
    assert errors(report(save(tmp_path, graph([node(shape)], [], [X, *fed])))) == {"R101"}


def test_fed_weights_without_a_shape(tmp_path: Path) -> None:
    shape = Shape(m=5, n=3)
    fed = [value(letter, *(None,) * len(size)) for letter, size in shape.shapes.items()]
    of = report(save(tmp_path, graph([node(shape)], [], [X, *fed])))
    assert counts(of) == [("layer", shape.parameters, 0)]
    assert not errors(of)


@pytest.mark.parametrize("direction", ["forward", "reverse", None, "foward"])
def test_one_direction(tmp_path: Path, direction: str | None) -> None:
    """The default is forward; the misspelt word is the default in version 1 of GRU."""
    shape = Shape("GRU")
    of = report(save(tmp_path, graph([node(shape, direction=direction)], weights(shape))))
    assert of.layers[0].layer.sizes.directions == 1
    assert not of.findings


@pytest.mark.parametrize("layout", [0, 1])
def test_layout_changes_states_but_not_weights(tmp_path: Path, layout: int) -> None:
    shape = Shape(directions=2)
    state = (2, 4, 2) if layout == 0 else (4, 2, 2)
    lstm = node(shape, layout=layout)
    lstm.input.extend(["", "h", "c"])
    body = graph(
        [lstm], weights(shape), [value("X", 4, 4, 3), value("h", *state), value("c", *state)]
    )
    assert not report(save(tmp_path, body)).findings


@pytest.mark.parametrize("attribute", ["input_forget", "linear_before_reset", "clip"])
def test_attributes_that_do_not_change_the_count(tmp_path: Path, attribute: str) -> None:
    shape = Shape("GRU" if attribute == "linear_before_reset" else "LSTM")
    given = helper.make_attribute(attribute, 1.0 if attribute == "clip" else 1)
    recurrent = node(shape)
    recurrent.attribute.append(given)
    of = report(save(tmp_path, graph([recurrent], weights(shape))))
    assert counts(of) == [("layer", shape.parameters, shape.parameters)]


def test_the_alias_of_the_domain(tmp_path: Path) -> None:
    shape = Shape()
    lstm = node(shape)
    lstm.domain = "ai.onnx"
    assert only(read(save(tmp_path, graph([lstm], weights(shape))))).kind == "LSTM"


def test_hidden_size_is_inferred_if_missing(tmp_path: Path) -> None:
    shape = Shape()
    layer = only(read(save(tmp_path, graph([node(shape, hidden_size=None)], weights(shape)))))
    assert (layer.sizes.hidden_size, layer.origin) == (2, Origin.INFERRED)


@pytest.mark.parametrize("damaged", ["W", "R", "B"])
def test_inferred_sizes_outvote_one_damaged_tensor(tmp_path: Path, damaged: str) -> None:
    shape = Shape(m=5, n=3)
    tensors = weights(shape)
    for tensor in tensors:
        if tensor.name == damaged:
            tensor.dims[1] += 4
            tensor.raw_data = bytes(4 * int(np.prod(tensor.dims)))
    path = save(
        tmp_path, graph([node(shape, hidden_size=None)], tensors, [value("X", None, None, None)])
    )
    of = report(path)
    assert of.layers[0].layer.sizes.hidden_size == 3
    assert {finding.tensor for finding in of.findings if finding.rule == "R101"} == {damaged}


def test_the_input_size_of_the_kernel_if_x_has_no_shape(tmp_path: Path) -> None:
    shape = Shape(m=5, n=3)
    body = graph([node(shape)], weights(shape), [helper.make_tensor_value_info("X", 1, None)])
    layer = only(read(save(tmp_path, body)))
    assert (layer.sizes.input_size, layer.origin) == (5, Origin.INFERRED)


def test_a_layer_of_unknown_size_is_skipped_with_a_reason(tmp_path: Path) -> None:
    shape = Shape()
    fed = [helper.make_tensor_value_info(name, 1, None) for name in ("X", "W", "R", "B")]
    described = read(save(tmp_path, graph([node(shape)], [], fed)))
    assert not described.layers
    assert described.skipped[0].reason == "neither X nor W has a known input size"
    described = read(save(tmp_path, graph([node(shape, hidden_size=None)], [], fed)))
    assert "hidden_size is not declared" in described.skipped[0].reason


def test_two_levels_are_two_layers(tmp_path: Path) -> None:
    first, second = Shape("GRU", 3, 4, 2), Shape("GRU", 8, 5)
    nodes = [
        node(first),
        helper.make_node("Transpose", ["Y"], ["T"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", ["T", "target"], ["Z"]),
        node(second, "b_", "Z"),
    ]
    target = numpy_helper.from_array(np.array([0, 0, -1], np.int64), "target")
    of = report(save(tmp_path, graph(nodes, [*weights(first), *weights(second, "b_"), target])))
    assert [layer.layer.sizes.input_size for layer in of.layers] == [3, 8]
    assert {layer.layer.origin for layer in of.layers} == {Origin.DECLARED}
    assert of.totals.recurrent == first.parameters + second.parameters
    assert not of.findings


def test_nodes_without_names_are_numbered(tmp_path: Path) -> None:
    shape = Shape(m=3)
    nodes = [node(shape), node(shape, "b_")]
    for item in nodes:
        item.name = ""
    of = report(save(tmp_path, graph(nodes, [*weights(shape), *weights(shape, "b_")])))
    assert [layer.layer.name for layer in of.layers] == ["LSTM_0", "LSTM_1"]


def test_the_kind_of_a_bidirectional_layer(tmp_path: Path) -> None:
    shape = Shape("RNN", directions=2)
    assert (
        only(read(save(tmp_path, graph([node(shape)], weights(shape))))).kind
        == "Bidirectional(RNN)"
    )


@pytest.mark.parametrize(
    ("operator", "domain", "is_recurrent"),
    [
        ("QuantLSTM", "acme", True),
        ("GRUUnit", "com.microsoft", True),
        ("lstm_cell", "aten", True),
        ("MyRNN", "acme", True),
        ("Congruence", "acme", False),
        ("RNNTLoss", "acme", False),
        ("Conv", "", False),
    ],
)
def test_custom_operators(tmp_path: Path, operator: str, domain: str, is_recurrent: bool) -> None:
    tensor = numpy_helper.from_array(np.ones((4, 4), np.float32), "K")
    other = helper.make_node(operator, ["X", "K"], ["Y"], name="other", domain=domain)
    described = read(save(tmp_path, graph([other], [tensor])))
    assert not described.layers
    assert [layer.kind for layer in described.skipped] == [f"{domain}::{operator}"] * is_recurrent
    for layer in described.skipped:
        assert [held.name for held in layer.tensors] == ["K"]


def test_aten_nodes_are_named_by_their_operator_attribute(tmp_path: Path) -> None:
    other = helper.make_node("ATen", ["X"], ["Y"], domain="org.pytorch.aten", operator="lstm")
    assert read(save(tmp_path, graph([other]))).skipped[0].kind == "org.pytorch.aten::ATen::lstm"


def test_conventions() -> None:
    named = {item.cell: item for item in OnnxReader().conventions()}
    assert named.keys() == {"RNN", "GRU", "LSTM"}
    assert named["LSTM"].options == {Role.PEEPHOLE}
    assert all(item.with_bias == {Role.BIAS, Role.RECURRENT_BIAS} for item in named.values())
