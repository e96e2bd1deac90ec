"""Writes audio programs' JSON: RTNeural's from Keras' layers, GuitarML's and NAM's from torch's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras
    import torch

_TYPES = {"LSTM": "lstm", "GRU": "gru", "Dense": "dense"}


def rtneural(model: keras.Model) -> dict[str, object]:
    """The document that RTNeural's python/model_utils.py makes of a sequential model."""
    return {
        "in_shape": [None, None, model.input_shape[-1]],
        "layers": [
            {
                "type": _TYPES[type(layer).__name__],
                "activation": "",
                "shape": [None, None, layer.output.shape[-1]],
                "weights": [_rounded(weight) for weight in layer.get_weights()],
            }
            for layer in model.layers
        ],
    }


def guitarml(unit: torch.nn.RNNBase, head: torch.nn.Linear) -> dict[str, object]:
    """The document of Automated-GuitarAmpModelling (CoreAudioML/networks.py, save_model)."""
    return {
        "model_data": {
            "model": "SimpleRNN",
            "input_size": unit.input_size,
            "skip": 1,
            "output_size": head.out_features,
            "unit_type": unit.mode.partition("_")[0],
            "num_layers": unit.num_layers,
            "hidden_size": unit.hidden_size,
            "bias_fl": True,
        },
        "state_dict": {
            f"{name}.{key}": _rounded(value.numpy())
            for name, module in (("rec", unit), ("lin", head))
            for key, value in module.state_dict().items()
        },
    }


def nam(unit: torch.nn.LSTM, head: torch.nn.Linear) -> dict[str, object]:
    """The document of neural-amp-modeler (nam/models/recurrent.py), its first states all zeros."""
    states = unit.state_dict()
    runs = []
    for level in range(unit.num_layers):
        kernels = [states[f"{key}_l{level}"].numpy() for key in ("weight_ih", "weight_hh")]
        biases = [states[f"{key}_l{level}"].numpy() for key in ("bias_ih", "bias_hh")]
        runs += [np.concatenate(kernels, 1), sum(biases), np.zeros(2 * unit.hidden_size)]
    runs += [value.numpy() for value in head.state_dict().values()]
    return {
        "version": "0.5.4",
        "architecture": "LSTM",
        "config": {
            "input_size": unit.input_size,
            "hidden_size": unit.hidden_size,
            "num_layers": unit.num_layers,
        },
        "weights": _rounded(np.concatenate([run.ravel() for run in runs])),
        "sample_rate": 48000,
    }


def _rounded(values: np.ndarray) -> list[object]:
    """Nested lists of short numbers: the samples are small."""
    found: list[object] = json.loads(json.dumps(values.astype(float).round(3).tolist()))
    return found
