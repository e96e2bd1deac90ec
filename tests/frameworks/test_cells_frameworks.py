"""The table of cells against live layers of torch, keras and onnxruntime."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from making.by_hand import KERNELS, ONE_BIAS, TWO_BIASES
from rnninspect.cells import CELLS, Role, Sizes, count

pytestmark = pytest.mark.frameworks
SHAPES = ((3, 2), (1, 1), (5, 8), (16, 7))


def torch_cases() -> list[tuple[str, int, int, int, bool, bool, int]]:
    cases = [
        (name, inputs, hidden, levels, two_way, bias, 0)
        for name, (inputs, hidden), levels, two_way, bias in itertools.product(
            ("RNN", "GRU", "LSTM"), SHAPES, (1, 3), (False, True), (False, True)
        )
    ]
    projected = itertools.product((False, True), (False, True), (1, 2))
    return cases + [("LSTM", 5, 4, levels, way, bias, 3) for way, bias, levels in projected]


@pytest.mark.parametrize("case", torch_cases(), ids=str)
def test_torch_counts_the_same(case: tuple[str, int, int, int, bool, bool, int]) -> None:
    import torch

    name, inputs, hidden, levels, two_way, bias, projection = case
    options: dict[str, Any] = {"proj_size": projection} if projection else {}
    module = getattr(torch.nn, name)(
        inputs, hidden, num_layers=levels, bidirectional=two_way, bias=bias, **options
    )
    roles = (TWO_BIASES if bias else KERNELS) | ({Role.PROJECTION} if projection else set())
    directions = 2 if two_way else 1
    first = Sizes(inputs, hidden, projection or None, (), directions)
    above = Sizes(directions * first.fed_back, hidden, projection or None, (), directions)
    ours = sum(count(CELLS[name], roles, sizes) for sizes in (first, *([above] * (levels - 1))))
    assert ours == sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize(("inputs", "hidden"), SHAPES)
@pytest.mark.parametrize("bias", [False, True])
def test_torch_cells_count_the_same(name: str, inputs: int, hidden: int, bias: bool) -> None:
    import torch

    module = getattr(torch.nn, f"{name}Cell")(inputs, hidden, bias=bias)
    ours = count(CELLS[name], TWO_BIASES if bias else KERNELS, Sizes(inputs, hidden))
    assert ours == sum(parameter.numel() for parameter in module.parameters())


def keras_cases() -> list[tuple[str, str, dict[str, Any], int, int, bool]]:
    layers = [
        ("RNN", "SimpleRNN", {}),
        ("LSTM", "LSTM", {}),
        ("GRU", "GRU", {"reset_after": True}),
        ("GRU", "GRU", {"reset_after": False}),
    ]
    return [
        (cell, layer, {**options, "use_bias": bias}, inputs, hidden, two_way)
        for (cell, layer, options), bias, (inputs, hidden), two_way in itertools.product(
            layers, (False, True), SHAPES, (False, True)
        )
    ]


@pytest.mark.parametrize("case", keras_cases(), ids=str)
def test_keras_counts_the_same(case: tuple[str, str, dict[str, Any], int, int, bool]) -> None:
    import keras

    cell, layer, options, inputs, hidden, two_way = case
    made = getattr(keras.layers, layer)(hidden, **options)
    made = keras.layers.Bidirectional(made) if two_way else made
    made.build((None, None, inputs))
    roles = TWO_BIASES if options.get("reset_after") else ONE_BIAS
    roles = roles if options["use_bias"] else KERNELS
    sizes = Sizes(inputs, hidden, directions=2 if two_way else 1)
    assert count(CELLS[cell], roles, sizes) == made.count_params()


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("channels", "filters"), SHAPES)
def test_keras_convolutional_lstm_counts_the_same(
    rank: int,
    bias: bool,
    channels: int,
    filters: int,
) -> None:
    import keras

    taps = (3, 2, 1)[:rank]
    made = getattr(keras.layers, f"ConvLSTM{rank}D")(filters, taps, use_bias=bias)
    made.build((None, None, *([8] * rank), channels))
    sizes = Sizes(channels, filters, kernel_size=taps)
    ours = count(CELLS[f"ConvLSTM{rank}D"], ONE_BIAS if bias else KERNELS, sizes)
    assert ours == made.count_params()


def onnx_model(
    name: str,
    sizes: Sizes,
    roles: frozenset[Role],
) -> tuple[Any, int]:
    """A model of one operator, sized by the operator's definition, and its number of weights."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[name]
    m, n, d = sizes.input_size, sizes.hidden_size, sizes.directions
    shapes: dict[str, tuple[int, ...]] = {"W": (d, gates * n, m), "R": (d, gates * n, n)}
    if Role.BIAS in roles:
        shapes["B"] = (d, 2 * gates * n)
    if Role.PEEPHOLE in roles:
        shapes["P"] = (d, 3 * n)
    weights = [
        numpy_helper.from_array(np.zeros(shape, np.float32), key) for key, shape in shapes.items()
    ]
    tail = ["", "", "", "P"] if Role.PEEPHOLE in roles else []
    direction = "bidirectional" if d == 2 else "forward"
    bias = "B" if Role.BIAS in roles else ""
    node = helper.make_node(
        name, ["X", "W", "R", bias, *tail], ["Y"], hidden_size=n, direction=direction
    )
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [2, 1, m])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, [2, d, 1, n])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model, sum(int(np.prod(shape)) for shape in shapes.values())


def onnx_cases() -> list[tuple[str, tuple[int, int], int, bool, bool]]:
    products = itertools.product(("RNN", "GRU", "LSTM"), SHAPES, (1, 2), (False, True))
    cases = [(*product, False) for product in products]
    with_peepholes = itertools.product(("LSTM",), SHAPES, (1, 2), (False, True))
    return cases + [(*product, True) for product in with_peepholes]


@pytest.mark.parametrize("case", onnx_cases(), ids=str)
def test_onnxruntime_runs_what_the_formula_counts(
    case: tuple[str, tuple[int, int], int, bool, bool],
) -> None:
    import numpy as np
    import onnxruntime

    name, (inputs, hidden), directions, bias, peepholes = case
    roles = (TWO_BIASES if bias else KERNELS) | ({Role.PEEPHOLE} if peepholes else frozenset())
    sizes = Sizes(inputs, hidden, directions=directions)
    model, stored = onnx_model(name, sizes, frozenset(roles))
    assert count(CELLS[name], roles, sizes) == stored
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (y,) = session.run(None, {"X": np.zeros((2, 1, inputs), np.float32)})
    assert y.shape == (2, directions, 1, hidden)
