"""TensorFlow opens no file but those of the checkpoint unless the file is trusted."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from making.judges import KERAS
from making.keras.gadgets import folder, model
from rnninspect import inspect_file
from rnninspect.verification.asking import question_on
from rnninspect.verification.child import ask
from rnninspect.verification.opinion import Bounds
from rnninspect.verification.question import Answer

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]
ELEMENTS, OTHERS = 8 * 12 + 12, 7
SHARD = "model.data-00000-of-00001"


def answer(path: Path, *, trusted: bool = False) -> Answer:
    return ask(KERAS.module, question_on(inspect_file(path), Bounds(), trusted=trusted))


def save(prefix: Path) -> Path:
    """A V2 checkpoint of one cell, as its index."""
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=["rnn/lstm_cell/kernel", "rnn/lstm_cell/bias"],
        shape_and_slices=["", ""],
        tensors=[np.zeros((8, 12), "f4"), np.zeros(12, "f4")],
    )
    return prefix.with_name(f"{prefix.name}.index")


def save_tables(prefix: Path) -> Path:
    """A V1 checkpoint of one cell, as its table."""
    tf.raw_ops.SaveSlices(
        filename=str(prefix),
        tensor_names=["rnn/lstm_cell/kernel", "rnn/lstm_cell/bias"],
        shapes_and_slices=["", ""],
        data=[np.zeros((8, 12), "f4"), np.zeros(12, "f4")],
    )
    return prefix


def outside(home: Path) -> Path:
    """The prefix of a checkpoint of other sizes outside of the model's folder."""
    place = home.parent / "outside"
    place.mkdir()
    tf.raw_ops.SaveV2(
        prefix=str(place / "other"),
        tensor_names=["other"],
        shape_and_slices=[""],
        tensors=[np.zeros(OTHERS, "f4")],
    )
    return place / "other"


def state(folder: Path, *prefixes: object) -> None:
    lines = (f'model_checkpoint_path: "{prefix}"\n' for prefix in prefixes)
    (folder / "checkpoint").write_text("".join(lines))


def link(home: Path, name: str, ending: str) -> None:
    """A link to a file of the checkpoint outside."""
    (home / name).symlink_to(f"{home.parent / 'outside' / 'other'}{ending}")


def folder_of_the_prefix(home: Path) -> Path:
    path = save(home / "model")
    (home / "model").mkdir()
    state(home / "model", outside(home))
    return path


def folder_below_the_state_file(home: Path) -> Path:
    folder_of_the_prefix(home)
    state(home, "model")
    return home


def two_paths_in_the_state_file(home: Path) -> Path:
    save(home / "model")
    state(home, outside(home), "model")
    return home


def no_state_file(home: Path) -> Path:
    save(home / "model")
    return home


def pattern_of_tables(home: Path) -> Path:
    outside(home)
    link(home, "model", ".index")
    return save_tables(home / "m*l")


def index_beside_a_table(home: Path) -> Path:
    outside(home)
    path = save_tables(home / "model")
    link(home, "model.index", ".index")
    link(home, SHARD, ".data-00000-of-00001")
    return path


def another_index(home: Path) -> Path:
    save(home / "model").rename(home / "model")
    outside(home)
    link(home, "model.index", ".index")
    return home / "model"


OWN: Mapping[str, Callable[[Path], Path]] = {
    made.__name__: made
    for made in (
        folder_of_the_prefix,
        folder_below_the_state_file,
        two_paths_in_the_state_file,
        no_state_file,
        pattern_of_tables,
        index_beside_a_table,
        another_index,
    )
}


@pytest.mark.parametrize("name", OWN)
def test_only_the_files_of_the_checkpoint_are_opened(name: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    given = answer(OWN[name](home))
    assert (given.total, given.refusal, given.untrusted) == (ELEMENTS, "", "")


@pytest.mark.parametrize("version", [1, 2])
def test_all_shards_of_a_checkpoint_are_opened(version: int, tmp_path: Path) -> None:
    names = ("model-00000-of-00002", "model-00001-of-00002")
    if version == 1:
        for name, tensor in zip(names, ("rnn/lstm_cell/kernel", "rnn/lstm_cell/bias"), strict=True):
            shape = (8, 12) if tensor.endswith("kernel") else (12,)
            tf.raw_ops.SaveSlices(
                filename=str(tmp_path / name),
                tensor_names=[tensor],
                shapes_and_slices=[""],
                data=[np.zeros(shape, "f4")],
            )
        path = tmp_path / names[1]
    else:
        path = save(tmp_path / "model")
    given = answer(path)
    assert (given.total, sum(given.counts.values())) == (ELEMENTS, ELEMENTS)


def test_a_shard_outside_of_the_folder_is_opened_with_trust_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    path = save(home / "model")
    (home / SHARD).rename(tmp_path / "data")
    (home / SHARD).symlink_to(tmp_path / "data")
    assert answer(path).untrusted.startswith(f"it leads to {SHARD}, which is not a regular file")
    assert answer(path, trusted=True).total == ELEMENTS


def test_no_pipe_is_waited_for(tmp_path: Path) -> None:
    path = save(tmp_path / "model")
    (tmp_path / SHARD).unlink()
    os.mkfifo(tmp_path / SHARD)
    assert answer(path).untrusted.startswith(f"it leads to {SHARD}")


@pytest.mark.parametrize("name", ["saved_model.pbtxt", "saved_model.cpb"])
def test_a_folder_of_keras_2_is_not_loaded_as_a_saved_model(name: str, tmp_path: Path) -> None:
    plain = {"class_name": "Dropout", "config": {"rate": 0.1}, "module": "keras.layers"}
    path = folder(tmp_path / "model", model(plain))
    (path / "metadata.json").write_text('{"keras_version": "2.15.0"}')
    (path / name).write_text("saved_model_schema_version: 1")
    given = answer(path)
    assert "tf_keras" not in given.version
    assert (given.total, given.refusal) == (ELEMENTS, "")
