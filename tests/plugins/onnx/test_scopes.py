"""Recurrent nodes in branches, loops, scans and training graphs, with weights from any scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from making.onnx.graphs import Shape, body, graph, integers, model, node, save, value, weights
from making.onnx.results import counts, errors, only, read, report
from rnninspect.errors import UnreadableFile
from rnninspect.model import Fact, Fate, Origin, Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SHAPE = Shape("LSTM", 3, 2)
TRUE = numpy_helper.from_array(np.array(1, np.bool_), "true")
TRIPS = numpy_helper.from_array(np.array(4, np.int64), "trips")


def branch(prefix: str = "", tensors: Sequence[onnx.TensorProto] = ()) -> onnx.GraphProto:
    return body([node(SHAPE, prefix)], tensors, (), [value(f"{prefix}Y_h", 1, None, 2)])


def choice(then: onnx.GraphProto, other: onnx.GraphProto) -> onnx.NodeProto:
    return helper.make_node(
        "If", ["true"], ["r"], name="choice", then_branch=then, else_branch=other
    )


def test_two_branches_over_one_set_of_weights(tmp_path: Path) -> None:
    whole = graph([choice(branch(), branch())], [*weights(SHAPE), TRUE])
    of = report(save(tmp_path, whole))
    (first, *others) = [
        place for layer in of.layers for place in (layer.layer.name, *layer.layer.also_at)
    ]
    assert {first, *others} == {"choice.then/layer", "choice.else/layer"}
    assert [count[1:] for count in counts(of)] == [(56, 56)]
    assert of.totals.parameters == 56
    assert [finding.rule for finding in of.findings] == ["R208"]
    assert of.layers[0].layer.origin is Origin.DECLARED


def test_two_branches_with_weights_of_their_own(tmp_path: Path) -> None:
    """The same name for two tensors: the inner one is used."""
    wide = Shape("LSTM", 3, 4)
    other = body([node(wide)], weights(wide), (), [value("Y_h", 1, None, 4)])
    whole = graph([choice(branch("", weights(SHAPE)), other)], [TRUE])
    of = report(save(tmp_path, whole))
    assert sorted(count[1:] for count in counts(of)) == [(56, 56), (144, 144)]
    assert of.totals.parameters == 200
    assert not errors(of)


def test_an_inner_name_hides_an_outer_one(tmp_path: Path) -> None:
    wide = Shape("LSTM", 3, 4)
    inner = body([node(wide)], weights(wide), (), [value("Y_h", 1, None, 4)])
    whole = graph([node(SHAPE, x="X"), choice(inner, inner)], [*weights(SHAPE), TRUE])
    of = report(save(tmp_path, whole))
    assert not errors(of)
    assert of.totals.parameters == 56 + 2 * 144  # both branches are written out


def test_the_first_of_two_definitions_is_used_and_both_are_reported(tmp_path: Path) -> None:
    double = weights(Shape("LSTM", 3, 5))[0]
    of = report(save(tmp_path, graph([node(SHAPE)], [*weights(SHAPE), double])))
    assert errors(of) == {"R209"}


@pytest.mark.parametrize("depth", [1, 5, 30])
def test_weights_from_many_scopes_outside(tmp_path: Path, depth: int) -> None:
    inner = branch()
    for level in range(depth):
        outer = helper.make_node(
            "If", ["true"], [f"r{level}"], name="n", then_branch=inner, else_branch=body([])
        )
        inner = body([outer])
    whole = graph(inner.node, [*weights(SHAPE), TRUE])
    of = report(save(tmp_path, whole))
    assert counts(of) == [("n.then/" * depth + "layer", 56, 56)]
    assert not errors(of)


def test_too_many_levels_end_in_one_line(tmp_path: Path) -> None:
    content = b""
    for _ in range(3000):  # protobuf itself refuses more than a hundred levels
        for number in (6, 5, 1):  # graph of an attribute, attribute of a node, node of a graph
            content = field(number, content)
    with pytest.raises(UnreadableFile):
        read(save(tmp_path, b"\x08\x08" + field(7, content)))


def field(number: int, content: bytes) -> bytes:
    size, length = len(content), b""
    while size > 0x7F:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + content


def loop(inner: onnx.GraphProto, carried: Sequence[str]) -> onnx.NodeProto:
    outputs = [f"final_{name}" for name in carried]
    return helper.make_node("Loop", ["trips", "true", *carried], outputs, name="loop", body=inner)


COUNTERS = [
    value("i", element=TensorProto.INT64),
    value("go", element=TensorProto.BOOL),
]


def test_a_loop_that_captures_its_weights(tmp_path: Path) -> None:
    inner = body([node(SHAPE)], (), COUNTERS, [value("go", element=TensorProto.BOOL)])
    of = report(save(tmp_path, graph([loop(inner, [])], [*weights(SHAPE), TRUE, TRIPS])))
    assert counts(of) == [("loop.body/layer", 56, 56)]
    assert not of.findings


@pytest.mark.parametrize("copied", [True, False])
def test_a_loop_whose_weights_are_states(tmp_path: Path, copied: bool) -> None:
    """Passed on directly or through Identity, they are the initial values."""
    names = ["W", "R", "B"]
    copies = [helper.make_node("Identity", [f"in_{name}"], [f"out_{name}"]) for name in names]
    ends = [f"out_{name}" if copied else f"in_{name}" for name in names]
    inner = body(
        [node(SHAPE, "in_"), *copies],
        (),
        [*COUNTERS, *(value(f"in_{name}") for name in names)],
        [value("go", element=TensorProto.BOOL), *(value(name) for name in ends)],
    )
    of = report(save(tmp_path, graph([loop(inner, names)], [*weights(SHAPE), TRUE, TRIPS])))
    assert counts(of) == [("loop.body/in_layer", 56, 56)]
    assert not of.findings


def test_a_weight_that_a_loop_changes_is_computed(tmp_path: Path) -> None:
    inner = body(
        [node(SHAPE, "in_"), helper.make_node("Add", ["in_W", "in_W"], ["next"])],
        (),
        [*COUNTERS, value("in_W", 1, 8, 3)],
        [value("go", element=TensorProto.BOOL), value("next", 1, 8, 3)],
    )
    tensors = [*weights(SHAPE), *weights(SHAPE, "in_")[1:], TRUE, TRIPS]
    layer = only(read(save(tmp_path, graph([loop(inner, ["W"])], tensors))))
    assert [operand.fate for operand in layer.operands] == [Fate.COMPUTED, Fate.STORED, Fate.STORED]
    assert layer.operands[0].shape == (1, 8, 3)


def test_a_scan_whose_kernel_is_a_state_and_that_iterates_over_x(tmp_path: Path) -> None:
    inner = body(
        [helper.make_node("Unsqueeze", ["x", "zero"], ["x3"]), node(SHAPE, "in_", "x3")],
        (),
        [value("in_W"), value("x")],
        [value("in_W"), value("in_Y_h")],
    )
    scan = helper.make_node(
        "Scan", ["W", "X"], ["W2", "ys"], name="scan", body=inner, num_scan_inputs=1
    )
    tensors = [*weights(SHAPE)[:1], *weights(SHAPE, "in_")[1:], integers("zero", [0])]
    of = report(save(tmp_path, graph([scan], tensors)))
    assert counts(of) == [("scan.body/in_layer", 56, 56)]
    assert of.layers[0].layer.origin is Origin.DECLARED  # X [steps, batch, 3] is cut along steps
    assert not of.findings


@pytest.mark.parametrize("axis", [None, 1, -3])
def test_a_scan_over_a_stack_of_kernels(tmp_path: Path, axis: int | None) -> None:
    """Each iteration uses one of them: the layer counts one, the tensor contains all."""
    place = {None: 0, 1: 1, -3: 1}[axis]
    stack = np.stack([np.ones((1, 8, 3), np.float32)] * 4, place)
    inner = body([node(SHAPE, "in_")], (), [value("in_W")], [value("in_Y_h")])
    given = {} if axis is None else {"scan_input_axes": [axis]}
    scan = helper.make_node(
        "Scan", ["S"], ["ys"], name="scan", body=inner, num_scan_inputs=1, **given
    )
    tensors = [numpy_helper.from_array(stack, "S"), *weights(SHAPE, "in_")[1:]]
    of = report(save(tmp_path, graph([scan], tensors)))
    assert counts(of) == [("scan.body/in_layer", 56, 56)]
    assert of.totals.parameters == 96 + 32
    assert not errors(of)


def test_the_scan_of_operator_set_8(tmp_path: Path) -> None:
    """It has lengths first and a batch axis: nothing is bound, captured names still are."""
    inner = body(
        [node(SHAPE, x="x")], (), [value("s"), value("x", 5, 1, 3)], [value("s"), value("Y_h")]
    )
    scan = helper.make_node(
        "Scan", ["", "X", "X"], ["a", "b"], name="scan", body=inner, num_scan_inputs=1
    )
    of = report(save(tmp_path, model(graph([scan], weights(SHAPE)), 8)))
    assert counts(of) == [("scan.body/layer", 56, 56)]


def test_a_sequence_map(tmp_path: Path) -> None:
    inner = body([node(SHAPE, x="x")], (), [value("x", None, 1, 3)], [value("Y_h")])
    mapped = helper.make_node("SequenceMap", ["X"], ["ys"], name="map", body=inner)
    of = report(save(tmp_path, graph([mapped], weights(SHAPE))))
    assert counts(of) == [("map.body/layer", 56, 56)]
    assert not errors(of)


def test_subgraphs_of_custom_operators(tmp_path: Path) -> None:
    search = helper.make_node(
        "BeamSearch", ["X"], ["y"], name="beam", domain="com.microsoft", decoder=branch()
    )
    of = report(save(tmp_path, graph([search], weights(SHAPE))))
    assert counts(of) == [("beam.decoder/layer", 56, 56)]


def test_training_graphs_are_reported_and_not_counted(tmp_path: Path) -> None:
    """With weights of the model and some of its own."""
    whole = model(graph([node(SHAPE)], weights(SHAPE)))
    training = whole.training_info.add()
    own = [node(SHAPE, "t_"), node(SHAPE, x="Z")]
    training.algorithm.CopyFrom(body(own, weights(SHAPE, "t_"), [value("X", 1, 1, 3)]))
    path = save(tmp_path, whole)
    of, described = report(path), read(path)
    assert counts(of) == [("layer", 56, 56)]
    assert of.totals.parameters == 56
    assert of.totals.not_parameters["optimizer"] == 56
    assert {tensor.purpose for tensor in described.tensors if tensor.name.startswith("t_")} == {
        Purpose.OPTIMIZER
    }
    noticed = [item.detail for item in described.observations if item.fact is Fact.UNUSUAL]
    assert noticed == [
        "a training graph runs LSTM at training_0/t_layer: not counted",
        "a training graph runs LSTM at training_0/layer: not counted",
    ]
    assert not errors(of)
