"""Trees of arrays that Flax saves: every cell of its own, as Flax counts it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import flax.linen as nn
import flax.serialization
import jax
import jax.numpy as jnp
import msgpack
import numpy as np
import optax
import pytest
from flax.training.train_state import TrainState

from rnninspect import inspect_file
from rnninspect.errors import UnreadableFile
from rnninspect.testing import check_reader
from rnninspect_jax import JaxReader

Tree = dict[str, Any]
CELLS = {
    nn.LSTMCell: "LSTM",
    nn.OptimizedLSTMCell: "LSTM",
    nn.GRUCell: "CudnnGRU",
    nn.SimpleCell: "RNN",
    nn.MGUCell: "MGU, flax",
}


class Network(nn.Module):  # type: ignore[misc] # flax is untyped here
    cell: type[nn.RNNCellBase]

    @nn.compact  # type: ignore[untyped-decorator]
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.Dense(6, name="embed")(x)
        x = nn.RNN(self.cell(5))(x)
        x = nn.BatchNorm(use_running_average=True)(x)
        return nn.Dense(2, name="head")(x)


def variables(cell: type[nn.RNNCellBase]) -> Tree:
    tree: Tree = Network(cell).init(jax.random.PRNGKey(0), jnp.ones((1, 4, 3)))
    return tree


def elements(tree: object) -> int:
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


def saved(tree: object, folder: Path) -> Path:
    path = folder / "model.msgpack"
    path.write_bytes(flax.serialization.to_bytes(tree))
    return path


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)
def test_a_cell_is_counted_as_by_flax(cell: type[nn.RNNCellBase], tmp_path: Path) -> None:
    tree = variables(cell)
    report = inspect_file(saved(tree, tmp_path))
    (layer,) = report.layers
    name = f"{cell.__name__}_0"
    assert (layer.layer.name, layer.layer.cell) == (f"params/{name}", CELLS[cell])
    assert layer.expected == layer.stored == elements(tree["params"][name])
    assert report.totals.parameters == elements(tree)
    assert report.totals.trained == elements(tree["params"])
    assert not [found for found in report.findings if found.level == "error"]


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16, jnp.float32, jnp.int8])
def test_element_types_are_those_of_jax(dtype: Any, tmp_path: Path) -> None:  # noqa: ANN401 - jax's
    tree = jax.tree.map(lambda leaf: leaf.astype(dtype), variables(nn.LSTMCell))
    report = inspect_file(saved(tree, tmp_path))
    assert report.layers[0].dtypes == (jnp.dtype(dtype).name,)
    assert report.totals.bytes == sum(leaf.nbytes for leaf in jax.tree.leaves(tree))


def test_the_state_of_training_is_no_parameter(tmp_path: Path) -> None:
    tree = variables(nn.GRUCell)
    state = TrainState.create(apply_fn=None, params=tree["params"], tx=optax.adam(1e-3))
    totals = inspect_file(saved(state, tmp_path)).totals
    assert totals.parameters == elements(tree["params"])
    assert totals.not_parameters["optimizer"] >= 2 * elements(tree["params"])


def test_an_array_in_pieces_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flax.serialization, "MAX_CHUNK_SIZE", 64)
    tree = variables(nn.LSTMCell)
    report = inspect_file(saved(tree, tmp_path))
    assert report.totals.parameters == elements(tree)
    assert [layer.expected for layer in report.layers] == [240]


def test_a_hand_written_cell_is_found(tmp_path: Path) -> None:
    gates = {f"W{gate}": np.zeros((5, 11), np.float32) for gate in "fico"}
    biases = {f"b{gate}": np.zeros(5, np.float32) for gate in "fico"}
    report = inspect_file(saved({"params": {"lstm": {**gates, **biases}}}, tmp_path))
    assert [(layer.layer.name, layer.expected) for layer in report.layers] == [("params.lstm", 240)]


def test_trailing_bytes_are_refused_as_by_flax(tmp_path: Path) -> None:
    path = saved(variables(nn.LSTMCell), tmp_path)
    path.write_bytes(path.read_bytes() + bytes(3))
    with pytest.raises(msgpack.ExtraData):
        flax.serialization.msgpack_restore(path.read_bytes())
    with pytest.raises(UnreadableFile, match="3 trailing bytes after the tree"):
        inspect_file(path)


def _cuts(length: int) -> Iterator[int]:
    return iter((1, 20, length // 2, length - 1))


def test_a_truncated_file_is_unreadable_or_not_recognised(tmp_path: Path) -> None:
    path = saved(variables(nn.LSTMCell), tmp_path)
    data = path.read_bytes()
    for cut in _cuts(len(data)):
        path.write_bytes(data[:cut])
        with pytest.raises(UnreadableFile):
            inspect_file(path)


def test_the_reader_keeps_the_contract(tmp_path: Path) -> None:
    check_reader(JaxReader(), saved(variables(nn.LSTMCell), tmp_path))
