"""The intact samples of JAX: variables of a Flax network, as Flax and Orbax write them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import flax.linen as nn
import flax.serialization
import jax
import jax.numpy as jnp
import optax
import orbax.checkpoint as ocp
from flax.training.train_state import TrainState

from makers.records import Intact, Layer, Truth

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CELLS = {"LSTMCell": "LSTM", "GRUCell": "CudnnGRU", "SimpleCell": "RNN"}


class _Network(nn.Module):  # type: ignore[misc] # flax is untyped here, so that its Module is Any
    cell: Any

    @nn.compact  # type: ignore[untyped-decorator]
    def __call__(self, x: Any) -> Any:  # noqa: ANN401 - jax's
        return nn.Dense(3, name="head")(nn.RNN(self.cell)(nn.Dense(6, name="embed")(x)))


def _truth(cell: Any, params: Any) -> Truth:  # noqa: ANN401 - a module and a tree
    """The one layer, counted leaf by leaf."""
    layer = Layer(
        name="params/cell",
        cell=CELLS[type(cell).__name__],
        input_size=6,
        hidden_size=cell.features,
        expected=_elements(params["cell"]),
        bias_vectors=2 if isinstance(cell, nn.GRUCell) else 1,
    )
    return Truth((layer,), _elements(params), notes=("R402",))


def _elements(tree: Any) -> int:  # noqa: ANN401 - as above
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


def _saved(cell: Any) -> Callable[[Path], Truth]:  # noqa: ANN401 - a module
    def make(path: Path) -> Truth:
        variables = _Network(cell).init(jax.random.PRNGKey(0), jnp.ones((1, 4, 2)))
        path.write_bytes(flax.serialization.to_bytes(variables))
        return _truth(cell, variables["params"])

    return make


def _training(path: Path) -> Truth:
    """A train state, with what Adam keeps of each parameter."""
    cell = nn.LSTMCell(5)
    params = _Network(cell).init(jax.random.PRNGKey(0), jnp.ones((1, 4, 2)))["params"]
    state = TrainState.create(apply_fn=None, params=params, tx=optax.adam(1e-3))
    path.write_bytes(flax.serialization.to_bytes(state))
    return replace(_truth(cell, params), not_parameters={"optimizer": _elements(state.opt_state)})


def _orbax(path: Path) -> Truth:
    """A folder for each array of zarr; files that Orbax restores it without are left out."""
    cell = nn.SimpleCell(5)
    params = _Network(cell).init(jax.random.PRNGKey(0), jnp.ones((1, 4, 2)))["params"]
    shutil.rmtree(path, ignore_errors=True)
    saver = ocp.Checkpointer(ocp.PyTreeCheckpointHandler(use_ocdbt=False))
    saver.save(path.absolute(), args=ocp.args.PyTreeSave({"params": params}))
    for name in ("_sharding", "commit_success.txt"):
        (path / name).unlink(missing_ok=True)
    shutil.rmtree(path / "array_metadatas")
    about = path / "_CHECKPOINT_METADATA"
    times = {"init_timestamp_nsecs": 0, "commit_timestamp_nsecs": 0}
    about.write_text(json.dumps(json.loads(about.read_text()) | times))
    inside = sorted(str(each.relative_to(path)) for each in path.rglob("*"))
    companions = tuple(f"jax/{path.name}/{name}" for name in inside)
    return replace(_truth(cell, params), companions=companions)


INTACT = (
    Intact("jax/gru.msgpack", "Flax, GRUCell", _saved(nn.GRUCell(5))),
    Intact("jax/lstm_training.msgpack", "Flax, a TrainState with Adam", _training),
    Intact("jax/orbax_rnn", "Orbax, arrays of zarr in files, SimpleCell", _orbax),
)
