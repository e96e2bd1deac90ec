"""Networks of Keras in every container against Keras' own counts."""

# ruff: noqa: ANN401 - what the frameworks give is untyped

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rnninspect import inspect_file
from rnninspect.report import Report

pytestmark = pytest.mark.frameworks
Save = Callable[[Any, Path], Path]


def plain(keras: Any) -> list[Any]:
    layers = keras.layers
    return [
        layers.LSTM(5, return_sequences=True),
        layers.GRU(4, reset_after=False, return_sequences=True),
        layers.GRU(3, use_bias=False, return_sequences=True),
        layers.SimpleRNN(6),
    ]


def wrapped(keras: Any) -> list[Any]:
    layers = keras.layers
    two_way = layers.Bidirectional(layers.LSTM(5, return_sequences=True))
    unequal = layers.Bidirectional(
        layers.GRU(4, return_sequences=True),
        backward_layer=layers.LSTM(4, return_sequences=True, go_backwards=True),
    )
    inner = keras.Sequential([layers.GRU(6, return_sequences=True)], name="inner")
    return [two_way, unequal, inner]


def cells(keras: Any) -> list[Any]:
    layers = keras.layers
    return [layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)])]


def trained(keras: Any) -> list[Any]:
    return [keras.layers.LSTM(5), keras.layers.BatchNormalization(), keras.layers.Dense(2)]


NETWORKS = {"plain": plain, "wrapped": wrapped, "cells": cells, "trained": trained}


def to_archive(model: Any, folder: Path) -> Path:
    model.save(folder / "m.keras")
    return folder / "m.keras"


def to_whole_model(model: Any, folder: Path) -> Path:
    model.save(folder / "m.h5")
    return folder / "m.h5"


def to_weights(model: Any, folder: Path) -> Path:
    model.save_weights(folder / "m.weights.h5")
    return folder / "m.weights.h5"


def to_folder(model: Any, folder: Path) -> Path:
    model.save(folder / "unzipped", zipped=False)
    return folder / "unzipped"


def to_shards(model: Any, folder: Path) -> Path:
    """Shards as small as the largest weight allows, so that cells are split."""
    largest = max(weight.size * weight.dtype.itemsize for weight in model.get_weights())
    path = folder / "m.weights.json"
    model.save_weights(path, max_shard_size=largest / 2**30)
    return path


def to_export(model: Any, folder: Path) -> Path:
    model.export(folder / "exported", verbose=False)
    return folder / "exported"


def to_saved_model(model: Any, folder: Path) -> Path:
    import tensorflow as tf

    tf.saved_model.save(model, folder / "saved")
    return folder / "saved"


def to_checkpoint(model: Any, folder: Path) -> Path:
    import tensorflow as tf

    return Path(tf.train.Checkpoint(model=model).write(str(folder / "ckpt")) + ".index")


SAVES: tuple[Save, ...] = (
    to_archive,
    to_whole_model,
    to_weights,
    to_folder,
    to_shards,
    to_export,
    to_saved_model,
    to_checkpoint,
)


@pytest.mark.parametrize("mode", ["int8", "int4", "float8"])
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
def test_a_quantised_network_counts_as_before(
    mode: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import keras

    caplog.set_level("CRITICAL")
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            layers.Embedding(50, 9),
            layers.LSTM(5, return_sequences=True),
            layers.Dense(7),
            layers.EinsumDense("abc,cd->abd", output_shape=(6, 3), bias_axes="d"),
            layers.GRU(4),
            layers.Dense(3, use_bias=False),
        ]
    )
    expected = model.count_params()
    model.quantize(mode)
    for save in (to_archive, to_whole_model, to_weights):
        report = inspect_file(save(model, tmp_path))
        assert report.totals.parameters == expected
        assert report.totals.not_parameters["quantisation"] > 0
        assert [found for found in report.findings if found.level == "error"] == []


def recurrent(layer: Any) -> int:
    """Parameters of the recurrent layers in one layer of Keras, by Keras' own count."""
    inner = getattr(layer, "layers", None)
    if inner is not None:
        return sum(recurrent(child) for child in inner)
    return (
        int(layer.count_params())
        if hasattr(layer, "cell") or hasattr(layer, "forward_layer")
        else 0
    )


# A checkpoint of Keras 3 leaves the cells of a stack out: there is nothing to count.
CASES = [(name, save) for name in NETWORKS for save in SAVES]
CASES.remove(("cells", to_checkpoint))


@pytest.mark.parametrize(("name", "save"), CASES, ids=lambda case: getattr(case, "__name__", case))
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
def test_a_network_counts_the_same_in_every_container(
    name: str, save: Save, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import keras
    import numpy as np

    caplog.set_level("CRITICAL")
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((None, 7)), *NETWORKS[name](keras)])
    if name == "trained":
        model.compile("adam", "mse")
        model.fit(np.zeros((2, 3, 7)), np.zeros((2, 2)), verbose=0)
    report: Report = inspect_file(save(model, tmp_path))
    assert report.totals.parameters == model.count_params()
    assert sum(counted.stored for counted in report.layers) == recurrent(model)
    assert all(counted.stored == counted.expected for counted in report.layers)
    assert [found for found in report.findings if found.level == "error"] == []


def several(keras: Any) -> Any:
    """Layers whose names and classes are in another order by the alphabet than in the model."""
    layers = keras.layers
    inner = keras.Sequential([keras.Input((None, 2)), layers.LSTM(2, name="inner")], name="sub")
    return keras.Sequential(
        [
            keras.Input((None, 4)),
            layers.LSTM(5, name="zeta", return_sequences=True),
            layers.GRU(4, name="alpha", return_sequences=True),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="middle"),
            layers.RNN(
                [layers.LSTMCell(4, name="low"), layers.GRUCell(3, name="high")],
                name="stack",
                return_sequences=True,
            ),
            layers.SimpleRNN(2, name="beta", return_sequences=True),
            inner,
            layers.Dense(1, name="head"),
        ],
        name="network",
    )


NAMES = ["zeta", "alpha", "middle", "stack/low", "stack/high", "beta", "sub/inner"]


@pytest.mark.parametrize("save", SAVES)
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
def test_a_layer_has_the_same_name_and_place_in_every_container(
    save: Save, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import keras

    caplog.set_level("CRITICAL")
    report: Report = inspect_file(save(several(keras), tmp_path))
    stored = [name for name in NAMES if save is not to_checkpoint or not name.startswith("stack")]
    assert [counted.layer.name for counted in report.layers] == stored


@pytest.mark.parametrize("edge", ["optimizer", "opt", "generator_optimizer"])
def test_moments_are_not_layers_wherever_the_optimizer_is(edge: str, tmp_path: Path) -> None:
    import keras
    import numpy as np
    import tensorflow as tf

    model = keras.Sequential(
        [keras.Input((3, 4)), keras.layers.LSTM(5, name="lstm"), keras.layers.Dense(1)]
    )
    optimizer = keras.optimizers.Adam()
    gradients = [np.zeros(each.shape, "f4") for each in model.trainable_variables]
    optimizer.apply(gradients, model.trainable_variables)
    checkpoint = tf.train.Checkpoint(net=model, step=tf.Variable(1), **{edge: optimizer})
    report = inspect_file(Path(checkpoint.write(str(tmp_path / "ckpt")) + ".index"))
    assert [(counted.layer.name, counted.stored) for counted in report.layers] == [("lstm", 200)]
    assert report.totals.parameters == model.count_params()
