"""The purpose of tensors: states, embedding tables, scales and weights follow from their uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from making.onnx.graphs import Shape, graph, integers, model, node, save, value, weights
from making.onnx.results import report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rnninspect.report import Report

GRU = Shape("GRU", 3, 2)
OWN = GRU.parameters
IDS = value("ids", 7, 1, element=TensorProto.INT64)
MICROSOFT = "com.microsoft"


def floats(name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.full(shape, 0.5, np.float32), name)


def codes(name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.full(shape, 3, np.uint8), name)


def layer_from(state: str = "", x: str = "X") -> onnx.NodeProto:
    gru = node(GRU, x=x)
    gru.input.extend(["", state])
    return gru


def seen(
    folder: Path,
    nodes: Sequence[onnx.NodeProto],
    tensors: Sequence[onnx.TensorProto],
    inputs: Sequence[onnx.ValueInfoProto],
) -> Report:
    return report(save(folder, model(graph(nodes, tensors, inputs), opset=21)))


def numbers(of: Report) -> tuple[int, int, int]:
    """Parameters, elements of states, scales and zero points."""
    held = of.totals.not_parameters
    return of.totals.parameters, held["state"], held["quantisation"]


X = value("X", "T", "N", 3)
WHO = value("who", 1, element=TensorProto.INT64)
MADE_STATES = {
    "expand": (helper.make_node("Expand", ["h", "shape"], ["h0"]), 2),
    "slice": (helper.make_node("Slice", ["h", "zero", "one"], ["h0"]), 2),
    "gather, known": (helper.make_node("Gather", ["h", "zero"], ["h0"]), 2),
    "gather, fed": (helper.make_node("Gather", ["h", "who"], ["h0"]), 0),
    "where": (helper.make_node("Where", ["first", "h", "fed"], ["h0"]), 2),
    "tanh": (helper.make_node("Tanh", ["h"], ["h0"]), 2),
    "dense": (helper.make_node("MatMul", ["fed", "h"], ["h0"]), 0),
}


@pytest.mark.parametrize("way", MADE_STATES)
def test_operators_before_an_initial_state(tmp_path: Path, way: str) -> None:
    """An input selects rows of a table and multiplies a matrix: table and matrix are weights."""
    made, states = MADE_STATES[way]
    inputs = [X, WHO, value("first", element=TensorProto.BOOL), value("fed", 1, 1, 2)]
    helping = [integers("shape", [1, 1, 2]), integers("zero", [0]), integers("one", [1])]
    tensors = [*weights(GRU), floats("h", 1, 1, 2), *helping]
    of = seen(tmp_path, [made, layer_from("h0")], tensors, inputs)
    assert numbers(of) == (OWN + 2 - states, states, 0)


def test_a_stored_state_through_where_and_unsqueeze(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Where", ["first", "h", "fed"], ["kept"]),
        helper.make_node("Unsqueeze", ["kept", "zero"], ["h0"]),
        layer_from("h0"),
    ]
    inputs = [X, value("first", element=TensorProto.BOOL), value("fed", 1, 2)]
    tensors = [*weights(GRU), floats("h", 1, 2), integers("zero", [0])]
    assert numbers(seen(tmp_path, nodes, tensors, inputs)) == (OWN, 2, 0)


def test_a_decoder_that_starts_from_its_encoder(tmp_path: Path) -> None:
    """Its initial state is computed from the table and the encoder: all of them are weights."""
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["x"]),
        node(GRU, "enc", x="x"),
        node(GRU, "dec"),
    ]
    nodes[-1].input.extend(["", "encY_h"])
    tensors = [floats("table", 9, 3), *weights(GRU, "enc"), *weights(GRU, "dec")]
    of = seen(tmp_path, nodes, tensors, [IDS, X])
    assert numbers(of) == (27 + 2 * OWN, 0, 0)


def test_a_layer_without_formula_does_not_own_an_embedding(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["x"]),
        node(GRU, x="x"),
        helper.make_node("MyLSTM", ["Y", "own"], ["y"], name="mine", domain="own"),
    ]
    of = seen(tmp_path, nodes, [floats("table", 9, 3), *weights(GRU), floats("own", 4)], [IDS])
    assert [tensor.name for tensor in of.skipped[0].tensors] == ["own"]


def quantised_dense(x: str) -> list[onnx.NodeProto]:
    return [
        helper.make_node("DynamicQuantizeLinear", [x], ["q", "qs", "qz"]),
        helper.make_node("MatMulInteger", ["q", "dense", "qz", "zero"], ["product"]),
        helper.make_node("Cast", ["product"], ["real"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["qs", "scale"], ["both"]),
        helper.make_node("Mul", ["real", "both"], ["out"]),
    ]


DENSE = [
    codes("dense", 2, 5),
    numpy_helper.from_array(np.float32(0.1), "scale"),
    numpy_helper.from_array(np.uint8(1), "zero"),
]


def test_a_state_before_a_quantised_product(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["x"]),
        layer_from("h", "x"),
        helper.make_node("Squeeze", ["Y", "axis"], ["flat"]),
        *quantised_dense("flat"),
    ]
    tensors = [floats("table", 9, 3), *weights(GRU), floats("h", 1, 1, 2), integers("axis", [1])]
    of = seen(tmp_path, nodes, [*tensors, *DENSE], [IDS])
    assert numbers(of) == (27 + OWN + 10, 2, 2)


def test_scales_of_an_lstm_before_a_quantised_product(tmp_path: Path) -> None:
    names = ["x", "W", "R", "B", "", "", "", "", "ws", "wz", "rs", "rz"]
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["x"]),
        helper.make_node("DynamicQuantizeLSTM", names, ["Y"], domain=MICROSOFT, hidden_size=2),
        helper.make_node("Squeeze", ["Y", "axis"], ["flat"]),
        *quantised_dense("flat"),
    ]
    lstm = [codes("W", 1, 3, 8), codes("R", 1, 2, 8), floats("B", 1, 16)]
    scales = [floats("ws", 1), codes("wz", 1), floats("rs", 1), codes("rz", 1)]
    tensors = [floats("table", 9, 3), *lstm, *scales, integers("axis", [1]), *DENSE]
    of = seen(tmp_path, nodes, tensors, [IDS])
    assert numbers(of) == (27 + 24 + 16 + 16 + 10, 0, 4 + 2)
    assert [(layer.expected, layer.stored) for layer in of.layers] == [(56, 56)]


def test_a_quantised_state(tmp_path: Path) -> None:
    nodes = [helper.make_node("DequantizeLinear", ["h", "s"], ["h0"]), layer_from("h0")]
    tensors = [*weights(GRU), codes("h", 1, 1, 2), numpy_helper.from_array(np.float32(1), "s")]
    assert numbers(seen(tmp_path, nodes, tensors, [X])) == (OWN, 2, 1)


def test_indices_are_not_weights(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Gather", ["table", "places"], ["x"]),
        *quantised_dense("x"),
    ]
    tensors = [floats("table", 9, 2), integers("places", range(7)), *DENSE]
    of = seen(tmp_path, nodes, tensors, [])
    assert numbers(of) == (18 + 10, 0, 2)
    assert of.totals.not_parameters["constants"] == 7


def test_a_quantised_table_before_a_convolution(tmp_path: Path) -> None:
    """Its rows are the input of the convolution."""
    scales = ["s", "z", "K", "s", "z", "s", "z", "c"]
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["x"]),
        helper.make_node("Transpose", ["x"], ["t"], perm=[1, 2, 0]),
        helper.make_node("QLinearConv", ["t", *scales], ["y"]),
    ]
    bias = numpy_helper.from_array(np.ones(4, np.int32), "c")
    tensors = [codes("table", 9, 3), codes("K", 4, 3, 1), bias, *_scale("s", "z")]
    assert numbers(seen(tmp_path, nodes, tensors, [IDS])) == (27 + 12 + 4, 0, 2)


def _scale(scale: str, zero: str) -> list[onnx.TensorProto]:
    return [
        numpy_helper.from_array(np.float32(0.1), scale),
        numpy_helper.from_array(np.uint8(1), zero),
    ]


def test_scales_that_are_quantised_or_computed_from_weights(tmp_path: Path) -> None:
    """Scales of scales are scales; a weight from which a scale is computed is a weight."""
    nodes = [
        helper.make_node("DequantizeLinear", ["sq", "ss"], ["s"]),
        helper.make_node("DequantizeLinear", ["K", "s"], ["k"], axis=1),
        helper.make_node("ReduceMax", ["V"], ["most"], keepdims=0),
        helper.make_node("Div", ["most", "range"], ["vs"]),
        helper.make_node("QuantizeLinear", ["V", "vs"], ["vq"]),
        helper.make_node("DequantizeLinear", ["vq", "vs"], ["v"]),
    ]
    tensors = [codes("sq", 4), codes("K", 3, 4), floats("V", 3, 4)]
    tensors += [numpy_helper.from_array(np.float32(1), name) for name in ("ss", "range")]
    assert numbers(seen(tmp_path, nodes, tensors, [])) == (12 + 12, 0, 5)


def test_a_quantised_number_is_a_constant(tmp_path: Path) -> None:
    nodes = [helper.make_node("DequantizeLinear", ["k", "s", "z"], ["y"])]
    of = seen(tmp_path, nodes, [numpy_helper.from_array(np.uint8(3), "k"), *_scale("s", "z")], [])
    assert numbers(of) == (0, 0, 2)
    assert of.totals.not_parameters["constants"] == 1


@pytest.mark.parametrize(("bits", "width"), [(4, 32), (8, 16)])
def test_a_table_of_blocks(tmp_path: Path, bits: int, width: int) -> None:
    """GatherBlockQuantized: two entries in a byte if there are scales for twice as many."""
    names = ["table", "ids", "s"]
    made = helper.make_node(
        "GatherBlockQuantized", names, ["y"], domain=MICROSOFT, bits=bits, block_size=16
    )
    tensors = [codes("table", 9, 16), floats("s", 9, width // 16)]
    assert numbers(seen(tmp_path, [made], tensors, [IDS])) == (9 * width, 0, 9 * width // 16)


def test_a_quantised_embedding_of_onnx_runtime(tmp_path: Path) -> None:
    kinds = ("word", "place", "segment", "gamma", "beta")
    names = ["ids", "segments", *kinds, "", *(f"{kind}_s" for kind in kinds)]
    names += [f"{kind}_z" for kind in kinds]
    made = helper.make_node("QEmbedLayerNormalization", names, ["y", "mask"], domain=MICROSOFT)
    tables = [codes("word", 9, 4), codes("place", 7, 4), codes("segment", 2, 4)]
    tensors = [*tables, codes("gamma", 4), codes("beta", 4)]
    for kind in kinds:
        tensors += _scale(f"{kind}_s", f"{kind}_z")
    assert numbers(seen(tmp_path, [made], tensors, [IDS])) == (36 + 28 + 8 + 8, 0, 10)


def test_tensors_that_are_concatenated_with_their_scales(tmp_path: Path) -> None:
    names = ["s", "z", "A", "s1", "z1", "K", "s2", "z2"]
    made = helper.make_node("QLinearConcat", names, ["y"], domain=MICROSOFT, axis=0)
    fed = value("A", 1, 3, element=TensorProto.UINT8)
    scales = [*_scale("s", "z"), *_scale("s1", "z1"), *_scale("s2", "z2")]
    assert numbers(seen(tmp_path, [made], [codes("K", 2, 3), *scales], [fed])) == (6, 0, 6)
