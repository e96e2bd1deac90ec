"""What Keras exports to ONNX (with tf2onnx): reports against Keras' own count of parameters."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING

import keras
import numpy as np
import onnx
import pytest

from making.onnx.results import errors, report
from rnninspect.model import Origin

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore"),  # the converter warns of itself
]
WIDTH, UNITS, STEPS = 5, 3, 4
LAYERS = list(product((1, 2), (1, 2), (True, False)))
REAL = (onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE)


def exported(folder: Path, layers: list[keras.Layer]) -> tuple[Path, keras.Model]:
    """A model over [batch, steps, width] whose weights are all different, and its file."""
    keras.backend.clear_session()
    model = keras.Sequential([keras.Input((STEPS, WIDTH)), *layers])
    random = np.random.default_rng(0)
    for layer in model.layers:
        layer.set_weights([random.standard_normal(weight.shape) for weight in layer.get_weights()])
    model(np.zeros((1, STEPS, WIDTH), np.float32))
    path = folder / "m.onnx"
    model.export(path, format="onnx", verbose=False)
    return path, model


def one(kind: str, directions: int, *, bias: bool, **options: object) -> keras.Layer:
    made = getattr(keras.layers, kind)(UNITS, use_bias=bias, return_sequences=True, **options)
    return keras.layers.Bidirectional(made) if directions == 2 else made


def stored(path: Path) -> int:
    """Elements of the real tensors with an axis or more, by onnx's own decoder."""
    graphs = [onnx.load(path).graph]
    total = 0
    while graphs:
        graph = graphs.pop()
        total += sum(math.prod(weight.dims) for weight in graph.initializer if is_weight(weight))
        attributes = [given for node in graph.node for given in node.attribute]
        graphs += [given.g for given in attributes if given.HasField("g")]
    return total


def is_weight(tensor: onnx.TensorProto) -> bool:
    return tensor.data_type in REAL and len(tensor.dims) > 0


@pytest.mark.parametrize(("directions", "levels", "bias"), LAYERS)
def test_an_lstm_is_a_layer_of_keras_numbers(
    tmp_path: Path, directions: int, levels: int, bias: bool
) -> None:
    """B contains two vectors whatever Keras has: one of them, or both, are zeros."""
    path, model = exported(tmp_path, [one("LSTM", directions, bias=bias) for _ in range(levels)])
    of = report(path)
    vector = directions * 4 * UNITS
    expected = [layer.count_params() + vector * (1 if bias else 2) for layer in model.layers]
    assert [counted.expected for counted in of.layers] == expected
    assert [counted.stored for counted in of.layers] == expected
    assert [counted.layer.sizes.directions for counted in of.layers] == [directions] * levels
    assert {counted.layer.origin for counted in of.layers} == {Origin.DECLARED}
    assert not errors(of)


DECOMPOSED: dict[str, dict[str, object]] = {
    "GRU": {},
    "SimpleRNN": {},
    "LSTM": {"recurrent_activation": "hard_sigmoid"},
}


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("kind", DECOMPOSED)
def test_a_layer_that_becomes_a_loop_is_recovered_and_counted(
    tmp_path: Path, kind: str, directions: int
) -> None:
    path, model = exported(tmp_path, [one(kind, directions, bias=True, **DECOMPOSED[kind])])
    of = report(path)
    cell = "RNN" if kind == "SimpleRNN" else kind
    name = cell if directions == 1 else f"Bidirectional({cell})"
    assert [counted.layer.kind for counted in of.layers] == [f"{name} (loop)"]
    assert not of.skipped
    assert of.totals.recurrent == of.totals.parameters == stored(path) == model.count_params()
    assert not [found for found in of.findings if found.rule == "R405"]
    assert not errors(of)
