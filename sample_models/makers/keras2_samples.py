"""The intact samples that Keras 2 writes, as TensorFlow still ships it in tf_keras."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tf_keras
from tf_keras import layers

from makers.keras_layers import alone, both_ways, settle, stacked
from makers.records import Intact, Layer, Truth

if TYPE_CHECKING:
    from pathlib import Path


def _network() -> tuple[tf_keras.Model, tuple[Layer, ...]]:
    both = layers.Bidirectional(layers.LSTM(5, return_sequences=True), name="both")
    plain = layers.SimpleRNN(4, return_sequences=True, name="plain")
    cells = [layers.GRUCell(3), layers.LSTMCell(4, use_bias=False)]
    parts = [layers.InputLayer((7, 6), name="steps"), both, plain]
    parts += [layers.RNN(cells, name="stack"), layers.Dense(2, name="head")]
    model = tf_keras.Sequential(parts, name="network")
    return model, (both_ways(both, 6), alone(plain, 10), *stacked("stack", cells, 4))


def _whole(path: Path) -> Truth:
    model, found = _network()
    model.save(path)
    if path.suffix == ".keras":
        settle(path)
    return Truth(found, model.count_params())


def _weights(path: Path) -> Truth:
    model, found = _network()
    model.save_weights(path)
    return Truth(found, model.count_params())


INTACT = (
    Intact("keras/keras2.keras", "Keras 2 (tf_keras)", _whole),
    Intact("keras/keras2_weights.h5", "save_weights of Keras 2 (tf_keras)", _weights),
    Intact("keras/keras2_whole_model.h5", "Keras 2 (tf_keras)", _whole),
)
