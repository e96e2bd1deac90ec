"""Weights that reach a recurrent node through other operators: each chain to its stored tensors.

What a chain gives is computed by onnx's reference implementation; the reader must come to the
same shape without computing anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import helper

from making.onnx.chains import (
    COMPUTED,
    KERNEL,
    SHAPE,
    VIEWS,
    built,
    kernel,
    nodes_of,
    numbers,
    reference_shape,
    stored,
)
from making.onnx.graphs import Shape, constant, graph, integers, node, save, weights
from making.onnx.results import counts, errors, only, read, report
from rnninspect.model import Fate
from rnninspect.source.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_leads_to_its_stored_tensors(tmp_path: Path, name: str) -> None:
    text, shapes, opset = VIEWS[name]
    arrays = stored(shapes)
    path = save(tmp_path, built(text, arrays, opset))
    found = kernel(path)
    assert found.shape == reference_shape(text, arrays, opset) == (1, 8, 3)
    assert {tensor.name for tensor in found.tensors} == set(shapes)
    assert found.fate is Fate.STORED
    of = report(path)
    assert counts(of) == [("layer", SHAPE.parameters, SHAPE.parameters)]
    assert not of.findings


def test_reshape_by_an_attribute(tmp_path: Path) -> None:
    """As in operator sets below 5, which the reference implementation does not know."""
    path = save(tmp_path, built("W = Reshape <shape = [1, 8, 3]> (w)", stored({"w": (24,)}), 4))
    assert kernel(path).shape == (1, 8, 3)
    assert counts(report(path)) == [("layer", SHAPE.parameters, SHAPE.parameters)]


@pytest.mark.parametrize("name", COMPUTED)
def test_computed_weights_name_their_tensors(tmp_path: Path, name: str) -> None:
    text, shapes = COMPUTED[name]
    arrays = stored(shapes)
    path = save(tmp_path, built(text, arrays))
    found = kernel(path)
    assert found.fate is Fate.COMPUTED
    assert found.shape == reference_shape(text, arrays, 17)
    assert {tensor.name for tensor in found.tensors} == set(shapes)
    of = report(path)
    held = sum(int(np.prod(size)) for size in shapes.values())
    assert counts(of) == [("layer", SHAPE.parameters, SHAPE.parameters - KERNEL + held)]
    assert not errors(of)
    assert "R406" in {finding.rule for finding in of.findings}


def test_weights_without_stored_tensors(tmp_path: Path) -> None:
    path = save(tmp_path, built("W = RandomNormal <shape = [1, 8, 3]> ()", []))
    assert (kernel(path).fate, kernel(path).shape) == (Fate.COMPUTED, (1, 8, 3))
    assert counts(report(path)) == [("layer", SHAPE.parameters, SHAPE.parameters - KERNEL)]
    assert not errors(report(path))


def test_weights_computed_from_inputs(tmp_path: Path) -> None:
    """A network that computes another's weights: its own weights are not the layer's."""
    arrays = stored({"h": (3, 24)})
    path = save(tmp_path, built("t = MatMul (X, h)\nW = Reshape (t, whole)", arrays))
    assert (kernel(path).fate, kernel(path).tensors) == (Fate.COMPUTED, ())
    assert report(path).totals.parameters == 72 + SHAPE.parameters - KERNEL


@pytest.mark.parametrize("text", ["W = Expand (w, whole)", "W = Tile (w, whole)"])
def test_repeated_values_are_stored_once(tmp_path: Path, text: str) -> None:
    arrays = stored({"w": (1, 1, 1)})
    path = save(tmp_path, built(text, arrays))
    assert kernel(path).shape == reference_shape(text, arrays, 17)
    assert counts(report(path)) == [("layer", SHAPE.parameters, SHAPE.parameters - KERNEL + 1)]
    assert not errors(report(path))


def test_a_bias_with_a_half_that_is_not_stored(tmp_path: Path) -> None:
    """Zeros appended by Pad or made by ConstantOfShape are not stored."""
    kernels = weights(Shape(bias=False))
    half = stored({"b": (1, 8)})
    zeros = helper.make_node("ConstantOfShape", ["size"], ["z"])
    joined = helper.make_node("Concat", ["b", "z"], ["B"], axis=1)
    padded = helper.make_node("Pad", ["b", "pads"], ["B"])
    tensors = [*kernels, *half, integers("size", (1, 8)), integers("pads", (0, 0, 0, 8))]
    for nodes in ([zeros, joined], [padded]):
        path = save(tmp_path, graph([*nodes, node(SHAPE)], tensors))
        assert only(read(path)).operands[2].shape == (1, 16)
        assert counts(report(path)) == [("layer", SHAPE.parameters, SHAPE.parameters - 8)]
        assert not errors(report(path))


def test_two_nodes_over_slices_of_one_tensor(tmp_path: Path) -> None:
    slices = "A = Slice (w, zero, one, zero)\nC = Slice (w, one, two, zero)"
    first, second = Shape(), Shape()
    nodes = [*nodes_of(slices), node(first, "a_"), node(second, "b_")]
    nodes[2].input[1], nodes[3].input[1] = "A", "C"
    rest = [*weights(first, "a_"), *weights(second, "b_")]
    tensors = [tensor for tensor in rest if not tensor.name.endswith("W")]
    of = report(save(tmp_path, graph(nodes, [*tensors, *stored({"w": (2, 8, 3)}), *numbers()])))
    assert [count[1:] for count in counts(of)] == [(56, 56), (56, 56)]
    assert of.totals.parameters == 112
    assert not errors(of)


def test_tied_layers_are_one(tmp_path: Path) -> None:
    second = node(SHAPE)
    second.name = "again"
    second.output[:] = ["Z", "Z_h"]
    of = report(save(tmp_path, graph([node(SHAPE), second], weights(SHAPE))))
    assert counts(of) == [("layer", 56, 56)]
    assert of.layers[0].layer.also_at == ("again",)
    assert of.totals.parameters == 56


def test_nodes_in_any_order(tmp_path: Path) -> None:
    """ONNX Runtime runs graphs that are not sorted."""
    text, shapes, _ = VIEWS["torch's gates"]
    whole = built(text, stored(shapes))
    ordered = list(whole.graph.node)
    del whole.graph.node[:]
    whole.graph.node.extend(reversed(ordered))
    of = report(save(tmp_path, whole))
    assert counts(of) == [("layer", 56, 56)]
    assert not of.findings


@pytest.mark.parametrize(
    "text",
    [
        "a = Identity (b)\nb = Identity (a)\nW = Identity (a)",
        "W = Identity (W)",
        "a = Concat <axis = 1> (a, w)\nW = Identity (a)",
        "W = Identity (gone)",
    ],
)
def test_a_cycle_or_an_undefined_name_is_reported(tmp_path: Path, text: str) -> None:
    of = report(save(tmp_path, built(text, stored({"w": (1, 8, 3)}))))
    assert errors(of) == {"R102", "R104"}
    assert any("W of the node is W, which nothing defines" in item.message for item in of.findings)


def test_doubling_needs_no_memory(tmp_path: Path) -> None:
    """80 times Concat(a, a): 2^80 rows, one stored tensor."""
    doubling = [
        helper.make_node("Concat", [f"w{k}", f"w{k}"], [f"w{k + 1}"], axis=1) for k in range(80)
    ]
    rest = [tensor for tensor in weights(SHAPE) if tensor.name != "W"]
    lstm = node(SHAPE)
    lstm.input[1] = "w80"
    path = save(tmp_path, graph([*doubling, lstm], [*stored({"w0": (1, 1, 3)}), *rest]))
    assert [tensor.name for tensor in kernel(path).tensors] == ["w0"]
    assert errors(report(path)) == {"R104"}


def test_a_long_chain_does_not_recurse(tmp_path: Path) -> None:
    chain = [helper.make_node("Identity", [f"w{k}"], [f"w{k + 1}"]) for k in range(20_000)]
    lstm = node(SHAPE)
    lstm.input[1] = "w20000"
    rest = [tensor for tensor in weights(SHAPE) if tensor.name != "W"]
    path = save(tmp_path, graph([*chain, lstm], [*stored({"w0": (1, 8, 3)}), *rest]))
    assert counts(report(path)) == [("layer", 56, 56)]
    assert Limits().nodes > 40_000


def test_integers_beyond_bounds_are_not_computed(tmp_path: Path) -> None:
    """Squared 60 times, a number would have more digits than fit in memory."""
    squares = [helper.make_node("Mul", [f"n{k}", f"n{k}"], [f"n{k + 1}"]) for k in range(60)]
    shaped = helper.make_node("Reshape", ["w", "n60"], ["W"])
    rest = [tensor for tensor in weights(SHAPE) if tensor.name != "W"]
    tensors = [*stored({"w": (1, 8, 3)}), *rest, integers("n0", (1, 8, 3))]
    path = save(tmp_path, graph([*squares, shaped, node(SHAPE)], tensors))
    assert kernel(path).shape is None
    assert not errors(report(path))


def test_a_constant_after_its_use(tmp_path: Path) -> None:
    kernel_node = constant("W", np.ones((1, 8, 3), np.float32))
    rest = [tensor for tensor in weights(SHAPE) if tensor.name != "W"]
    assert counts(report(save(tmp_path, graph([node(SHAPE), kernel_node], rest)))) == [
        ("layer", 56, 56)
    ]
