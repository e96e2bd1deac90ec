"""One network with the same weights in four forms: Keras archive, SavedModel, ONNX and PyTorch."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import keras
import numpy as np
import tf_keras
import torch
from google.protobuf import text_format  # type: ignore[import-untyped] # it has no stubs here
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from torch import nn

from makers.keras_layers import alone, both_ways, settle
from makers.onnx_exports import export, truth_of
from makers.records import Intact, Layer, Truth
from makers.torch_layers import levels, total

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from numpy.typing import NDArray

WORDS, WIDTH, ENCODER, MIDDLE, DECODER, CLASSES = 11, 6, 5, 4, 3, 2
SAVED_MODEL = "keras/keras2_family"


class Network(nn.Module):  # type: ignore[misc] # torch is untyped here, so that its Module is Any
    """The network in torch's words."""

    def __init__(self) -> None:
        """Build the layers under the names that they have in Keras too."""
        super().__init__()
        self.embedding = nn.Embedding(WORDS, WIDTH)
        self.encoder = nn.LSTM(WIDTH, ENCODER, bidirectional=True, batch_first=True)
        self.middle = nn.GRU(2 * ENCODER, MIDDLE, batch_first=True)
        self.decoder = nn.LSTM(MIDDLE, DECODER, batch_first=True)
        self.head = nn.Linear(DECODER, CLASSES)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        """Scores for each sentence of a batch."""
        steps = self.embedding(words)
        for recurrent in (self.encoder, self.middle, self.decoder):
            steps, _ = recurrent(steps)
        scores: torch.Tensor = self.head(steps[:, -1])
        return scores


def in_keras(library: ModuleType) -> keras.Model:
    """The network in Keras' words, of Keras 3 or 2, with weights that are the same on each run."""
    layers = library.layers
    parts = [
        layers.Embedding(WORDS, WIDTH, name="embedding"),
        layers.Bidirectional(layers.LSTM(ENCODER, return_sequences=True), name="encoder"),
        layers.GRU(MIDDLE, return_sequences=True, name="middle"),
        layers.LSTM(DECODER, name="decoder"),
        layers.Dense(CLASSES, name="head"),
    ]
    model = library.Sequential(parts, name="network")
    model.build((None, None))
    draw = np.random.default_rng(0)
    model.set_weights([draw.normal(0, 0.5, weight.shape) for weight in model.get_weights()])
    return model


def in_torch(model: keras.Model) -> Network:
    """The same weights in torch's order of gates and axes."""
    network = Network()
    ahead, behind = (
        model.get_layer("encoder").forward_layer,
        model.get_layer("encoder").backward_layer,
    )
    with torch.no_grad():
        _fill(network.embedding.weight, *model.get_layer("embedding").get_weights())
        _fill_lstm(network.encoder, ahead.get_weights())
        _fill_lstm(network.encoder, behind.get_weights(), "_reverse")
        _fill_gru(network.middle, model.get_layer("middle").get_weights())
        _fill_lstm(network.decoder, model.get_layer("decoder").get_weights())
        kernel, bias = model.get_layer("head").get_weights()
        _fill(network.head.weight, kernel.T)
        _fill(network.head.bias, bias)
    return network


def _fill(parameter: torch.Tensor, values: NDArray[np.float32]) -> None:
    parameter.copy_(torch.from_numpy(np.ascontiguousarray(values)))


def _fill_lstm(rnn: nn.LSTM, weights: list[NDArray[np.float32]], direction: str = "") -> None:
    """Both order the gates i f c o; the one bias vector of Keras is the sum of torch's two."""
    kernel, recurrent, bias = weights
    _fill(getattr(rnn, f"weight_ih_l0{direction}"), kernel.T)
    _fill(getattr(rnn, f"weight_hh_l0{direction}"), recurrent.T)
    _fill(getattr(rnn, f"bias_ih_l0{direction}"), bias)
    _fill(getattr(rnn, f"bias_hh_l0{direction}"), np.zeros_like(bias))


def _fill_gru(rnn: nn.GRU, weights: list[NDArray[np.float32]]) -> None:
    """Keras orders the gates z r h, torch r z n; a GRU that resets after has two bias vectors."""
    kernel, recurrent, (bias, recurrent_bias) = (_reset_first(weight) for weight in weights)
    _fill(rnn.weight_ih_l0, kernel.T)
    _fill(rnn.weight_hh_l0, recurrent.T)
    _fill(rnn.bias_ih_l0, bias)
    _fill(rnn.bias_hh_l0, recurrent_bias)


def _reset_first(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    update, reset, candidate = np.split(weight, 3, axis=-1)
    return np.concatenate([reset, update, candidate], axis=-1)


def _keras(path: Path) -> Truth:
    model = in_keras(keras)
    model.save(path)
    settle(path)
    return _counted(model)


def _saved_model(path: Path) -> Truth:
    """Without its traces, which fill megabytes, and its fingerprint, new on each run."""
    model = in_keras(tf_keras)
    model.save(path, save_format="tf", save_traces=False)
    (path / "fingerprint.pb").unlink()
    _settle_program(path / "saved_model.pb")
    (path / "assets").rmdir()
    there = sorted(f"{SAVED_MODEL}/{file.relative_to(path)}" for file in path.rglob("*"))
    return replace(_counted(model), companions=tuple(there))


def _settle_program(path: Path) -> None:
    """Take from names of functions the number that counts what TensorFlow did before.

    It orders the functions by these names.
    """
    program = SavedModel.FromString(path.read_bytes())
    text = re.sub(r"(traced_(?:save|restore))_\d+", r"\1", text_format.MessageToString(program))
    settled = text_format.Parse(text, SavedModel())
    for graph in settled.meta_graphs:
        functions = graph.graph_def.library.function
        functions.sort(key=lambda function: function.signature.name)
    path.write_bytes(settled.SerializeToString(deterministic=True))


def _counted(model: keras.Model) -> Truth:
    encoder, middle, decoder = map(model.get_layer, ("encoder", "middle", "decoder"))
    layers = (both_ways(encoder, WIDTH), alone(middle, 2 * ENCODER), alone(decoder, MIDDLE))
    return Truth(layers, model.count_params())


def _torch(path: Path) -> Truth:
    network = in_torch(in_keras(keras))
    torch.save(network.state_dict(), path)
    return Truth(_layers(network), total(network))


def _onnx(path: Path) -> Truth:
    network = in_torch(in_keras(keras))
    return truth_of(export(path, network, dynamo=False), _layers(network))


def _layers(network: Network) -> tuple[Layer, ...]:
    return tuple(
        layer
        for name in ("encoder", "middle", "decoder")
        for layer in levels(name, getattr(network, name))
    )


INTACT = (
    Intact("keras/family.keras", "keras.Model.save", _keras),
    Intact(SAVED_MODEL, "tf_keras.Model.save without traces", _saved_model),
    Intact("onnx/family.onnx", "torch.onnx.export with dynamo=False", _onnx),
    Intact("torch/family.pt", "torch.save", _torch),
)
