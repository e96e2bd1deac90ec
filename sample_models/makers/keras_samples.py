"""The intact samples that Keras 3 writes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import keras
import numpy as np
from keras import layers

from makers.keras_layers import alone, both_ways, settle, stacked
from makers.records import Intact, Layer, Truth

if TYPE_CHECKING:
    from pathlib import Path

STEPS = 7


def _sequence(width: int, *parts: keras.Layer) -> keras.Sequential:
    return keras.Sequential([keras.Input((STEPS, width), name="steps"), *parts], name="network")


def _save(path: Path, model: keras.Model, *found: Layer) -> Truth:
    if path.name.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        model.save(path)
    if path.suffix == ".keras":
        settle(path)
    return Truth(tuple(found), model.count_params())


def _one_bias(path: Path) -> Truth:
    lstm = layers.LSTM(2, name="lstm")
    return _save(path, _sequence(3, lstm), alone(lstm, 3))


def _no_bias(path: Path) -> Truth:
    lstm = layers.LSTM(2, use_bias=False, name="lstm")
    return _save(path, _sequence(3, lstm), alone(lstm, 3))


def _gru_conventions(path: Path) -> Truth:
    after = layers.GRU(5, return_sequences=True, name="after")
    before = layers.GRU(4, reset_after=False, return_sequences=True, name="before")
    bare = layers.GRU(3, use_bias=False, name="bare")
    model = _sequence(6, after, before, bare)
    return _save(path, model, alone(after, 6), alone(before, 5), alone(bare, 4))


def _bidirectional(path: Path) -> Truth:
    equal = layers.Bidirectional(layers.LSTM(5, return_sequences=True), name="equal")
    unequal = layers.Bidirectional(
        layers.LSTM(4, name="ahead"),
        backward_layer=layers.GRU(3, go_backwards=True, name="behind"),
        name="unequal",
    )
    model = _sequence(6, equal, unequal, layers.Dense(2, name="head"))
    return _save(
        path,
        model,
        both_ways(equal, 6),
        alone(unequal.forward_layer, 10, "unequal/forward"),
        alone(unequal.backward_layer, 10, "unequal/backward"),
    )


def _stacked_cells(path: Path) -> Truth:
    cells = [layers.LSTMCell(5), layers.GRUCell(4), layers.SimpleRNNCell(3)]
    model = _sequence(6, layers.RNN(cells, name="stack"), layers.Dense(2, name="head"))
    return _save(path, model, *stacked("stack", cells, 6))


def _single_cells(path: Path) -> Truth:
    cell = layers.GRUCell(5, reset_after=False)
    both = layers.Bidirectional(layers.SimpleRNN(4, return_sequences=True), name="both")
    model = _sequence(6, both, layers.RNN(cell, name="single"))
    return _save(path, model, both_ways(both, 6), alone(cell, 8, "single"))


def _convolutions(path: Path) -> Truth:
    plane = layers.ConvLSTM2D(3, (3, 2), return_sequences=True, padding="same", name="plane")
    bare = layers.ConvLSTM2D(2, 3, use_bias=False, name="bare")
    images = keras.Input((4, 8, 8, 2), name="images")
    model = keras.Sequential([images, plane, bare], name="network")
    return _save(path, model, alone(plane, 2), alone(bare, 3))


def _line(path: Path) -> Truth:
    line = layers.ConvLSTM1D(4, 3, name="line")
    model = keras.Sequential([keras.Input((4, 9, 3), name="signals"), line], name="network")
    return _save(path, model, alone(line, 3))


def _nested(path: Path) -> Truth:
    deep, flat = layers.LSTM(5, name="deep"), layers.SimpleRNN(4, name="flat")
    dense = layers.Dense(3, name="dense")
    inner = keras.Sequential([keras.Input((STEPS, 6)), deep, dense], name="inner")
    steps = keras.Input((STEPS, 6), name="steps")
    joined = layers.Concatenate(name="joined")([inner(steps), flat(steps)])
    model = keras.Model(steps, layers.Dense(2, name="head")(joined), name="network")
    return _save(path, model, alone(deep, 6, "inner/deep"), alone(flat, 6))


def _shared(path: Path) -> Truth:
    """One layer that two inputs go through: two calls, one set of weights."""
    encoder = layers.GRU(4, name="encoder")
    left, right = keras.Input((STEPS, 5), name="left"), keras.Input((STEPS, 5), name="right")
    distance = layers.Subtract(name="distance")([encoder(left), encoder(right)])
    return _save(path, keras.Model([left, right], distance, name="network"), alone(encoder, 5))


def _time_distributed(path: Path) -> Truth:
    inner = layers.LSTM(4, name="inner")
    outer = layers.TimeDistributed(inner, name="windows")
    model = keras.Sequential([keras.Input((3, STEPS, 5), name="windowed"), outer], name="network")
    return _save(path, model, alone(inner, 5, "windows"))


def _text(path: Path) -> Truth:
    embedding = layers.Embedding(11, 6, name="words")
    both = layers.Bidirectional(layers.GRU(5, return_sequences=True), name="both")
    last = layers.LSTM(4, name="last")
    parts = [keras.Input((STEPS,), dtype="int32", name="steps"), embedding, both]
    parts += [layers.BatchNormalization(name="norm"), last, layers.Dense(2, name="head")]
    model = keras.Sequential(parts, name="network")
    return _save(path, model, both_ways(both, 6), alone(last, 10))


def _trained(path: Path) -> Truth:
    lstm = layers.LSTM(4, name="lstm")
    model = _sequence(5, lstm, layers.Dense(2, name="head"))
    model.compile(keras.optimizers.Adam(), "mse")
    model.train_on_batch(np.ones((2, STEPS, 5)), np.zeros((2, 2)))
    truth = _save(path, model, alone(lstm, 5))
    kept = sum(int(np.prod(variable.shape)) for variable in model.optimizer.variables)
    return replace(truth, not_parameters={"optimizer": kept})


def _bfloat16(path: Path) -> Truth:
    # TensorFlow has no orthogonal initial weights in bfloat16
    lstm = layers.LSTM(4, recurrent_initializer="zeros", dtype="bfloat16", name="lstm")
    return _save(path, _sequence(5, lstm), alone(lstm, 5))


INTACT = (
    Intact("keras/bfloat16.keras", "Keras 3, in bfloat16", _bfloat16),
    Intact("keras/bidirectional.keras", "Keras 3, equal and unequal directions", _bidirectional),
    Intact("keras/conv_lstm1d.keras", "Keras 3", _line),
    Intact("keras/conv_lstm2d.keras", "Keras 3", _convolutions),
    Intact("keras/gru_conventions.keras", "Keras 3, reset_after and not", _gru_conventions),
    Intact("keras/lstm.h5", "Keras 3, in the HDF5 format of Keras 2", _one_bias),
    Intact("keras/lstm.weights.h5", "save_weights of Keras 3", _one_bias),
    Intact("keras/lstm_no_bias.keras", "Keras 3, LSTM(2, use_bias=False) on 3 inputs", _no_bias),
    Intact("keras/lstm_one_bias.keras", "Keras 3, LSTM(2) on 3 inputs", _one_bias),
    Intact("keras/nested.keras", "Keras 3, a model inside a model", _nested),
    Intact("keras/shared.keras", "Keras 3, one layer called twice", _shared),
    Intact("keras/single_cells.keras", "Keras 3, a cell in an RNN layer", _single_cells),
    Intact("keras/stacked_cells.keras", "Keras 3, three cells in an RNN layer", _stacked_cells),
    Intact("keras/text.weights.h5", "save_weights of Keras 3", _text),
    Intact("keras/time_distributed.keras", "Keras 3, inside TimeDistributed", _time_distributed),
    Intact("keras/trained.keras", "Keras 3, with the optimizer's state", _trained),
    Intact("keras/whole_model.h5", "Keras 3, in the HDF5 format of Keras 2", _text),
)
