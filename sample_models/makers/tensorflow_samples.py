"""The intact samples that TensorFlow writes: SavedModel folders and checkpoints."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tf_keras.src.layers.rnn import legacy_cells

from makers.keras_layers import alone
from makers.records import Intact, Layer, Truth

v1 = tf.compat.v1
EXPORTED = "keras/exported"
STEPS = 7


def shard_of(path: Path) -> str:
    """The one shard of a checkpoint, by its index."""
    return f"{path.name.removesuffix('.index')}.data-00000-of-00001"


def _exported(path: Path) -> Truth:
    """What Keras 3 exports, every weight twice.

    In a process of its own: TensorFlow counts its functions, and their numbers are in the file.
    """
    code = f"from makers.tensorflow_samples import export; export({str(path.resolve())!r})"
    here = str(Path(__file__).parents[1])
    subprocess.run([sys.executable, "-c", code], check=True, cwd=here)  # noqa: S603 - itself
    (path / "fingerprint.pb").unlink()  # another one on every run
    (path / "assets").rmdir()
    there = sorted(f"{EXPORTED}/{file.relative_to(path)}" for file in path.rglob("*"))
    model, lstm = _plain()
    number, seeds = model.count_params(), {"state": 2}
    return Truth((alone(lstm, 3, "lstm"),), number, seeds, number, tuple(there))


def export(path: str) -> None:
    """Export the plain network into a folder."""
    keras.utils.set_random_seed(0)
    _plain()[0].export(path, verbose=False)


def _plain() -> tuple[keras.Model, keras.Layer]:
    lstm = keras.layers.LSTM(2, name="lstm")
    return keras.Sequential([keras.Input((STEPS, 3)), lstm], name="network"), lstm


def _tracked(path: Path) -> Truth:
    """A trained network and its optimizer, as objects: Keras keeps the weights below the latter."""
    gru = keras.layers.GRU(4, name="gru")
    head = keras.layers.Dense(2, name="head")
    model = keras.Sequential([keras.Input((STEPS, 5)), gru, head], name="network")
    model.compile(keras.optimizers.Adam(), "mse")
    model.train_on_batch(np.ones((2, STEPS, 5)), np.zeros((2, 2)))
    tf.train.Checkpoint(model=model).write(str(path.with_suffix("")))
    kept = sum(math.prod(variable.shape) for variable in model.optimizer.variables)
    found = (alone(gru, 5, "gru"),)
    return Truth(found, model.count_params(), {"optimizer": kept}, 0, (f"keras/{shard_of(path)}",))


def _network() -> tuple[Layer, ...]:
    """TensorFlow 1's cells in the graph at hand; what each must report."""
    cells = legacy_cells
    first, second = cells.BasicLSTMCell(5), cells.LSTMCell(4, use_peepholes=True, num_proj=3)
    _call(cells.MultiRNNCell([first, second]), 6, "rnn")
    ways = [cells.GRUCell(3), cells.GRUCell(3)]
    for way, cell in zip(("fw", "bw"), ways, strict=True):
        _call(cell, 4, f"encoder/bidirectional_rnn/{way}")
    return (
        Layer("encoder", "GRU", 4, 3, sum(map(_size, ways)), directions=2),
        Layer("rnn", "LSTM", 6, 5, _size(first), level=0),
        Layer("rnn", "LSTM", 5, 4, _size(second), level=1, projection_size=3, peepholes=True),
    )


def _call(cell: legacy_cells.RNNCell, width: int, scope: str) -> None:
    with v1.variable_scope(scope):
        cell(v1.placeholder(tf.float32, (1, width)), cell.zero_state(1, tf.float32))


def _size(cell: legacy_cells.RNNCell) -> int:
    return sum(math.prod(variable.shape) for variable in cell.variables)


def _by_name(path: Path) -> Truth:
    """A checkpoint of TensorFlow 1, of either version, with Adam's slots and an average."""
    old = path.suffix != ".index"
    with v1.Graph().as_default(), v1.Session() as session:
        v1.set_random_seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the cells are those of TensorFlow 1
            found = _network()
        weights = v1.trainable_variables()
        loss = tf.add_n([tf.reduce_sum(weight) for weight in weights])
        v1.train.AdamOptimizer().minimize(loss)
        average = v1.train.ExponentialMovingAverage(0.9).apply(weights)
        session.run(v1.global_variables_initializer())
        session.run(average)
        version = v1.train.SaverDef.V1 if old else v1.train.SaverDef.V2
        v1.train.Saver(write_version=version).save(
            session,
            str(path if old else path.with_suffix("")),
            write_meta_graph=False,
            write_state=False,
        )
    number = sum(math.prod(weight.shape) for weight in weights)
    beside = () if old else (f"keras/{shard_of(path)}",)
    return Truth(found, number, {"optimizer": 2 * number + 2}, number, beside)


def copied(source: Path, target: Path) -> None:
    """Copy a checkpoint under another name."""
    shutil.copy(source, target)
    shutil.copy(source.with_name(shard_of(source)), target.with_name(shard_of(target)))


INTACT = (
    Intact(EXPORTED, "export of Keras 3", _exported),
    Intact("keras/old.ckpt-7", "TensorFlow 1's cells, in the V1 format", _by_name),
    Intact("keras/named.ckpt.index", "TensorFlow 1's cells", _by_name),
    Intact("keras/tracked.ckpt.index", "tf.train.Checkpoint of Keras 3", _tracked),
)
