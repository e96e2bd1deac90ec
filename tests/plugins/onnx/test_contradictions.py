"""Recurrent nodes that contradict their weights: onnx.checker accepts them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, compose, helper, numpy_helper
from onnxruntime import InferenceSession
from onnxruntime.capi.onnxruntime_pybind11_state import Fail

from making.onnx.graphs import Shape, graph, model, node, save, value, weights
from making.onnx.results import errors, report
from rnninspect.cells import Role
from rnninspect.rules import Level

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SHAPE = Shape("LSTM", 5, 3)
BOTH = Shape("LSTM", 5, 3, directions=2)
X = value("X", 4, 2, 5)
Y_H = helper.make_tensor_value_info("Y_h", TensorProto.FLOAT, [None, None, None])


def built(
    changed: Mapping[str, tuple[int, ...]],
    shape: Shape = SHAPE,
    x: onnx.ValueInfoProto = X,
    **attributes: object,
) -> onnx.ModelProto:
    """A node with weights of which some have another shape than it declares."""
    tensors = [
        numpy_helper.from_array(np.ones(changed.get(letter, size), np.float32), letter)
        for letter, size in shape.shapes.items()
    ]
    recurrent = node(shape, hidden_size=None, direction=None)
    direction = "bidirectional" if shape.directions == 2 else "forward"
    declared = {"hidden_size": shape.n, "direction": direction, **attributes}
    recurrent.attribute.extend(helper.make_attribute(*given) for given in declared.items())
    body = graph([recurrent], tensors, [x])
    body.output.append(Y_H)
    return model(body)


PEEPHOLES = Shape("LSTM", 5, 3, peepholes=True)
CONTRADICTIONS = {
    "W for other gates": (built({"W": (1, 16, 5)}), {"R101"}),
    "hidden_size of another layer": (built({}, hidden_size=4), {"R104"}),
    "W for two directions": (built({"W": (2, 12, 5)}), {"R101"}),
    "W for one of two directions": (built({"W": (1, 12, 5)}, BOTH), {"R101"}),
    "all for one of two directions": (built({}, direction="bidirectional"), {"R104"}),
    "all for two directions of one": (built({}, BOTH, direction="reverse"), {"R104"}),
    "W for another X": (built({"W": (1, 12, 7)}), {"R101"}),
    "X for another W": (built({}, x=value("X", 4, 2, 7)), {"R101"}),
    "half a bias": (built({"B": (1, 12)}), {"R107"}),
    "a bias of another size": (built({"B": (1, 32)}), {"R101"}),
    "peepholes for four gates": (built({"P": (1, 12)}, PEEPHOLES), {"R101"}),
    "R of another width": (built({"R": (1, 12, 4)}), {"R101"}),
    "R turned": (built({"R": (1, 3, 12)}), {"R105"}),
    "W of rank two": (built({"W": (12, 5)}), {"R101"}),
    "W and R changed for each other": (built({"W": (1, 12, 3), "R": (1, 12, 5)}), {"R101"}),
    "W of a GRU": (built({"W": (1, 9, 5)}), {"R108"}),
    "hidden_size of zero": (built({}, hidden_size=0), {"R104"}),
    "hidden_size below zero": (built({}, hidden_size=-3), {"R104"}),
    "a huge hidden_size": (built({}, hidden_size=2**40), {"R104"}),
    "no direction": (built({}, direction="sideways"), {"R104"}),
    "too many activations": (built({}, activations=["Sigmoid", "Tanh"] * 3), {"R104"}),
    "an unknown layout": (built({}, layout=3), {"R104"}),
    "too few activations": (built({}, activations=["Sigmoid", "Tanh"]), {"R104"}),
    "an unknown activation": (built({}, activations=["Sigmoid", "Tanh", "Swish"]), {"R104"}),
    "activations for one of two": (
        built({}, BOTH, activations=["Sigmoid", "Tanh", "Tanh"]),
        {"R104"},
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictions_that_onnx_checker_accepts_are_reported(tmp_path: Path, name: str) -> None:
    whole, rules = CONTRADICTIONS[name]
    onnx.checker.check_model(whole)
    of = report(save(tmp_path, whole))
    assert errors(of) == rules
    assert of.layers[0].layer.sizes.hidden_size in (3, 4)


def together(*models: onnx.ModelProto) -> onnx.ModelProto:
    """The nodes of several models in one graph, under other names."""
    named = [compose.add_prefix(each, f"m{at}_") for at, each in enumerate(models)]
    first = named[0].graph
    for other in (each.graph for each in named[1:]):
        first.node.extend(other.node)
        first.initializer.extend(other.initializer)
        first.input.extend(other.input)
        first.output.extend(other.output)
    return named[0]


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictions_among_sound_nodes_are_reported_of_each(tmp_path: Path, name: str) -> None:
    """Sound nodes that are alike are looked at once."""
    whole, rules = CONTRADICTIONS[name]
    sound = built({})
    of = report(save(tmp_path, together(sound, sound, whole, sound, whole)))
    found = [{finding.rule for finding in of.findings_of(each.name)} for each in of.layers]
    assert found == [set(), set(), rules, set(), rules]


STATES = {
    (1, 2, 3): None,
    (1, 2, 4): "4 wide",
    (2, 2, 3): "2 directions",
    (1, 3): "2 axes",
}


@pytest.mark.parametrize("letter", ["h", "c"])
@pytest.mark.parametrize("state", STATES)
def test_initial_states(tmp_path: Path, letter: str, state: tuple[int, ...]) -> None:
    """A state of another width is the only trace of a projection that an export lost."""
    lstm = node(SHAPE)
    lstm.input.extend(["", "h", "c"])
    states = [
        numpy_helper.from_array(np.zeros(state if name == letter else (1, 2, 3), np.float32), name)
        for name in ("h", "c")
    ]
    of = report(save(tmp_path, graph([lstm], [*weights(SHAPE), *states], [X])))
    wrong = STATES[state]
    assert errors(of) == ({"R104"} if wrong else set())
    assert all(f"initial_{letter}" in finding.message for finding in of.findings)
    assert all(wrong in finding.message for finding in of.findings if wrong)


def test_a_state_by_the_other_layout(tmp_path: Path) -> None:
    lstm = node(BOTH, layout=1)
    lstm.input.extend(["", "h"])
    for shape, rules in (((4, 2, 3), set[str]()), ((2, 4, 3), {"R104"})):
        body = graph([lstm], weights(BOTH), [X, value("h", *shape)])
        assert errors(report(save(tmp_path, body))) == rules


WRONG_ATTRIBUTES: dict[str, tuple[Shape, dict[str, object]]] = {
    "hidden_size is 8, the weights are for 3": (SHAPE, {"hidden_size": 8}),
    "direction is bidirectional, the weights are for one direction": (
        SHAPE,
        {"direction": "bidirectional"},
    ),
    "direction is forward, the weights are for two directions": (
        BOTH,
        {"direction": "forward"},
    ),
    "hidden_size is a string, expected an integer": (SHAPE, {"hidden_size": "three"}),
    "hidden_size is a real number, expected an integer": (SHAPE, {"hidden_size": 3.0}),
    "hidden_size is a list of integers, expected an integer": (SHAPE, {"hidden_size": [3]}),
    "direction is an integer, expected a string": (SHAPE, {"direction": 1}),
    "clip is an integer, expected a real number": (SHAPE, {"clip": 3}),
    "clip is a string, expected a real number": (SHAPE, {"clip": "3.0"}),
    "activations is a string, expected a list of strings": (SHAPE, {"activations": "Tanh"}),
    "activation_alpha is a list of integers, expected a list of real numbers": (
        SHAPE,
        {"activation_alpha": [1, 2, 3]},
    ),
    "input_forget is a real number, expected an integer": (SHAPE, {"input_forget": 1.0}),
}


@pytest.mark.parametrize("message", WRONG_ATTRIBUTES)
@pytest.mark.parametrize("states", [False, True])
def test_a_wrong_attribute_is_named_once(tmp_path: Path, message: str, *, states: bool) -> None:
    """The weights agree with each other, so the layer has their size and no other error."""
    shape, attributes = WRONG_ATTRIBUTES[message]
    whole = built({}, shape, **attributes)
    if states:
        whole.graph.node[0].input.extend(["", "h"])
        whole.graph.input.append(value("h", shape.directions, 2, 3))
    of = report(save(tmp_path, whole))
    assert [(f.rule, f.message) for f in of.findings if f.rule != "R402"] == [("R104", message)]
    sizes = of.layers[0].layer.sizes
    assert (sizes.hidden_size, sizes.directions) == (3, shape.directions)
    assert of.layers[0].expected == of.layers[0].stored == shape.parameters


def test_a_missing_direction(tmp_path: Path) -> None:
    bare = node(BOTH, direction=None)
    (found,) = report(save(tmp_path, graph([bare], weights(BOTH), [X]))).findings
    assert found.rule == "R104"
    assert found.message.startswith("direction is missing (default: forward), the weights")


def test_states_that_agree_with_the_wrong_attribute(tmp_path: Path) -> None:
    whole = built({}, hidden_size=8)
    whole.graph.node[0].input.extend(["", "h"])
    whole.graph.input.append(value("h", 1, 2, 8))
    (found,) = report(save(tmp_path, whole)).findings
    assert found.message == "hidden_size is 8, the weights are for 3"


@pytest.mark.parametrize("operator", ["RNN", "GRU", "LSTM"])
def test_a_missing_hidden_size(tmp_path: Path, operator: str) -> None:
    """onnx.checker accepts it, ONNX Runtime does not."""
    shape = Shape(operator, 5, 3)
    whole = model(graph([node(shape, hidden_size=None)], weights(shape), [X]))
    whole.graph.output.append(Y_H)
    onnx.checker.check_model(whole)
    with pytest.raises(Fail, match="hidden_size"):
        InferenceSession(whole.SerializeToString(), providers=["CPUExecutionProvider"])
    of = report(save(tmp_path, whole))
    assert [(f.rule, f.level) for f in of.findings] == [
        ("R110", Level.WARNING),
        ("R402", Level.NOTE),
    ]
    assert of.layers[0].expected == of.layers[0].stored == shape.parameters


def test_a_zero_that_a_writer_omits(tmp_path: Path) -> None:
    """proto3 omits zeros; the attribute's type shows which value is missing."""
    whole = built({}, Shape("GRU", 5, 3))
    zero = onnx.AttributeProto(name="linear_before_reset", type=onnx.AttributeProto.INT)
    whole.graph.node[0].attribute.append(zero)
    assert not report(save(tmp_path, whole)).findings
    whole.graph.node[0].attribute[0].ClearField("i")
    assert errors(report(save(tmp_path, whole))) == {"R104"}


def test_x_of_another_rank(tmp_path: Path) -> None:
    assert errors(report(save(tmp_path, built({}, x=value("X", 4, 5))))) == {"R104"}


def test_more_inputs_than_the_operator_has(tmp_path: Path) -> None:
    gru = node(Shape("GRU", 5, 3))
    gru.input.extend(["", "", "", "P"])
    body = graph([gru], weights(Shape("GRU", 5, 3, peepholes=True)), [X])
    assert errors(report(save(tmp_path, body))) == {"R104"}


@pytest.mark.parametrize("listed", [(1, 12, 5), (1, "rows", 5), (1, 16, 5), (12, 5)])
def test_an_initializer_that_is_an_input_of_another_shape(
    tmp_path: Path, listed: tuple[int | str, ...]
) -> None:
    whole = model(graph([node(SHAPE)], weights(SHAPE), [X, value("W", *listed)]))
    whole.graph.output.append(Y_H)
    onnx.checker.check_model(whole)
    fits = len(listed) == 3 and 16 not in listed
    assert errors(report(save(tmp_path, whole))) == (set() if fits else {"R104"})


def test_an_omitted_kernel(tmp_path: Path) -> None:
    lstm = node(SHAPE)
    lstm.input[1] = ""
    assert errors(report(save(tmp_path, graph([lstm], weights(SHAPE)[1:], [X])))) == {"R102"}


def test_a_tensor_without_a_name_is_not_an_omitted_input(tmp_path: Path) -> None:
    nameless = numpy_helper.from_array(np.ones((1, 24), np.float32), "")
    bare = Shape("LSTM", 5, 3, bias=False)
    of = report(save(tmp_path, graph([node(bare)], [*weights(bare), nameless], [X])))
    assert of.layers[0].layer.roles == {Role.KERNEL, Role.RECURRENT_KERNEL}
    assert not errors(of)


def test_weights_of_two_types(tmp_path: Path) -> None:
    tensors = [*weights(SHAPE)[:1], *weights(SHAPE, dtype="float16")[1:]]
    of = report(save(tmp_path, graph([node(SHAPE)], tensors, [X])))
    assert errors(of) == {"R104"}
    assert [finding.rule for finding in of.findings if finding.level is Level.WARNING] == ["R207"]
    assert "W float32 and R, B float16" in of.findings[0].message


def test_integers_that_nothing_dequantises(tmp_path: Path) -> None:
    tensors = [
        numpy_helper.from_array(np.ones(shape, np.int8), letter)
        for letter, shape in SHAPE.shapes.items()
    ]
    of = report(save(tmp_path, graph([node(SHAPE)], tensors, [X])))
    assert [finding.rule for finding in of.findings] == ["R104"]
    assert "unsupported type: W, R, B int8" in of.findings[0].message


def test_activations_ignore_case(tmp_path: Path) -> None:
    names = ["HardSigmoid", "TANH", "tanh"]
    whole = graph([node(SHAPE, activations=names)], weights(SHAPE), [X])
    assert not report(save(tmp_path, whole)).findings


def test_default_activations_of_rnn_are_two_for_any_direction(tmp_path: Path) -> None:
    shape = Shape("RNN", 5, 3)
    whole = graph([node(shape, activations=["Tanh", "Tanh"])], weights(shape), [X])
    assert not report(save(tmp_path, whole)).findings
