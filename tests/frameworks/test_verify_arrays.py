"""The judges of arrays: NumPy's pickles need trust, and names may have other separators."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from making.array_cells import BY_GATE, KERAS_GRU, UNDERSCORES, Shapes
from making.judges import NUMPY
from making.orbax_folders import LSTM, in_files, in_ocdbt
from rnninspect import inspect_file
from rnninspect.verification import Bounds, Opinion, Outcome, verify


def arrays(shapes: Shapes) -> dict[str, np.ndarray]:
    return {name: np.ones(shape, np.float32) for name, shape in shapes.items()}


def opinions(path: Path, *, trusted: bool = False) -> list[Opinion]:
    report = inspect_file(path)
    return list(verify(report, Bounds(), lambda _: None, trusted=trusted))


@pytest.mark.parametrize("shapes", [KERAS_GRU, UNDERSCORES, BY_GATE], ids=["keras", "_", "gates"])
def test_numpy_counts_the_layers_by_the_names_of_the_file(shapes: Shapes, tmp_path: Path) -> None:
    np.savez(tmp_path / "model.npz", **arrays(shapes))  # type: ignore[arg-type] # names, not options
    (opinion,) = opinions(tmp_path / "model.npz")
    assert opinion.judge.startswith(NUMPY.name)
    assert opinion.verdict is Outcome.AGREE
    assert [row.theirs for row in opinion.rows] == [
        layer.expected for layer in inspect_file(tmp_path / "model.npz").layers
    ]


def test_what_is_pickled_needs_trust(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array(arrays(KERAS_GRU), object), allow_pickle=True)
    (tmp_path / "b.pkl").write_bytes(pickle.dumps(arrays(KERAS_GRU)))
    for path in (tmp_path / "a.npy", tmp_path / "b.pkl"):
        (opinion,) = opinions(path)
        assert opinion.verdict is Outcome.UNASKED
        (opinion,) = opinions(path, trusted=True)
        assert opinion.verdict is Outcome.AGREE


@pytest.mark.parametrize("make", [in_files, in_ocdbt])
def test_tensorstore_counts_a_checkpoint_that_was_written_by_hand(
    make: Callable[..., Path], tmp_path: Path
) -> None:
    make(tmp_path / "model", LSTM)
    (opinion,) = opinions(tmp_path / "model")
    assert opinion.verdict is Outcome.AGREE
