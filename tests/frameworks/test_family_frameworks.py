"""The four forms of one network compute the same scores, each in its own framework."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore"),  # what a framework warns of while it loads is its own
]

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
WORDS = np.array([[1, 9, 3, 7]], dtype=np.int64)

Scores = NDArray[np.float32]


def by_keras() -> Scores:
    import keras

    return np.asarray(keras.models.load_model(SAMPLES / "keras/family.keras")(WORDS))


def by_keras2() -> Scores:
    import tf_keras

    return np.asarray(tf_keras.models.load_model(SAMPLES / "keras/keras2_family")(WORDS))


def by_onnxruntime() -> Scores:
    import onnxruntime

    session = onnxruntime.InferenceSession(SAMPLES / "onnx/family.onnx")
    (scores,) = session.run(None, {session.get_inputs()[0].name: WORDS})
    return np.asarray(scores)


def by_torch() -> Scores:
    import torch

    network = torch_network()
    network.load_state_dict(torch.load(SAMPLES / "torch/family.pt"))
    with torch.no_grad():
        return np.asarray(network(torch.from_numpy(WORDS)))


def torch_network() -> Any:  # noqa: ANN401 - untyped
    """The module that the samples are made with."""
    sys.path.insert(0, str(SAMPLES))
    try:
        return importlib.import_module("makers.family").Network()
    finally:
        sys.path.remove(str(SAMPLES))


@pytest.mark.parametrize("scores_of", [by_keras2, by_onnxruntime, by_torch])
def test_the_forms_are_one_network(scores_of: Callable[[], Scores]) -> None:
    np.testing.assert_allclose(scores_of(), by_keras(), rtol=1e-4, atol=1e-6)
