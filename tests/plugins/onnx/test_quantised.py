"""Quantised weights before DequantizeLinear, and ONNX Runtime's own recurrent operators."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from making.onnx.graphs import Shape, graph, node, save, value, weights
from making.onnx.results import counts, errors, read, report
from rnninspect.model import StoredTensor

SHAPE = Shape("LSTM", 3, 2)


def stored(path: Path, name: str) -> StoredTensor:
    return next(tensor for tensor in read(path).tensors if tensor.name == name)


def dequantised(
    name: str, array: np.ndarray, scale: np.ndarray | np.float32, **more: int
) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    nodes = [
        helper.make_node("DequantizeLinear", [f"{name}q", f"{name}s", f"{name}z"], [name], **more)
    ]
    tensors = [
        numpy_helper.from_array(array, f"{name}q"),
        numpy_helper.from_array(np.asarray(scale), f"{name}s"),
        numpy_helper.from_array(np.zeros(scale.shape, array.dtype), f"{name}z"),
    ]
    return nodes, tensors


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.uint16])
@pytest.mark.parametrize("scale", [np.float32(1), np.ones(8, np.float32)])
def test_a_quantised_kernel(tmp_path: Path, dtype: type, scale: np.ndarray) -> None:
    scale = np.asarray(scale)
    more = {"axis": 1} if scale.shape else {}
    nodes, tensors = dequantised("W", np.zeros((1, 8, 3), dtype), scale, **more)
    path = save(tmp_path, graph([*nodes, node(SHAPE)], [*tensors, *weights(SHAPE)[1:]]))
    of = report(path)
    assert counts(of) == [("layer", 56, 56)]
    assert of.layers[0].bytes == 24 * np.dtype(dtype).itemsize + 4 * 32
    assert of.totals.parameters == 56
    assert of.totals.not_parameters["quantisation"] == 2 * scale.size
    assert not of.findings


def test_a_kernel_of_four_bits(tmp_path: Path) -> None:
    int4 = helper.tensor_dtype_to_np_dtype(TensorProto.INT4)
    nodes, tensors = dequantised("W", np.zeros((1, 8, 3), int4), np.float32(1))
    of = report(save(tmp_path, graph([*nodes, node(SHAPE)], [*tensors, *weights(SHAPE)[1:]])))
    assert counts(of) == [("layer", 56, 56)]
    assert of.layers[0].bytes == 12 + 4 * 32
    assert not of.findings


def test_quantised_weights_of_other_layers_count(tmp_path: Path) -> None:
    nodes, tensors = dequantised("K", np.zeros((6, 4), np.int8), np.ones(4, np.float32))
    packed = helper.make_node(
        "MatMulNBits", ["X", "b", "s"], ["o"], domain="com.microsoft", K=32, N=5, bits=4
    )
    blob = numpy_helper.from_array(np.zeros((5, 1, 16), np.uint8), "b")
    scales = numpy_helper.from_array(np.ones(5, np.float32), "s")
    of = report(save(tmp_path, graph([*nodes, packed], [*tensors, blob, scales])))
    assert of.totals.parameters == 24 + 32 * 5
    assert of.totals.not_parameters["quantisation"] == 8 + 5
    assert stored(save(tmp_path, graph([packed], [blob, scales])), "b").bytes == 80


def test_a_quantised_lstm_of_onnx_runtime(tmp_path: Path) -> None:
    """DynamicQuantizeLSTM stores W as [D, m, 4n] and R as [D, n, 4n]."""
    names = ["X", "W", "R", "B", "", "", "", "", "ws", "wz", "rs", "rz"]
    lstm = helper.make_node(
        "DynamicQuantizeLSTM", names, ["Y"], name="q", domain="com.microsoft", hidden_size=2
    )
    arrays = {
        "W": np.zeros((1, 3, 8), np.uint8),
        "R": np.zeros((1, 2, 8), np.uint8),
        "B": np.ones((1, 16), np.float32),
        "ws": np.ones((1, 8), np.float32),
        "wz": np.zeros((1, 8), np.uint8),
        "rs": np.ones(1, np.float32),
        "rz": np.zeros(1, np.uint8),
    }
    tensors = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    of = report(save(tmp_path, graph([lstm], tensors)))
    assert counts(of) == [("q", 56, 56)]
    assert (of.layers[0].layer.kind, of.layers[0].layer.cell) == ("DynamicQuantizeLSTM", "LSTM")
    assert of.layers[0].bytes == 24 + 16 + 64
    assert of.totals.not_parameters["quantisation"] == 18
    assert not of.findings
    tensors[0].CopyFrom(numpy_helper.from_array(np.zeros((1, 8, 3), np.uint8), "W"))
    assert errors(report(save(tmp_path, graph([lstm], tensors)))) == {"R105"}


def test_an_attention_lstm(tmp_path: Path) -> None:
    """Its kernel multiplies X and the attention's output; its other weights are counted too."""
    names = ["X", "W", "R", "B", "", "", "", "", "QW", "MW", "V", "M", "", "AW"]
    lstm = helper.make_node(
        "AttnLSTM", names, ["Y"], name="a", domain="com.microsoft", hidden_size=2
    )
    wide = Shape("LSTM", 3 + 4, 2)
    more = {"QW": (1, 2, 5), "MW": (1, 6, 5), "V": (1, 5), "AW": (1, 8, 4)}
    tensors = [
        numpy_helper.from_array(np.ones(size, np.float32), name) for name, size in more.items()
    ]
    body = graph([lstm], [*weights(wide), *tensors])
    body.input.append(value("M", 1, 9, 6))
    of = report(save(tmp_path, body))
    assert counts(of) == [("a", wide.parameters, wide.parameters)]
    assert of.totals.parameters == wide.parameters + 10 + 30 + 5 + 32
    assert not errors(of)


@pytest.mark.parametrize(
    ("element", "bits"),
    [("INT8", 8), ("UINT4", 4), ("INT4", 4), ("INT2", 2), ("FLOAT8E4M3FN", 8), ("FLOAT4E2M1", 4)],
)
@pytest.mark.parametrize("block", [0, 4])
def test_narrow_kernels_and_the_bits_of_a_weight(
    tmp_path: Path, element: str, bits: int, block: int
) -> None:
    """The scales of blocks, as those of tensors, are not weights."""
    bare = Shape("GRU", 8, 4, bias=False)
    dtype = helper.tensor_dtype_to_np_dtype(getattr(TensorProto, element))
    nodes, tensors = list[onnx.NodeProto](), list[onnx.TensorProto]()
    for letter, (_, rows, columns) in bare.shapes.items():
        grid = (1, rows // block, columns) if block else ()
        more = {"axis": 1, "block_size": block} if block else {}
        scale = np.ones(grid, np.float32)
        made, held = dequantised(letter, np.zeros((1, rows, columns), dtype), scale, **more)
        nodes, tensors = [*nodes, *made], [*tensors, *held]
    path = save(tmp_path, graph([*nodes, node(bare)], tensors, [value("X", 5, 1, 8)]))
    of = report(path)
    assert counts(of) == [("layer", 144, 144)]
    assert of.layers[0].bits_per_weight == bits
    assert of.layers[0].bytes == 144 * bits // 8
    assert of.totals.not_parameters["quantisation"] == (2 * 36 if block else 4)
    assert not of.findings


def test_scales_that_are_multiplied_afterwards(tmp_path: Path) -> None:
    """The quantiser's MatMulInteger: scales of columns are multiplied by that of X."""
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["X"], ["q", "s", "z"]),
        helper.make_node("MatMulInteger", ["q", "K", "z"], ["p"]),
        helper.make_node("Cast", ["p"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["s", "scales"], ["both"]),
        helper.make_node("Mul", ["f", "both"], ["o"]),
        helper.make_node("Mul", ["o", "gain"], ["y"]),
    ]
    tensors = [
        numpy_helper.from_array(np.ones((3, 5), np.int8), "K"),
        numpy_helper.from_array(np.ones(5, np.float32), "scales"),
        numpy_helper.from_array(np.ones(5, np.float32), "gain"),
    ]
    of = report(save(tmp_path, graph(nodes, tensors)))
    assert of.totals.parameters == 15 + 5
    assert of.totals.not_parameters["quantisation"] == 5


def test_axes_exponents_and_masks_are_not_weights(tmp_path: Path) -> None:
    """Weight normalisation: axes, an exponent and a pruning mask besides v and g."""
    shape = Shape("GRU", 3, 4)
    nodes = [
        helper.make_node("Where", ["mask", "v", "nought"], ["kept"]),
        helper.make_node("Pow", ["kept", "two"], ["squares"]),
        helper.make_node("ReduceSum", ["squares", "axes"], ["norms"]),
        helper.make_node("Div", ["kept", "norms"], ["units"]),
        helper.make_node("Mul", ["units", "g"], ["R"]),
        node(shape),
    ]
    tensors = [
        weights(shape)[0],
        weights(shape)[2],
        numpy_helper.from_array(np.ones((1, 12, 4), np.float32), "v"),
        numpy_helper.from_array(np.ones((1, 12, 1), np.float32), "g"),
        numpy_helper.from_array(np.ones((1, 12, 4), np.bool_), "mask"),
        numpy_helper.from_array(np.float32(0), "nought"),
        numpy_helper.from_array(np.float32(2), "two"),
        numpy_helper.from_array(np.array([2, 1, 0], np.int64), "axes"),
    ]
    of = report(save(tmp_path, graph(nodes, tensors)))
    assert counts(of) == [("layer", shape.parameters, shape.parameters + 12)]
    assert of.totals.parameters == shape.parameters + 12
    assert of.totals.not_parameters["constants"] == 48 + 1 + 1 + 3
    assert of.verdict(of.layers[0]).text == "computed"
