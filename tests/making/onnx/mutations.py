"""A model with every kind of ONNX message, and copies of it with seeded faults."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from making.onnx.graphs import Shape, constant, graph, integers, model, node, value, weights

if TYPE_CHECKING:
    from collections.abc import Iterator

RARE = b"\x00\x01\x07\x08\x0a\x12\x1a\x22\x2a\x32\x3a\x4a\x7f\x80\xff"


def varied_model() -> onnx.ModelProto:
    """Tensors in typed and raw fields, attributes of all types, a branch, a function, training."""
    shape = Shape()
    typed = TensorProto(name="typed", data_type=TensorProto.FLOAT, dims=[2], float_data=[1, 2])
    numbers = TensorProto(name="n", data_type=TensorProto.INT64, dims=[3], int64_data=[-1, 2, 300])
    small = TensorProto(name="s", data_type=TensorProto.INT8, dims=[2], int32_data=[-1, 7])
    double = TensorProto(name="d", data_type=TensorProto.DOUBLE, dims=[1], double_data=[0.5])
    wide = TensorProto(name="u", data_type=TensorProto.UINT64, dims=[1], uint64_data=[2**63])
    words = TensorProto(name="t", data_type=TensorProto.STRING, dims=[1], string_data=[b"ab"])
    sparse = helper.make_sparse_tensor(
        numpy_helper.from_array(np.ones(2, np.float32), "sp"), integers("", [0, 5]), [3, 4]
    )
    branch = helper.make_graph([constant("c", np.ones((1, 2)))], "b", [], [value("c", 1, 2)])
    nodes = [
        node(shape),
        helper.make_node("If", ["k"], ["r"], then_branch=branch, else_branch=branch),
        helper.make_node("Own", ["X"], ["o"], domain="own", s="text", f=0.5, i=-3),
        helper.make_node("Own", [], ["q"], domain="own", a=[1, -2], b=[0.5], c=["x", "y"]),
    ]
    body = graph(nodes, [*weights(shape), typed, numbers, small, double, wide, words])
    body.sparse_initializer.append(sparse)
    body.value_info.append(value("Y", 2, None, "b", 2))
    function = helper.make_function(
        "own", "Own", ["x"], ["y"], [helper.make_node("Identity", ["x"], ["y"])], [], ["a"]
    )
    whole = model(body, functions=[function], producer_name="p", producer_version="1")
    whole.training_info.add().algorithm.CopyFrom(branch)
    return whole


def mutations(data: bytes, count: int) -> Iterator[bytes]:
    """Copies with one or two faults each: bytes changed, dropped, doubled, moved, or merged in."""
    for seed in range(count):
        chance = random.Random(seed)  # noqa: S311 - not cryptography
        mutated = data
        for _ in range(chance.randint(1, 2)):
            mutated = _faulty(mutated, chance)
        yield mutated


def _faulty(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    end = min(len(data), at + chance.choice((1, 1, 2, 5, 30)))
    other = chance.randrange(len(data))
    faults = (
        data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :],
        data[:at] + bytes([chance.choice(RARE)]) + data[at + 1 :],
        data[:at] + bytes([chance.choice(RARE)]) + data[at:],
        data[:at] + data[end:],
        data[:end] + data[at:end] + data[end:],
        data[:other] + data[at:end] + data[other:],
        data + data,
        data[: max(1, at)],
    )
    return chance.choice(faults)
