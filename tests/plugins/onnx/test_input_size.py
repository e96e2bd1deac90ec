"""Operators between the model's input and X: the input size is declared, not inferred."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from making.onnx.graphs import Shape, graph, integers, node, save, value, weights
from making.onnx.results import errors, only, read, report
from rnninspect.model import Origin

if TYPE_CHECKING:
    from pathlib import Path

    import onnx

N = helper.make_node
END = 2**63 - 1
STEPS = value("x", "T", "B", 6)
IMAGE = value("x", "N", 2, "T", 64)
SIGNAL = value("x", "N", 6, "T")
MICROSOFT = "com.microsoft"


def real(name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ones(shape, np.float32), name)


def eight_bit(name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ones(shape, np.uint8), name)


def scalar(name: str, number: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(number, np.int64), name)


def to_steps(name: str) -> onnx.NodeProto:
    """From [batch, channels, steps] to [steps, batch, channels]."""
    return N("Transpose", [name], ["X"], perm=[2, 0, 1])


LOOP = graph(
    [N("Identity", ["c"], ["more"]), N("MatMul", ["x", "w"], ["turn"])],
    inputs=[value("i", element=TensorProto.INT64), value("c", element=TensorProto.BOOL)],
)
LOOP.output.extend([value("more", element=TensorProto.BOOL), value("turn", None, None, None)])
SCAN = graph(
    [N("Add", ["s", "step"], ["next"]), N("MatMul", ["next", "w"], ["out"])],
    inputs=[value("s", None, None), value("step", None, None)],
)
SCAN.output.extend([value("next", None, None), value("out", None, None)])
SQUEEZED = graph([N("Relu", ["x"], ["then"])], inputs=[])
SQUEEZED.output.append(value("then", None, None, None))
WHOLE = graph([N("Slice", ["x", "i0", "i2", "i0"], ["else"])], inputs=[])
WHOLE.output.append(value("else", None, None, None))

# Name: nodes from x to X, initializers, the model's inputs, the last axis of X.
WAYS: dict[str, tuple[list[onnx.NodeProto], list[onnx.TensorProto], list[object], int]] = {
    "einsum": (
        [N("Einsum", ["x", "w"], ["X"], equation="tbi,io->tbo")],
        [real("w", 6, 5)],
        [STEPS],
        5,
    ),
    "einsum with an ellipsis": (
        [N("Einsum", ["x", "w"], ["X"], equation="...i,io->...o")],
        [real("w", 6, 5)],
        [STEPS],
        5,
    ),
    "a convolution with strides, its picture's rows as features": (
        [
            N("Conv", ["x", "w"], ["c"], strides=[1, 2], pads=[1, 1, 1, 1]),
            N("Transpose", ["c"], ["t"], perm=[2, 0, 1, 3]),
            N("Reshape", ["t", "rows"], ["X"]),
        ],
        [real("w", 4, 2, 3, 3), integers("rows", [0, 0, -1])],
        [IMAGE],
        4 * 32,
    ),
    "a padded convolution and a pool that rounds up": (
        [
            N("Conv", ["x", "w"], ["c"], strides=[2, 2], auto_pad="SAME_UPPER"),
            N("MaxPool", ["c"], ["p"], kernel_shape=[1, 3], strides=[1, 2], ceil_mode=1),
            N("Transpose", ["p"], ["t"], perm=[2, 0, 1, 3]),
            N("Reshape", ["t", "rows"], ["X"]),
        ],
        [real("w", 4, 2, 3, 3), integers("rows", [0, 0, -1])],
        [IMAGE],
        4 * 16,
    ),
    "a transposed convolution": (
        [N("ConvTranspose", ["x", "w"], ["c"], strides=[2], group=2), to_steps("c")],
        [real("w", 6, 5, 4)],
        [SIGNAL],
        10,
    ),
    "the mean of a picture": (
        [
            N("GlobalAveragePool", ["x"], ["g"]),
            N("Flatten", ["g"], ["f"]),
            N("Unsqueeze", ["f", "i0"], ["X"]),
        ],
        [],
        [IMAGE],
        2,
    ),
    "an embedding by one-hot vectors": (
        [N("OneHot", ["x", "depth", "v"], ["h"]), N("MatMul", ["h", "w"], ["X"])],
        [scalar("depth", 30), real("v", 2), real("w", 30, 5)],
        [value("x", "T", "B", element=TensorProto.INT64)],
        5,
    ),
    "squares as channels": (
        [
            N("SpaceToDepth", ["x"], ["d"], blocksize=2),
            N("Flatten", ["d"], ["f"]),
            N("Unsqueeze", ["f", "i0"], ["X"]),
        ],
        [],
        [value("x", "N", 2, 4, 4)],
        32,
    ),
    "a spectrum": (
        [
            N("STFT", ["x", "hop", "window"], ["s"]),
            N("ReduceL2", ["s"], ["X"], axes=[-1], keepdims=0),
        ],
        [scalar("hop", 32), real("window", 64)],
        [value("x", "N", "L", 1)],
        33,
    ),
    "what each turn of a Loop makes": (
        [N("Loop", ["n", "yes"], ["l"], body=LOOP), N("Squeeze", ["l", "i2"], ["X"])],
        [real("w", 6, 5), scalar("n", 4), numpy_helper.from_array(np.ones((), np.bool_), "yes")],
        [value("x", "B", 1, 6)],
        5,
    ),
    "what each step of a Scan makes": (
        [N("Scan", ["s0", "x"], ["s1", "X"], body=SCAN, num_scan_inputs=1)],
        [real("w", 6, 5)],
        [STEPS, value("s0", "B", 6)],
        5,
    ),
    "one of two branches of other lengths": (
        [N("If", ["yes"], ["X"], then_branch=SQUEEZED, else_branch=WHOLE)],
        [],
        [value("x", 4, "B", 6), value("yes", element=TensorProto.BOOL)],
        6,
    ),
    "chosen elements": (
        [N("GatherElements", ["x", "i"], ["X"])],
        [],
        [STEPS, value("i", "T", "B", 6, element=TensorProto.INT64)],
        6,
    ),
    "chosen steps": (
        [N("GatherND", ["x", "i"], ["g"]), N("Unsqueeze", ["g", "i0"], ["X"])],
        [],
        [STEPS, value("i", "K", 2, element=TensorProto.INT64)],
        6,
    ),
    "a product of quantised matrices": (
        [
            N("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
            N("MatMulInteger", ["q", "w", "z"], ["p"]),
            N("Cast", ["p"], ["f"], to=TensorProto.FLOAT),
            N("Mul", ["f", "s"], ["X"]),
        ],
        [eight_bit("w", 6, 5)],
        [STEPS],
        5,
    ),
    "weights of four bits": (
        [
            N(
                "MatMulNBits",
                ["x", "w", "s"],
                ["X"],
                domain=MICROSOFT,
                N=32,
                K=6,
                bits=4,
                block_size=16,
            )
        ],
        [eight_bit("w", 32, 1, 8), real("s", 32)],
        [STEPS],
        32,
    ),
    "operators that ONNX Runtime fuses": (
        [
            N("FusedConv", ["x", "k"], ["c"], domain=MICROSOFT, activation="Relu"),
            N("BiasGelu", ["c", "bias"], ["g"], domain=MICROSOFT),
            N("Transpose", ["g"], ["t"], perm=[2, 0, 1]),
            N("SkipLayerNormalization", ["t", "t", "scale"], ["n"], domain=MICROSOFT),
            N("FusedMatMul", ["n", "w"], ["X"], domain=MICROSOFT, transB=1),
        ],
        [real("k", 5, 6, 3), real("bias", 1), real("scale", 5), real("w", 7, 5)],
        [SIGNAL],
        7,
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_the_input_size_is_known_from_x(tmp_path: Path, name: str) -> None:
    nodes, tensors, inputs, m = WAYS[name]
    shape = Shape("GRU", m, 4)
    indices = [integers(f"i{at}", [at]) for at in (0, 2)]
    whole = graph([*nodes, node(shape)], [*weights(shape), *tensors, *indices], inputs)
    path = save(tmp_path, whole)
    layer = only(read(path))
    assert (layer.sizes.input_size, layer.origin) == (m, Origin.DECLARED)
    assert not errors(report(path))


def test_sizes_computed_from_inputs_are_unknown(tmp_path: Path) -> None:
    shape = Shape("GRU", 4, 4)
    split = N("Split", ["x", "sizes"], ["X", "rest"], axis=2)
    sizes = value("sizes", 2, element=TensorProto.INT64)
    path = save(tmp_path, graph([split, node(shape)], weights(shape), [STEPS, sizes]))
    assert only(read(path)).origin is Origin.INFERRED
    assert not errors(report(path))
