"""Keras archives and HDF5 files with one fault each, made from the intact ones."""

from __future__ import annotations

import io
import json
import shutil
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from makers.archives import only, rewrite
from makers.records import Broken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[[Path, Path], None]
    Change = Callable[[h5py.File], None]

LSTM = "keras/lstm_one_bias.keras"  # LSTM, 3 inputs, 2 units
GRUS = "keras/gru_conventions.keras"  # `after` 6 to 5, `before` 5 to 4, `bare` 4 to 3
DIRECTIONS = "keras/single_cells.keras"  # `both`: 6 inputs, 4 units in each direction
STACK = "keras/stacked_cells.keras"  # 6 inputs, LSTM of 5, GRU of 4, simple cell of 3
WHOLE = "keras/lstm.h5"  # as LSTM
WEIGHTS = "keras/lstm.weights.h5"  # as LSTM
TEXT = "keras/text.weights.h5"  # `both` GRU 6 to 5, `last` LSTM 10 to 4
CELL = "layers/lstm/cell/vars"
OLD_CELL = "model_weights/lstm/network/lstm/lstm_cell"


def _weights(change: Change) -> Make:
    """Write the file again with its HDF5 changed; in an archive, that of its weights."""

    def make(source: Path, target: Path) -> None:
        if source.suffix == ".keras":
            rewrite(source, target, only("model.weights.h5", _inside(change)))
        else:
            shutil.copy(source, target)
            with h5py.File(target, "r+") as file:
                change(file)

    return make


def _inside(change: Change) -> Callable[[bytes], bytes]:
    def edit(data: bytes) -> bytes:
        buffer = io.BytesIO(data)
        with h5py.File(buffer, "r+") as file:
            change(file)
        return buffer.getvalue()

    return edit


def _array(path: str, change: Callable[[np.ndarray], np.ndarray]) -> Make:
    """Another array in a dataset's place."""

    def edit(file: h5py.File) -> None:
        array = change(file[path][()])
        del file[path]
        file.create_dataset(path, data=array)

    return _weights(edit)


def _drop(path: str) -> Make:
    def edit(file: h5py.File) -> None:
        del file[path]

    return _weights(edit)


def _surplus(file: h5py.File) -> None:
    file.create_dataset(f"{CELL}/3", data=np.ones(6, "float32"))


def _linked(file: h5py.File) -> None:
    del file[f"{OLD_CELL}/kernel"]
    file[f"{OLD_CELL}/kernel"] = h5py.ExternalLink("other.h5", "/kernel")


def _stored_elsewhere(file: h5py.File) -> None:
    shape = file[f"{OLD_CELL}/kernel"].shape
    del file[f"{OLD_CELL}/kernel"]
    raw = [("other.bin", 0, h5py.h5f.UNLIMITED)]
    file.create_dataset(f"{OLD_CELL}/kernel", shape, "float32", external=raw)


def _config(change: Callable[[Any], None]) -> Make:
    """Write the archive again with its configuration changed."""

    def edit(data: bytes) -> bytes:
        config = json.loads(data)
        change(config)
        return json.dumps(config).encode()

    return lambda source, target: rewrite(source, target, only("config.json", edit))


def _declare(key: str, value: object) -> Make:
    """Another value in the configuration of the archive's last layer."""

    def edit(config: Any) -> None:  # noqa: ANN401 - JSON of any shape
        config["config"]["layers"][-1]["config"][key] = value

    return _config(edit)


def _wider(config: Any) -> None:  # noqa: ANN401 - JSON of any shape
    """Declare one input more, in all places that declare it."""
    steps, lstm = config["config"]["layers"]
    steps["config"]["batch_shape"][-1] += 1
    lstm["build_config"]["input_shape"][-1] += 1
    config["config"]["build_input_shape"][-1] += 1
    config["build_config"]["input_shape"][-1] += 1


BROKEN = (
    Broken(
        "broken/declared_units.keras",
        LSTM,
        "the configuration declares three units, the tensors are those of two",
        "R101",
        _declare("units", 3),
        "lstm",
        f"{CELL}/1",
    ),
    Broken(
        "broken/declared_input.keras",
        LSTM,
        "the configuration declares four inputs, the kernel reads three",
        "R101",
        _config(_wider),
        "lstm",
        f"{CELL}/0",
    ),
    Broken(
        "broken/negative_units.keras",
        LSTM,
        "the configuration declares minus two units",
        "R104",
        _declare("units", -2),
        "lstm",
    ),
    Broken(
        "broken/declared_no_bias.keras",
        LSTM,
        "the configuration says that there is no bias, and one is stored",
        "R103",
        _declare("use_bias", value=False),
        "lstm",
        f"{CELL}/2",
    ),
    Broken(
        "broken/surplus.keras",
        LSTM,
        "the cell stores a fourth tensor, which an LSTM does not have",
        "R103",
        _weights(_surplus),
        "lstm",
        f"{CELL}/3",
    ),
    Broken(
        "broken/cut_tensor.keras",
        LSTM,
        "the recurrent kernel has lost a column",
        "R101",
        _array(f"{CELL}/1", lambda array: array[:, :-1]),
        "lstm",
        f"{CELL}/1",
    ),
    Broken(
        "broken/gate_count.keras",
        LSTM,
        "the kernel has the columns of three gates, not of four",
        "R108",
        _array(f"{CELL}/0", lambda array: array[:, :6]),
        "lstm",
        f"{CELL}/0",
    ),
    Broken(
        "broken/dropped_bias.keras",
        LSTM,
        "the bias is not in the file",
        "R102",
        _drop(f"{CELL}/2"),
        "lstm",
    ),
    Broken(
        "broken/dropped_layer.keras",
        LSTM,
        "the layer has no tensors at all",
        "R102",
        _drop("layers/lstm/cell"),
        "lstm",
    ),
    Broken(
        "broken/one_bias_row.keras",
        GRUS,
        "the bias has one row, where reset_after has two",
        "R107",
        _array("layers/gru/cell/vars/2", lambda array: array[0]),
        "after",
        "layers/gru/cell/vars/2",
    ),
    Broken(
        "broken/missing_reverse.keras",
        DIRECTIONS,
        "the backward layer has no tensors",
        "R102",
        _drop("layers/bidirectional/backward_layer/cell"),
        "both",
    ),
    Broken(
        "broken/level_input.keras",
        STACK,
        "the second cell reads seven inputs, the first gives five",
        "R109",
        _array(
            "layers/rnn/cell/cells/gru_cell/vars/0", lambda array: np.pad(array, [(0, 2), (0, 0)])
        ),
        "stack/gru_cell",
        "layers/rnn/cell/cells/gru_cell/vars/0",
    ),
    Broken(
        "broken/transposed_recurrent.h5",
        WHOLE,
        "a recurrent kernel is transposed, as torch has it",
        "R105",
        _array(f"{OLD_CELL}/recurrent_kernel", lambda array: array.T),
        "lstm",
        f"{OLD_CELL}/recurrent_kernel",
    ),
    Broken(
        "broken/external_link.h5",
        WHOLE,
        "the kernel is a link into another file",
        "R302",
        _weights(_linked),
        also=("R102",),  # the target of the link is not read
    ),
    Broken(
        "broken/external_storage.h5",
        WHOLE,
        "the bytes of the kernel lie in another file",
        "R302",
        _weights(_stored_elsewhere),
    ),
    Broken(
        "broken/grown_bias.weights.h5",
        WEIGHTS,
        "a bias has two elements more",
        "R101",
        _array(f"{CELL}/2", lambda array: np.pad(array, (0, 2))),
    ),
    Broken(
        "broken/missing_reverse.weights.h5",
        TEXT,
        "the backward layer has lost its recurrent kernel",
        "R102",
        _drop("layers/bidirectional/backward_layer/cell/vars/1"),
    ),
)
