"""Nodes with random attributes: their outputs are unknown, and the file is still read."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from onnx import TensorProto, helper

from making.onnx.graphs import Shape, graph, integers, node, save, value, weights
from making.onnx.results import errors, only, read, report
from rnninspect_onnx.operators.table import OPERATORS

if TYPE_CHECKING:
    from pathlib import Path

    import onnx

ATTRIBUTES = """
    axis axes perm kernel_shape strides pads dilations auto_pad ceil_mode group equation blocksize
    onesided keepdims N K batch_dims split num_outputs starts ends steps transA transB k shape value
    allowzero start end num_scan_inputs scan_input_axes scan_output_axes
""".split()  # noqa: SIM905 - shorter than a list
NUMBERS = (0, 1, -1, 2, 3, 5, -7, 64, 2**31, 2**62, -(2**63), 2**63 - 1)
WORDS = ("SAME_UPPER", "VALID", "...i,ij->...j", "ij,jk->ik", "abc", "->", "i...,->..i", "...")
AXES = (1, 2, 3, 0, 7, "a", "b", 2**40)
ROUNDS = 15
SHAPE = Shape("GRU", 3, 2)


def attribute(name: str, chance: random.Random) -> onnx.AttributeProto:
    numbers = [chance.choice(NUMBERS) for _ in range(chance.randrange(1, 5))]
    return helper.make_attribute(name, chance.choice((numbers[0], numbers, chance.choice(WORDS))))


def malformed_nodes(operator: str, chance: random.Random) -> list[onnx.NodeProto]:
    """Some nodes of one operator with random inputs, outputs of each other among them."""
    names = ["", "x", "y", "z", "few", "none", "shapeless"]
    nodes = []
    for at in range(6):
        given = [chance.choice(names) for _ in range(chance.randrange(6))]
        outputs = [f"{operator}{at}{letter}" for letter in "ab"]
        made = helper.make_node(
            operator, given, outputs, domain=chance.choice(("", "com.microsoft"))
        )
        chosen = chance.sample(ATTRIBUTES, chance.randrange(10))
        made.attribute.extend(attribute(name, chance) for name in chosen)
        nodes.append(made)
        names += outputs
    return nodes


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_a_layer_next_to_nodes_with_random_attributes(tmp_path: Path, operator: str) -> None:
    chance = random.Random(operator)  # noqa: S311 - not cryptography
    for _ in range(ROUNDS):
        fed = [
            value(name, *(chance.choice(AXES) for _ in range(chance.randrange(5))))
            for name in ("x", "y", "z")
        ]
        fed.append(helper.make_value_info("shapeless", helper.make_tensor_type_proto(1, None)))
        tensors = [integers("few", chance.sample(NUMBERS, 3)), integers("none", ())]
        nodes = [*malformed_nodes(operator, chance), node(SHAPE)]
        body = graph(nodes, [*weights(SHAPE), *tensors], [value("X", "t", "b", 3), *fed])
        body.output.append(helper.make_tensor_value_info("Y", TensorProto.FLOAT, None))
        path = save(tmp_path, body)
        assert only(read(path)).sizes.input_size == 3
        assert not errors(report(path))
