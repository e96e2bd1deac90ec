"""Trees of arrays that JAX's users pickle, with arrays of numpy and of JAX."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rnninspect import inspect_file

M, N = 6, 5


def tree() -> dict[str, Any]:
    """The parameters of an LSTM as Flax names them, and of a head."""
    cell: dict[str, Any] = {f"i{gate}": {"kernel": np.ones((M, N), np.float32)} for gate in "ifgo"}
    cell |= {
        f"h{gate}": {"kernel": np.ones((N, N), np.float32), "bias": np.ones(N, np.float32)}
        for gate in "ifgo"
    }
    return {"params": {"LSTMCell_0": cell, "head": {"kernel": np.ones((N, 2), np.float32)}}}


def pickled(value: object, folder: Path) -> Path:
    path = folder / "params.pkl"
    path.write_bytes(pickle.dumps(value))
    return path


@pytest.mark.parametrize("of", [np.asarray, jnp.asarray], ids=["numpy", "jax"])
def test_a_tree_is_read_as_one_dict(of: Callable[[Any], Any], tmp_path: Path) -> None:
    report = inspect_file(pickled(jax.tree.map(of, tree()), tmp_path))
    (layer,) = report.layers
    assert (layer.layer.name, layer.expected) == ("params.LSTMCell_0", 4 * (N * M + N * N + N))
    assert report.totals.parameters == layer.stored + 2 * N
    assert not [found for found in report.findings if found.rule == "R301"]


def test_the_state_of_an_optimizer_is_apart(tmp_path: Path) -> None:
    value = {**tree(), "opt_state": {"mu": tree(), "nu": tree()}}
    report = inspect_file(pickled(value, tmp_path))
    assert len(report.layers) == 1
    assert report.totals.parameters == 4 * (N * M + N * N + N) + 2 * N
    assert report.totals.not_parameters["optimizer"] == 2 * report.totals.parameters


def test_haiku_names_modules_with_slashes(tmp_path: Path) -> None:
    value = {
        "net/lstm/linear": {
            "w": np.ones((M + N, 4 * N), np.float32),
            "b": np.ones(4 * N, np.float32),
        },
        "net/linear": {"w": np.ones((N, 2), np.float32), "b": np.ones(2, np.float32)},
    }
    report = inspect_file(pickled(value, tmp_path))
    (layer,) = report.layers
    assert (layer.layer.cell, layer.expected) == ("LSTM", 4 * (N * M + N * N + N))


def test_a_tree_that_contains_itself_ends(tmp_path: Path) -> None:
    value = tree()
    value["params"]["again"] = value
    report = inspect_file(pickled(value, tmp_path))
    assert report.totals.parameters == 4 * (N * M + N * N + N) + 2 * N
