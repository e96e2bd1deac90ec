"""Chains of operators between stored tensors and the W of an LSTM, and their results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import helper, numpy_helper, parser
from onnx.reference import ReferenceEvaluator

from making.onnx.graphs import Shape, graph, model, node, weights
from making.onnx.results import only, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from rnninspect.model import Operand

SHAPE = Shape("LSTM", 3, 2)
KERNEL = 8 * 3  # elements of W [1, 8, 3]
END = 2**63 - 1

# Nodes that make W, the stored arrays by name and shape, the operator set.
VIEWS: dict[str, tuple[str, dict[str, tuple[int, ...]], int]] = {
    "identity": ("t = Identity (w)\nW = Identity (t)", {"w": (1, 8, 3)}, 17),
    "cast": ("W = Cast <to = 1> (w)", {"w": (1, 8, 3)}, 17),
    "unsqueeze, attribute": ("W = Unsqueeze <axes = [0]> (w)", {"w": (8, 3)}, 11),
    "unsqueeze, input": ("W = Unsqueeze (w, zero)", {"w": (8, 3)}, 17),
    "unsqueeze, from behind": ("W = Unsqueeze (w, back3)", {"w": (8, 3)}, 17),
    "squeeze, attribute": ("W = Squeeze <axes = [1]> (w)", {"w": (1, 1, 8, 3)}, 11),
    "squeeze, input": ("W = Squeeze (w, back1)", {"w": (1, 8, 3, 1)}, 17),
    "squeeze, all": ("t = Squeeze (w)\nW = Unsqueeze (t, zero)", {"w": (1, 8, 1, 3)}, 17),
    "reshape": ("W = Reshape (w, whole)", {"w": (24,)}, 17),
    "reshape, left over": ("W = Reshape (w, left)", {"w": (8, 3)}, 17),
    "reshape, copied": ("W = Reshape (w, copied)", {"w": (1, 4, 6)}, 17),
    "transpose": ("W = Transpose <perm = [0, 2, 1]> (w)", {"w": (1, 3, 8)}, 17),
    "transpose, backwards": ("W = Transpose (w)", {"w": (3, 8, 1)}, 17),
    "flatten": ("t = Flatten <axis = 2> (w)\nW = Unsqueeze (t, zero)", {"w": (2, 4, 3)}, 17),
    "slice, attribute": (
        "W = Slice <starts = [0], ends = [8], axes = [1]> (w)",
        {"w": (1, 20, 3)},
        9,
    ),
    "slice, input": ("W = Slice (w, back12, back4, one)", {"w": (1, 20, 3)}, 17),
    "slice, to the end": ("W = Slice (w, twelve, end, one)", {"w": (1, 20, 3)}, 17),
    "slice, in steps": ("W = Slice (w, zero, end, one, two)", {"w": (1, 16, 3)}, 17),
    "slice, backwards": ("W = Slice (w, back1, start, one, back1)", {"w": (1, 8, 3)}, 17),
    "slice, first axes": ("W = Slice (w, ones, end2)", {"w": (2, 9, 3)}, 17),
    "split, attribute": ("a, W = Split <axis = 1, split = [4, 8]> (w)", {"w": (1, 12, 3)}, 11),
    "split, input": ("a, W = Split <axis = 1> (w, parts)", {"w": (1, 12, 3)}, 17),
    "split, equal": ("W, b = Split <axis = 1> (w)", {"w": (1, 16, 3)}, 17),
    "split, by number": ("W, b = Split <axis = 1, num_outputs = 2> (w)", {"w": (1, 15, 3)}, 18),
    "gather a layer": ("t = Gather (w, scalar)\nW = Unsqueeze (t, zero)", {"w": (5, 8, 3)}, 17),
    "gather gates": ("W = Gather <axis = 1> (w, order)", {"w": (1, 9, 3)}, 17),
    "reverse": (
        "W = ReverseSequence <batch_axis = 0, time_axis = 1> (w, eight)",
        {"w": (1, 8, 3)},
        17,
    ),
    "concat": (
        "t = Concat <axis = 0> (i, o, fc)\nW = Unsqueeze (t, zero)",
        {"i": (2, 3), "o": (2, 3), "fc": (4, 3)},
        17,
    ),
    "one of a sequence": (
        "q = SequenceConstruct (w, v)\nW = SequenceAt (q, scalar)",
        {"w": (1, 8, 3), "v": (1, 8, 3)},
        17,
    ),
    "bounds from shapes": (
        "s = Shape (w)\nn = Gather (s, one)\nh = Div (n, two)\nW = Slice (w, zero, h, one)",
        {"w": (1, 16, 3)},
        17,
    ),
    "a shape put together": (
        """s = Shape <start = 0, end = 1> (w)
        d = Mul (s, one)
        t = Concat <axis = 0> (one, d, back1)
        W = Reshape (w, t)""",
        {"w": (8, 3)},
        17,
    ),
    "torch's gates": (
        """i = Slice (w, zero, two, zero)
        f = Slice (w, two, four, zero)
        c = Slice (w, four, six, zero)
        o = Slice (w, six, end, zero)
        t = Concat <axis = 0> (i, o, f, c)
        W = Unsqueeze (t, zero)""",
        {"w": (8, 3)},
        17,
    ),
    "quantised for show": (
        "q = QuantizeLinear (w, scale)\nW = DequantizeLinear (q, scale)",
        {"w": (1, 8, 3)},
        21,
    ),
}
NUMBERS: dict[str, tuple[int, ...] | int] = {
    "zero": (0,),
    "one": (1,),
    "two": (2,),
    "four": (4,),
    "six": (6,),
    "eight": (8,),
    "twelve": (12,),
    "scalar": 1,
    "back1": (-1,),
    "back3": (-3,),
    "back4": (-4,),
    "back12": (-12,),
    "end": (END,),
    "start": (-END,),
    "ones": (1, 1),
    "end2": (2, 9),
    "parts": (4, 8),
    "order": (0, 1, 6, 7, 4, 5, 2, 3),
    "whole": (1, 8, 3),
    "left": (1, -1, 3),
    "copied": (0, 8, -1),
}
SCALE = numpy_helper.from_array(np.array(0.5, np.float32), "scale")


def stored(shapes: Mapping[str, tuple[int, ...]]) -> list[onnx.TensorProto]:
    """Random arrays by name and shape."""
    random = np.random.default_rng(3)
    return [
        numpy_helper.from_array(random.standard_normal(size).astype(np.float32), name)
        for name, size in shapes.items()
    ]


def numbers() -> list[onnx.TensorProto]:
    """All the small integers that the chains use."""
    return [
        numpy_helper.from_array(np.array(number, np.int64), name)
        for name, number in NUMBERS.items()
    ]


def nodes_of(text: str) -> list[onnx.NodeProto]:
    return [parser.parse_node(line.strip()) for line in text.splitlines()]


def built(text: str, arrays: Iterable[onnx.TensorProto], opset: int = 17) -> onnx.ModelProto:
    """A model whose LSTM has W from a chain, and stored R and B."""
    rest = [tensor for tensor in weights(SHAPE) if tensor.name != "W"]
    body = graph([*nodes_of(text), node(SHAPE)], [*arrays, *rest, *numbers(), SCALE])
    return model(body, opset)


def kernel(path: Path) -> Operand:
    return next(operand for operand in only(read(path)).operands if operand.name not in {"R", "B"})


def reference_shape(text: str, arrays: Iterable[onnx.TensorProto], opset: int) -> tuple[int, ...]:
    output = helper.make_tensor_value_info("W", onnx.TensorProto.FLOAT, None)
    body = helper.make_graph(nodes_of(text), "g", [], [output], [*arrays, *numbers(), SCALE])
    (result,) = ReferenceEvaluator(model(body, opset)).run(None, {})
    return tuple(result.shape)


COMPUTED: dict[str, tuple[str, dict[str, tuple[int, ...]]]] = {
    "low rank": ("t = MatMul (u, v)\nW = Unsqueeze (t, zero)", {"u": (8, 1), "v": (1, 3)}),
    "pruned": ("W = Mul (w, mask)", {"w": (1, 8, 3), "mask": (1, 8, 3)}),
    "weight norm": (
        "a = ReduceL2 <axes = [2]> (w)\nd = Div (w, a)\nW = Mul (d, g)",
        {"w": (1, 8, 3), "g": (1, 8, 1)},
    ),
}
