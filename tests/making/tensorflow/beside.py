"""Graphs beside the checkpoints of their variables, as TensorFlow 1 and 2 save them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tensorflow as tf
from tf_keras.src.layers.rnn import legacy_cells as cells

from making.tensorflow.frozen import INPUTS, UNITS, session, v1

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def meta_pair(folder: Path, build: Callable[[], Any]) -> Path:
    """A checkpoint and its meta graph; the latter's path."""
    with session() as running:
        build()
        running.run(v1.global_variables_initializer())
        prefix = v1.train.Saver().save(running, str(folder / "model.ckpt"))
    return folder / f"{prefix.rpartition('/')[2]}.meta"


def saved_model(folder: Path, build: Callable[[], Any]) -> None:
    """A SavedModel of TensorFlow 1."""
    with session() as running:
        given = tf.nest.flatten(build())
        running.run(v1.global_variables_initializer())
        fed = [node.outputs[0] for node in _placeholders()]
        signature = v1.saved_model.predict_signature_def(
            {f"in_{at}": value for at, value in enumerate(fed)},
            {f"out_{at}": value for at, value in enumerate(given)},
        )
        builder = v1.saved_model.Builder(str(folder))
        builder.add_meta_graph_and_variables(running, ["serve"], {"serving_default": signature})
        builder.save()


def _placeholders() -> list[Any]:
    operations = v1.get_default_graph().get_operations()
    return [each for each in operations if each.type == "Placeholder"]


class Renamed(cells.BasicLSTMCell):  # type: ignore[misc] # TensorFlow is untyped
    """An LSTM whose variables are named like those of a GRU of other sizes."""

    def __init__(self) -> None:
        super().__init__(UNITS, name="gru_cell")


def renamed() -> Any:  # noqa: ANN401
    """A loop over it."""
    x = v1.placeholder(tf.float32, [None, 5, INPUTS], "x")
    return v1.nn.dynamic_rnn(Renamed(), x, dtype=tf.float32)
