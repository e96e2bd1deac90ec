"""The intact samples of TensorFlow.js: models of Keras 2 in the format that its converter writes.

The converter needs an older TensorFlow. What is written here was compared with what it writes for
the same models, and loaded with @tensorflow/tfjs.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import tf_keras
from tf_keras import layers

from makers.keras_layers import alone, both_ways
from makers.records import Intact, Truth

if TYPE_CHECKING:
    from pathlib import Path

    import keras

    Weights = list[tuple[str, np.ndarray]]

LAYERS, QUANTISED = "keras/tfjs_layers", "keras/tfjs_quantised"
DOCUMENT = "model.json"


def _network() -> tuple[tf_keras.Model, Truth]:
    both = layers.Bidirectional(layers.LSTM(5, return_sequences=True), name="both")
    gru = layers.GRU(3, reset_after=False, return_sequences=True, name="gru")
    plain = layers.SimpleRNN(4, use_bias=False, name="plain")
    parts = [layers.InputLayer((7, 6), name="steps"), both, gru, plain]
    model = tf_keras.Sequential([*parts, layers.Dense(2, name="head")], name="network")
    found = (both_ways(both, 6), alone(gru, 10), alone(plain, 3))
    return model, Truth(found, model.count_params())


def _layers(path: Path) -> Truth:
    model, truth = _network()
    return _written(path, model, truth, 1000)


def _quantised(path: Path) -> Truth:
    gru = layers.GRU(4, reset_after=False, name="gru")
    model = tf_keras.Sequential([layers.InputLayer((7, 3), name="steps"), gru], name="network")
    return _written(path, model, Truth((alone(gru, 3),), model.count_params()), 2**22, "uint8")


def _written(
    path: Path, model: keras.Model, truth: Truth, shard: int, quantised: str | None = None
) -> Truth:
    weights = [(weight.name.removesuffix(":0"), weight.numpy()) for weight in model.weights]
    config = json.loads(model.to_json())
    topology = {"keras_version": "2.15.0", "backend": "tensorflow", "model_config": config}
    write_model(path, topology, weights, shard, quantised)
    there = sorted(f"keras/{path.name}/{file.name}" for file in path.iterdir())
    return Truth(truth.layers, truth.parameters, companions=tuple(there))


def write_model(
    path: Path, topology: object, weights: Weights, shard: int, quantised: str | None = None
) -> None:
    """A folder with `model.json` and shards of so many bytes."""
    path.mkdir(exist_ok=True)
    entries, data = [], b""
    for name, array in weights:
        entry: dict[str, object] = {"name": name, "shape": list(array.shape), "dtype": "float32"}
        stored = array.astype("<f4")
        if quantised:
            stored, entry["quantization"] = _affine(array, quantised)
        entries.append(entry)
        data += stored.tobytes()
    count = -(-len(data) // shard)
    paths = [f"group1-shard{number + 1}of{count}.bin" for number in range(count)]
    for number, name in enumerate(paths):
        (path / name).write_bytes(data[number * shard : (number + 1) * shard])
    document = {
        "format": "layers-model",
        "generatedBy": "keras v2.15.0",
        "convertedBy": "TensorFlow.js Converter v4.22.0",
        "modelTopology": topology,
        "weightsManifest": [{"paths": paths, "weights": entries}],
    }
    (path / DOCUMENT).write_text(json.dumps(document))


def _affine(array: np.ndarray, dtype: str) -> tuple[np.ndarray, dict[str, object]]:
    """An array in steps of a scale from its least value on."""
    least = float(array.min())
    scale = float(array.max() - array.min()) / np.iinfo(dtype).max or 1.0
    stored = np.round((array - least) / scale).astype(dtype)
    return stored, {"dtype": dtype, "min": least, "scale": scale, "original_dtype": "float32"}


INTACT = (
    Intact(LAYERS, "Keras 2 (tf_keras), converted to TensorFlow.js", _layers),
    Intact(QUANTISED, "Keras 2 (tf_keras), quantised for TensorFlow.js", _quantised),
)
