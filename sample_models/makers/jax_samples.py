"""The intact samples of JAX: variables of a Flax network as `flax.serialization` writes them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import flax.linen as nn
import flax.serialization
import jax
import jax.numpy as jnp
import optax
from flax.training.train_state import TrainState

from makers.records import Intact, Layer, Truth

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CELLS = {"LSTMCell": "LSTM", "GRUCell": "CudnnGRU"}


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


INTACT = (
    Intact("jax/gru.msgpack", "Flax, GRUCell", _saved(nn.GRUCell(5))),
    Intact("jax/lstm_training.msgpack", "Flax, a TrainState with Adam", _training),
)
