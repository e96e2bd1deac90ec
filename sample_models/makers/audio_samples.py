"""The intact samples of audio programs' JSON: weights of Keras and torch in their layouts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import keras
import torch

from makers.audio_files import guitarml, nam, rtneural
from makers.records import Intact, Layer, Truth

if TYPE_CHECKING:
    from pathlib import Path


def _elements(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _rtneural(path: Path) -> Truth:
    """An LSTM and a GRU in front of a dense layer, as Keras counts them."""
    keras.utils.set_random_seed(11)
    model = keras.Sequential(
        [
            keras.Input((None, 2)),
            keras.layers.LSTM(3, return_sequences=True),
            keras.layers.GRU(2, return_sequences=True),
            keras.layers.Dense(1),
        ]
    )
    path.write_text(json.dumps(rtneural(model)))
    lstm, gru, _ = model.layers
    layers = (
        Layer("layers.0", "LSTM", 2, 3, lstm.count_params()),
        Layer("layers.1", "GRU", 3, 2, gru.count_params(), bias_vectors=2),
    )
    return Truth(layers, model.count_params())


def _guitarml(path: Path) -> Truth:
    """An LSTM of one input, as torch counts it."""
    torch.manual_seed(12)
    unit, head = torch.nn.LSTM(1, 4), torch.nn.Linear(4, 1)
    path.write_text(json.dumps(guitarml(unit, head)))
    layer = Layer("rec", "LSTM", 1, 4, _elements(unit), bias_vectors=2)
    return Truth((layer,), layer.expected + _elements(head))


def _nam(path: Path) -> Truth:
    """Two levels, whose biases are added up on export: torch has 4n more in each."""
    torch.manual_seed(13)
    unit, head = torch.nn.LSTM(1, 3, num_layers=2), torch.nn.Linear(3, 1)
    path.write_text(json.dumps(nam(unit, head)))
    states = unit.state_dict()
    counts = [
        sum(states[f"{key}_l{level}"].numel() for key in ("weight_ih", "weight_hh", "bias_ih"))
        for level in range(2)
    ]
    layers = tuple(
        Layer("layers", "LSTM", 3 if level else 1, 3, count, level=level)
        for level, count in enumerate(counts)
    )
    return Truth(layers, sum(counts) + _elements(head), {"state": 2 * 2 * 3})


INTACT = (
    Intact("audio/rtneural.json", "RTNeural's layout of a Keras model", _rtneural),
    Intact("audio/guitarml.json", "GuitarML's layout of torch.nn.LSTM", _guitarml),
    Intact("audio/lstm.nam", "neural-amp-modeler's layout of torch.nn.LSTM", _nam),
)
