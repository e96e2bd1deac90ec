"""State dicts of many arrays: what is in columns is reported as values are."""

from __future__ import annotations

import pickle
import random
from pathlib import Path

import numpy as np
import pytest

from makers.paddle_files import NAMES, lstm_shapes, state_dict, zeros
from makers.paddle_samples import both_ways
from making.short_ways import hold_equal
from rnninspect.plugin import Limits, SavedModel
from rnninspect.source.source import holding_source
from rnninspect.stored.columns import TensorColumns
from rnninspect_paddle import PaddleReader, describing

PLAIN = zeros({f"linear_{at}.weight": (4, 2) for at in range(20)})
CELL = zeros({f"rnn.0.cell.{name}": shape for name, shape in lstm_shapes(3, 2).items()})
SHARED = np.zeros((4, 2), "float32")


def _odd() -> dict[str, object]:
    """Optimizer states, statistics, an alias, an array of texts, and layers of other libraries."""
    return {
        "twice.weight": SHARED,
        "again.weight": SHARED,
        "bn._mean": np.zeros(4, "float32"),
        "opt.linear_0.w_0_moment1_0": np.zeros((4, 2), "float32"),
        "texts": np.array(["a", "b"]),
        "empty": np.zeros((0, 3), "float32"),
        "flag": np.zeros((), "bool"),
        "encoder.lstm.weight_ih_l0": np.zeros((8, 3), "float32"),
        "encoder.lstm.weight_hh_l0": np.zeros((8, 2), "float32"),
        "lstm_0.w_0": np.zeros((2, 8), "float32"),
        "lstm_0.b_0": np.zeros((1, 8), "float32"),
        "hand.x2h.weight": np.zeros((3, 8), "float32"),
        "hand.h2h.weight": np.zeros((2, 8), "float32"),
        "nested": {"linear_3": [np.zeros(3, "int64"), {"deep": np.zeros(2, "float16")}]},
    }


def _data(protocol: int) -> bytes:
    names = {name: f"linear_{at}.w_0" for at, name in enumerate(PLAIN)}
    state = {**CELL, **PLAIN, **_odd(), NAMES: names}
    return pickle.dumps({"model": state, "epoch": 3}, protocol)


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_odd_arrays_are_reported_alike(tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "net.pdparams"
    path.write_bytes(_data(protocol))
    hold_equal(path)


def test_second_names_are_reported_alike(tmp_path: Path) -> None:
    shapes, names = both_ways()
    path = tmp_path / "net.pdparams"
    path.write_bytes(state_dict(shapes | {"rnn.weight_ih_l0": (6, 4)}, names))
    hold_equal(path)


def test_mutated_files_are_reported_alike(tmp_path: Path) -> None:
    path, drawn = tmp_path / "net.pdparams", random.Random(3)  # noqa: S311 - not a secret
    data = _data(4)
    for _ in range(120):
        at = drawn.randrange(len(data))
        changed = bytes([drawn.randrange(256)])
        path.write_bytes(data[:at] + changed + data[at + drawn.randint(0, 2) :])
        hold_equal(path)


def test_plain_arrays_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(describing, "_FEW", 0)
    with holding_source("net.pdparams", _data(4), Limits()) as source:
        read = PaddleReader().recognise(source)
        assert read is not None
        model = read()
    assert isinstance(model, SavedModel)
    assert isinstance(model.tensors, TensorColumns)
    made = {tensor.name for tensor in model.tensors.single()}
    assert {"model.twice.weight", "model.again.weight"} <= made
    assert {"model.rnn.0.cell.weight_ih"} <= made
    assert "model.linear_7.weight" not in made
    assert model.layers
