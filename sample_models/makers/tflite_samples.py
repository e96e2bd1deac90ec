"""The intact samples that TensorFlow's converter writes for TFLite, and a bundle of two of them."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf
import tf_keras
from tf_keras import layers

from makers.keras_layers import alone, both_ways
from makers.records import Intact, Layer, Truth

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

STEPS, INPUTS = 5, 3


def _network(parts: Sequence[tf_keras.layers.Layer]) -> tf_keras.Model:
    """A network whose weights are all different, so that the converter merges none of them."""
    model = tf_keras.Sequential([layers.InputLayer((STEPS, INPUTS), batch_size=1), *parts])
    chance = np.random.default_rng(0)
    model.set_weights([chance.normal(0, 0.3, array.shape) for array in model.get_weights()])
    return model


def _examples() -> object:
    chance = np.random.default_rng(1)
    for _ in range(4):
        yield [chance.normal(size=(1, STEPS, INPUTS)).astype(np.float32)]


def _quantised(converter: tf.lite.TFLiteConverter) -> None:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = _examples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]


def _narrow(converter: tf.lite.TFLiteConverter) -> None:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]


def _plain(_: tf.lite.TFLiteConverter) -> None:
    """Nothing but what the converter does by itself."""


def _converted(
    path: Path, model: tf_keras.Model, change: Callable[[tf.lite.TFLiteConverter], None] = _plain
) -> int:
    """Convert a network; its parameters."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    change(converter)
    path.write_bytes(converter.convert())
    return int(model.count_params())


def _fused(path: Path) -> Truth:
    first, second = layers.LSTM(4, return_sequences=True), layers.LSTM(2)
    count = _converted(path, _network([first, second, layers.Dense(2)]))
    names = ("tfl.unidirectional_sequence_lstm", "tfl.unidirectional_sequence_lstm1")
    found = (alone(first, INPUTS, names[0]), alone(second, 4, names[1]))
    return Truth(found, count)


def _both(path: Path) -> Truth:
    inner = layers.Bidirectional(layers.LSTM(4))
    count = _converted(path, _network([inner]))
    name = "tfl.unidirectional_sequence_lstm1"  # of the forward direction, the second operator
    return Truth((both_ways(inner, INPUTS, name),), count)


def _int8(path: Path) -> Truth:
    lstm = layers.LSTM(4)
    count = _converted(path, _network([lstm]), _quantised)
    scales = 2 * (4 + 4 + 4)  # a scale and a zero point of each gate's three tensors
    found = (alone(lstm, INPUTS, "tfl.unidirectional_sequence_lstm"),)
    return Truth(found, count, {"quantisation": scales})


def _loop(change: Callable[[tf.lite.TFLiteConverter], None]) -> Callable[[Path], Truth]:
    def make(path: Path) -> Truth:
        gru = layers.GRU(4, name="gru")
        count = _converted(path, _network([gru]), change)
        return Truth((alone(gru, INPUTS, "sequential/gru"),), count, {"state": 4}, notes=("R402",))

    return make


def _unrolled(path: Path) -> Truth:
    plain = layers.SimpleRNN(4, unroll=True, name="plain")
    count = _converted(path, _network([plain]))
    found = alone(plain, INPUTS, "sequential/plain/simple_rnn_cell")
    return Truth((found,), count, notes=("R402",))


def _bundle(path: Path) -> Truth:
    """Two models in an archive, stored, as a task of MediaPipe has them."""
    parts: list[Truth] = []
    found: list[Layer] = []
    with zipfile.ZipFile(path, "w") as archive:
        for name, make in (("detector.tflite", _fused), ("tracker.tflite", _loop(_plain))):
            tf_keras.backend.clear_session()
            inner = path.with_name(name)
            parts.append(make(inner))
            archive.writestr(zipfile.ZipInfo(name), inner.read_bytes())
            inner.unlink()
            inside = [layer for layer in parts[-1].layers if isinstance(layer, Layer)]
            found += [replace(layer, name=f"{name}: {layer.name}") for layer in inside]
    return Truth(tuple(found), sum(part.parameters for part in parts), notes=("R402",))


INTACT = (
    Intact("tflite/bidirectional.tflite", "TensorFlow's converter, Keras 2", _both),
    Intact("tflite/gru_float16.tflite", "TensorFlow's converter, float16 weights", _loop(_narrow)),
    Intact("tflite/gru_loop.tflite", "TensorFlow's converter, Keras 2", _loop(_plain)),
    Intact("tflite/lstm.tflite", "TensorFlow's converter, Keras 2, two fused layers", _fused),
    Intact("tflite/lstm_int8.tflite", "TensorFlow's converter, quantised to int8", _int8),
    Intact("tflite/rnn_unrolled.tflite", "TensorFlow's converter, five steps", _unrolled),
    Intact("tflite/two.task", "an archive of two models", _bundle),
)
