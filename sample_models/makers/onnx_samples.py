"""The intact samples in ONNX: graphs that onnx.helper builds, one for each home of the weights."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper

from makers.onnx_graphs import BATCH, OPSET, STEPS, Spec, save, size, value
from makers.records import Intact, Truth

if TYPE_CHECKING:
    from pathlib import Path

EXTERNAL_THRESHOLD = 100  # bytes: W, R and B of the sample go to the other file


def _outputs(spec: Spec) -> onnx.ValueInfoProto:
    element = helper.np_dtype_to_tensor_dtype(onnx.numpy_helper.np.dtype(spec.dtype))
    return value("y", (STEPS, spec.directions, BATCH, spec.hidden_size), element)


def _inputs(spec: Spec) -> onnx.ValueInfoProto:
    element = helper.np_dtype_to_tensor_dtype(onnx.numpy_helper.np.dtype(spec.dtype))
    return value("x", (STEPS, BATCH, spec.input_size), element)


def _one_node(path: Path, spec: Spec, **attributes: object) -> Truth:
    weights = spec.weights()
    node = spec.node("x", ["y"], **attributes)
    save(path, helper.make_graph([node], "sample", [_inputs(spec)], [_outputs(spec)], weights))
    return Truth((spec.layer(size(weights)),), size(weights))


def _basic(path: Path) -> Truth:
    return _one_node(path, Spec("LSTM", "lstm", 5, 3))


def _no_bias(path: Path) -> Truth:
    return _one_node(path, Spec("LSTM", "lstm", 3, 2, bias=False))


def _bidirectional(path: Path) -> Truth:
    return _one_node(path, Spec("GRU", "gru", 6, 4, directions=2), linear_before_reset=1)


def _peepholes(path: Path) -> Truth:
    return _one_node(path, Spec("LSTM", "lstm", 4, 3, directions=2, peepholes=True))


def _half(path: Path) -> Truth:
    return _one_node(path, Spec("LSTM", "lstm", 4, 3, dtype="float16"))


def _rnn(path: Path) -> Truth:
    return _one_node(path, Spec("RNN", "rnn", 6, 4), activations=["Relu"])


def _constant_nodes(path: Path) -> Truth:
    spec = Spec("GRU", "gru", 5, 4)
    weights = spec.weights()
    nodes = [_constant(weight) for weight in weights]
    nodes.append(spec.node("x", ["y"]))
    save(path, helper.make_graph(nodes, "sample", [_inputs(spec)], [_outputs(spec)]))
    return Truth((spec.layer(size(weights)),), size(weights))


def _constant(weight: onnx.TensorProto) -> onnx.NodeProto:
    return helper.make_node("Constant", [], [weight.name], value=weight)


def _graph_inputs(path: Path) -> Truth:
    spec = Spec("LSTM", "lstm", 4, 3)
    fed = [value(spec.tensor(letter), shape) for letter, shape in spec.shapes().items()]
    node = spec.node("x", ["y"])
    save(path, helper.make_graph([node], "sample", [_inputs(spec), *fed], [_outputs(spec)]))
    return Truth((spec.layer(size(spec.weights()), stored=0),), 0, notes=("R404",))


def _external(path: Path) -> Truth:
    truth = _one_node(path, Spec("LSTM", "lstm", 6, 4))
    location = f"{path.name}.data"
    path.with_name(location).unlink(missing_ok=True)
    onnx.save_model(
        onnx.load(path),
        path,
        save_as_external_data=True,
        location=location,
        size_threshold=EXTERNAL_THRESHOLD,
    )
    path.with_name(location).chmod(0o644)  # onnx lets nobody else read it
    return replace(truth, companions=(f"onnx/{location}",))


def _shared(path: Path) -> Truth:
    spec = Spec("GRU", "first", 4, 4)
    weights = spec.weights()
    nodes = [
        spec.node("x", ["", "h"]),
        helper.make_node("Add", ["x", "h"], ["again"]),
        spec.node("again", ["y"]),
    ]
    nodes[-1].name = "second"
    save(path, helper.make_graph(nodes, "sample", [_inputs(spec)], [_outputs(spec)], weights))
    return Truth((spec.layer(size(weights)),), size(weights), notes=("R208",))


def _joined(path: Path) -> Truth:
    """An LSTM beside two inputs that one dense layer joins, as a step joins input and state."""
    spec, width = Spec("LSTM", "lstm", 5, 3), 4
    weights, random = spec.weights(), np.random.default_rng(1)
    joined = [
        onnx.numpy_helper.from_array(random.standard_normal(shape).astype("float32"), name)
        for name, shape in {"left.W": (width, width), "right.W": (width, width)}.items()
    ]
    nodes = [
        spec.node("x", ["y"]),
        helper.make_node("MatMul", ["question", "left.W"], ["left"], name="left"),
        helper.make_node("MatMul", ["answer", "right.W"], ["right"], name="right"),
        helper.make_node("Add", ["left", "right"], ["sum"], name="join"),
        helper.make_node("Tanh", ["sum"], ["score"], name="score"),
    ]
    given = [_inputs(spec), value("question", (BATCH, width)), value("answer", (BATCH, width))]
    results = [_outputs(spec), value("score", (BATCH, width))]
    save(path, helper.make_graph(nodes, "sample", given, results, [*weights, *joined]))
    return Truth((spec.layer(size(weights)),), size([*weights, *joined]), notes=("R403",))


def _branches(path: Path) -> Truth:
    """One LSTM in each branch of an If: weights of its own, and weights of the outer graph."""
    slow, fast = Spec("LSTM", "slow", 5, 4), Spec("LSTM", "fast", 5, 4, bias=False)
    inner, outer = slow.weights(), fast.weights()
    bodies = {
        "else_branch": _branch(fast, []),
        "then_branch": _branch(slow, [_constant(weight) for weight in inner]),
    }
    node = helper.make_node("If", ["precise"], ["y"], name="choice", **bodies)
    given = [value("precise", (), TensorProto.BOOL), _inputs(slow)]
    save(path, helper.make_graph([node], "sample", given, [_outputs(slow)], outer))
    layers = (
        fast.layer(size(outer), name="choice.else/fast"),
        slow.layer(size(inner), name="choice.then/slow"),
    )
    return Truth(layers, size(inner) + size(outer))


def _branch(spec: Spec, constants: list[onnx.NodeProto]) -> onnx.GraphProto:
    result = f"{spec.name}_y"
    shape = (STEPS, spec.directions, BATCH, spec.hidden_size)
    nodes = [*constants, spec.node("x", [result])]
    return helper.make_graph(nodes, spec.name, [], [value(result, shape)])


def _loop(path: Path) -> Truth:
    """An LSTM in the body of a Loop, which feeds its output back as the next input."""
    spec = Spec("LSTM", "lstm", 3, 3)
    weights = [*spec.weights(), helper.make_tensor("first", TensorProto.INT64, [1], [1])]
    state = (STEPS, BATCH, spec.hidden_size)
    body = helper.make_graph(
        [
            spec.node("state", ["steps"]),
            helper.make_node("Squeeze", ["steps", "first"], ["next"]),
            helper.make_node("Identity", ["go_on"], ["still"]),
        ],
        "body",
        [
            value("turn", (), TensorProto.INT64),
            value("go_on", (), TensorProto.BOOL),
            value("state", state),
        ],
        [value("still", (), TensorProto.BOOL), value("next", state)],
    )
    node = helper.make_node("Loop", ["turns", "", "x"], ["y"], name="loop", body=body)
    given = [value("turns", (), TensorProto.INT64), _inputs(spec)]
    save(path, helper.make_graph([node], "sample", given, [value("y", state)], weights))
    expected = size(weights[:-1])
    return Truth((spec.layer(expected, name="loop.body/lstm"),), expected)


def _scan(path: Path) -> Truth:
    """A GRU in the body of a Scan, whose weights are initializers of the body."""
    spec = Spec("GRU", "gru", 4, 3)
    weights = spec.weights()
    state = (1, BATCH, spec.hidden_size)
    cell = spec.node("piece", ["", "after"])
    cell.input.extend(["", "before"])
    body = helper.make_graph(
        [cell, helper.make_node("Identity", ["after"], ["piece_y"])],
        "body",
        [value("before", state), value("piece", (STEPS, BATCH, spec.input_size))],
        [value("after", state), value("piece_y", state)],
        weights,
    )
    node = helper.make_node(
        "Scan", ["h", "x"], ["last", "y"], name="scan", body=body, num_scan_inputs=1
    )
    given = [value("h", state), value("x", (2, STEPS, BATCH, spec.input_size))]
    results = [value("last", state), value("y", (2, *state))]
    save(path, helper.make_graph([node], "sample", given, results))
    return Truth((spec.layer(size(weights), name="scan.body/gru"),), size(weights))


def _function(path: Path) -> Truth:
    """A model-local function around a GRU, called twice with weights of its own each time."""
    first, second = Spec("GRU", "first", 4, 4), Spec("GRU", "second", 4, 4)
    weights = [*first.weights(), *second.weights()]
    letters = ["W", "R", "B"]
    function = helper.make_function(
        "sample",
        "LastState",
        ["X", *letters],
        ["H"],
        [helper.make_node("GRU", ["X", *letters], ["", "H"], name="gru", hidden_size=4)],
        [helper.make_opsetid("", OPSET)],
    )
    nodes = [
        _call(first, "x", "h"),
        helper.make_node("Add", ["x", "h"], ["z"]),
        _call(second, "z", "y"),
    ]
    result = value("y", (1, BATCH, second.hidden_size))
    save(path, helper.make_graph(nodes, "sample", [_inputs(first)], [result], weights), [function])
    layers = tuple(
        spec.layer(size(spec.weights()), name=f"{spec.name}/gru") for spec in (first, second)
    )
    return Truth(layers, size(weights))


def _call(spec: Spec, given: str, result: str) -> onnx.NodeProto:
    inputs = [given, *(spec.tensor(letter) for letter in spec.shapes())]
    return helper.make_node("LastState", inputs, [result], name=spec.name, domain="sample")


_NODE = "onnx.helper, weights as initializers"
INTACT = (
    Intact("onnx/basic_lstm.onnx", _NODE, _basic),
    Intact("onnx/bidirectional_gru.onnx", _NODE, _bidirectional),
    Intact(
        "onnx/constant_nodes_gru.onnx", "onnx.helper, weights as Constant nodes", _constant_nodes
    ),
    Intact("onnx/external_lstm.onnx", "onnx.helper, weights in an external file", _external),
    Intact("onnx/function_gru.onnx", "onnx.helper, a model-local function called twice", _function),
    Intact("onnx/half_lstm.onnx", f"{_NODE} of float16", _half),
    Intact("onnx/if_branches.onnx", "onnx.helper, a layer in each branch of an If", _branches),
    Intact("onnx/input_weights_lstm.onnx", "onnx.helper, weights as graph inputs", _graph_inputs),
    Intact("onnx/joined_lstm.onnx", f"{_NODE}; a dense layer joins two more inputs", _joined),
    Intact("onnx/loop_lstm.onnx", "onnx.helper, weights outside of a Loop's body", _loop),
    Intact("onnx/no_bias_lstm.onnx", _NODE, _no_bias),
    Intact("onnx/peephole_lstm.onnx", _NODE, _peepholes),
    Intact("onnx/rnn.onnx", _NODE, _rnn),
    Intact("onnx/scan_gru.onnx", "onnx.helper, weights in a Scan's body", _scan),
    Intact("onnx/shared_gru.onnx", f"{_NODE} that two nodes use", _shared),
)
