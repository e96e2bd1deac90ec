"""Models that ONNX Runtime's quantiser makes: the same parameters as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

from making.onnx.graphs import Shape, graph, model, node, value, weights
from making.onnx.weight_shapes import GATES
from rnninspect import inspect_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STEPS, M, N, OUTPUTS, ROWS = 7, 8, 4, 3, 9


class Tokens(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
    """Three batches of token ids."""

    def __init__(self) -> None:
        self._left = [np.full((STEPS, 1), token, np.int64) for token in range(3)]

    def get_next(self) -> dict[str, np.ndarray] | None:
        return {"ids": self._left.pop()} if self._left else None


def float_model(operator: str) -> tuple[onnx.ModelProto, int, int]:
    """Embedding, convolution, recurrent layer with a stored state, dense layer.

    Also how many parameters it has, and how many elements its states.
    """
    shape = Shape(operator, M, N, directions=2)
    recurrent = node(shape, x="smooth")
    states = ["h0", "c0"] if operator == "LSTM" else ["h0"]
    recurrent.input.extend(["", *states])
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["x"]),
        helper.make_node("Transpose", ["x"], ["xt"], perm=[1, 2, 0]),
        helper.make_node("Conv", ["xt", "conv", "conv_b"], ["xc"], pads=[1, 1]),
        helper.make_node("Relu", ["xc"], ["xr"]),
        helper.make_node("Transpose", ["xr"], ["smooth"], perm=[2, 0, 1]),
        recurrent,
        helper.make_node("Transpose", ["Y"], ["yt"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", ["yt", "flat"], ["yf"]),
        helper.make_node("MatMul", ["yf", "dense"], ["product"], "dense"),
        helper.make_node("Add", ["product", "dense_b"], ["sum"], "add"),
        helper.make_node("Sigmoid", ["sum"], ["out"]),
    ]
    shapes = {
        "table": (ROWS, M),
        "conv": (M, M, 3),
        "conv_b": (M,),
        "dense": (2 * N, OUTPUTS),
        "dense_b": (OUTPUTS,),
    }
    random = np.random.default_rng(0)
    arrays = {
        name: random.standard_normal(size).astype(np.float32) for name, size in shapes.items()
    }
    arrays |= {name: np.zeros((2, 1, N), np.float32) for name in states}
    arrays["flat"] = np.array([STEPS, 1, 2 * N])
    tensors = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    body = graph(
        nodes, [*weights(shape), *tensors], [value("ids", STEPS, 1, element=TensorProto.INT64)]
    )
    body.output.append(value("out", STEPS, 1, OUTPUTS))
    parameters = sum(int(np.prod(size)) for size in shapes.values()) + shape.parameters
    return model(body), parameters, 2 * N * len(states)


def dynamic(source: Path, target: Path) -> None:
    quantize_dynamic(source, target)


def dynamic_by_channel(source: Path, target: Path) -> None:
    quantize_dynamic(source, target, per_channel=True, weight_type=QuantType.QInt8)


def nodes_around(source: Path, target: Path) -> None:
    quantize_static(source, target, Tokens(), quant_format=QuantFormat.QDQ, per_channel=True)


def four_bits(source: Path, target: Path) -> None:
    quantize_static(
        source, target, Tokens(), quant_format=QuantFormat.QDQ, weight_type=QuantType.QInt4
    )


def operators(source: Path, target: Path) -> None:
    quantize_static(source, target, Tokens(), quant_format=QuantFormat.QOperator)


@pytest.mark.parametrize("operator", GATES)
@pytest.mark.parametrize(
    "quantise", [dynamic, dynamic_by_channel, nodes_around, four_bits, operators]
)
def test_quantising_changes_no_count(
    tmp_path: Path, operator: str, quantise: Callable[[Path, Path], None]
) -> None:
    made, parameters, states = float_model(operator)
    source, target = tmp_path / "float.onnx", tmp_path / "quantised.onnx"
    onnx.save(made, source)
    quantise(source, target)
    of = inspect_file(target)
    assert of.totals.parameters == parameters
    assert of.totals.not_parameters["state"] == states
    assert of.totals.not_parameters["quantisation"] > 0
    assert [(layer.expected, layer.stored) for layer in of.layers] == [
        (Shape(operator, M, N, directions=2).parameters,) * 2
    ]
    assert not of.findings
