"""TensorFlow checkpoints with one fault each, made from the intact ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import tensorflow as tf

from makers.records import Broken
from makers.tensorflow_samples import copied, shard_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Arrays = dict[str, np.ndarray]

NAMED = "keras/named.ckpt.index"  # `encoder`, a GRU both ways; `rnn`, two LSTMs
LOWER, UPPER = "rnn/multi_rnn_cell/cell_0/basic_lstm_cell", "rnn/multi_rnn_cell/cell_1/lstm_cell"
BACKWARD = "encoder/bidirectional_rnn/bw/gru_cell"
SAVED_LAST = f"{UPPER}/w_o_diag/ExponentialMovingAverage"


def _changed(change: Callable[[Arrays], None]) -> Callable[[Path, Path], None]:
    """Write the checkpoint again with other arrays."""

    def make(source: Path, target: Path) -> None:
        reader = tf.train.load_checkpoint(str(source.with_suffix("")))
        arrays = {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}
        change(arrays)
        names = sorted(arrays)
        tf.raw_ops.SaveV2(
            prefix=str(target.with_suffix("")),
            tensor_names=names,
            shape_and_slices=[""] * len(names),
            tensors=[arrays[name] for name in names],
        )

    return make


def _without(*names: str) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        for name in [each for each in arrays if each.startswith(names)]:
            del arrays[name]

    return change


def _cut(name: str, axis: int) -> Callable[[Arrays], None]:
    def change(arrays: Arrays) -> None:
        kept = arrays[name].shape[axis] - 1
        arrays[name] = np.take(arrays[name], range(kept), axis)

    return change


def _short_shard(source: Path, target: Path) -> None:
    copied(source, target)
    shard = target.with_name(shard_of(target))
    shard.write_bytes(shard.read_bytes()[:-4])


def _no_shard(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes())


def _shard(name: str) -> tuple[str, ...]:
    return (f"broken/{name}.ckpt.data-00000-of-00001",)


BROKEN = (
    Broken(
        "broken/short_shard.ckpt.index",
        NAMED,
        "the shard ends four bytes early",
        "R201",
        _short_shard,
        tensor=SAVED_LAST,
        companions=_shard("short_shard"),
    ),
    Broken("broken/missing_shard.ckpt.index", NAMED, "the shard is not there", "R204", _no_shard),
    Broken(
        "broken/no_candidate.ckpt.index",
        NAMED,
        "the candidate's kernel of the backward GRU is gone",
        "R106",
        _changed(_without(f"{BACKWARD}/candidate/kernel")),
        layer="encoder",
        companions=_shard("no_candidate"),
    ),
    Broken(
        "broken/no_lstm_bias.ckpt.index",
        NAMED,
        "the lower LSTM's bias is gone",
        "R102",
        _changed(_without(f"{LOWER}/bias")),
        layer="rnn/0",
        companions=_shard("no_lstm_bias"),
    ),
    Broken(
        "broken/no_projection_row.ckpt.index",
        NAMED,
        "a row of the upper LSTM's kernel is gone, so that it reads less than the lower one gives",
        "R109",
        _changed(_cut(f"{UPPER}/kernel", 0)),
        layer="rnn/1",
        companions=_shard("no_projection_row"),
    ),
    Broken(
        "broken/narrow_bias.ckpt.index",
        NAMED,
        "the lower LSTM's bias has an element too few",
        "R101",
        _changed(_cut(f"{LOWER}/bias", 0)),
        layer="rnn/0",
        tensor=f"{LOWER}/bias",
        companions=_shard("narrow_bias"),
    ),
)
