"""The intact samples of numpy: weights of torch and Keras, saved by names of people's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
from torch import nn

from makers import keras_layers, torch_layers
from makers.records import Intact, Truth

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SHORT = {
    "weight_ih_l0": "w_ih",
    "weight_hh_l0": "w_hh",
    "bias_ih_l0": "b_ih",
    "bias_hh_l0": "b_hh",
}


def _save(path: Path, arrays: dict[str, np.ndarray]) -> None:
    save: Callable[..., None] = np.savez  # its types know no names that are computed
    save(path, **arrays)


def _encoder_decoder(path: Path) -> Truth:
    """Two GRUs, as grapheme-to-phoneme models are shipped for inference without a framework."""
    parts = {"enc": nn.GRU(6, 5, batch_first=True), "dec": nn.GRU(7, 5, batch_first=True)}
    arrays = {"enc_emb": np.ones((11, 6), np.float32), "dec_emb": np.ones((9, 7), np.float32)}
    for name, module in parts.items():
        for key, weight in module.named_parameters():
            arrays[f"{name}_{_SHORT[key]}"] = weight.detach().numpy()
    _save(path, arrays)
    layers = tuple(
        each for name, module in parts.items() for each in torch_layers.levels(name, module)
    )
    return Truth(layers, sum(array.size for array in arrays.values()), notes=("R402",))


def _keras_weights(path: Path) -> Truth:
    """The weights of a Keras model by the paths of its variables, compressed."""
    lstm, head = keras.layers.LSTM(5, name="lstm"), keras.layers.Dense(2, name="head")
    model = keras.Sequential([keras.Input((None, 6)), lstm, head], name="model")
    save: Callable[..., None] = np.savez_compressed
    save(path, **{weight.path.removeprefix("model/"): weight.numpy() for weight in model.weights})
    layer = keras_layers.alone(lstm, 6, "lstm.lstm_cell")
    return Truth((layer,), model.count_params(), notes=("R402",))


INTACT = (
    Intact(
        "numpy/encoder_decoder.npz",
        "two GRUs of torch by names of their own, numpy.savez",
        _encoder_decoder,
    ),
    Intact(
        "numpy/keras_weights.npz",
        "weights of Keras by their paths, numpy.savez_compressed",
        _keras_weights,
    ),
)
