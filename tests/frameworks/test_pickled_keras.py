"""Models of both Keras versions as pickle and joblib write them, beside the saved archive."""

# ruff: noqa: ANN401 - what the frameworks give is untyped

from __future__ import annotations

import pickle
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import joblib
import pytest

from rnninspect import inspect_file

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning"),
]


def by_pickle(value: object, path: Path) -> None:
    path.write_bytes(pickle.dumps(value))


def by_old_protocol(value: object, path: Path) -> None:
    path.write_bytes(pickle.dumps(value, 2))


def by_joblib(value: object, path: Path) -> None:
    joblib.dump(value, path)


def by_zlib(value: object, path: Path) -> None:
    joblib.dump(value, path, compress=3)


WRITERS = (by_pickle, by_old_protocol, by_joblib, by_zlib)


@pytest.fixture(scope="module", params=["keras", "tf_keras"])
def model(request: pytest.FixtureRequest) -> Any:
    keras = import_module(request.param)
    layers = keras.layers
    two_way = layers.Bidirectional(layers.LSTM(5, return_sequences=True))
    return keras.Sequential([keras.Input((7, 4)), two_way, layers.GRU(3), layers.Dense(1)])


@pytest.mark.parametrize("write", WRITERS)
def test_a_pickled_model_is_its_archive(
    write: Callable[[object, Path], None], model: Any, tmp_path: Path
) -> None:
    archive, pickled = tmp_path / "model.keras", tmp_path / "model.pkl"
    model.save(archive)
    write({"model": model, "settings": SimpleNamespace(units=5)}, pickled)
    own, found = inspect_file(archive), inspect_file(pickled)
    assert found.format == "pickle of a keras archive"
    assert found.totals.parameters == own.totals.parameters == model.count_params()
    assert (found.layers, found.producer) == (own.layers, own.producer)
    assert [each.rule for each in found.findings if each.rule != "R301"] == [
        each.rule for each in own.findings
    ]
    assert any("keras" in each.message for each in found.findings if each.rule == "R301")
