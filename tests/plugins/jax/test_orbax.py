"""Checkpoints as Orbax writes them, in each of its forms: the arrays are those of the tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
import orbax.checkpoint as ocp
import pytest
from flax.training.train_state import TrainState

from making.described import model_of
from rnninspect import inspect_file
from rnninspect.model import SavedModel
from rnninspect.source.source import open_source
from rnninspect_jax import JaxReader

pytestmark = pytest.mark.filterwarnings("ignore")
Tree = dict[str, Any]
FORMS: dict[str, dict[str, bool]] = {
    "ocdbt of zarr 2": {"use_ocdbt": True, "use_zarr3": False},
    "ocdbt of zarr 3": {"use_ocdbt": True, "use_zarr3": True},
    "files of zarr 2": {"use_ocdbt": False, "use_zarr3": False},
    "files of zarr 3": {"use_ocdbt": False, "use_zarr3": True},
}
CELLS = {nn.LSTMCell: "LSTM", nn.GRUCell: "CudnnGRU", nn.SimpleCell: "RNN"}


class Network(nn.Module):  # type: ignore[misc] # flax is untyped here
    cell: type[nn.RNNCellBase]

    @nn.compact  # type: ignore[untyped-decorator]
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.RNN(self.cell(5, name="cell"))(nn.Dense(6, name="embed")(x))
        return nn.Dense(2, name="head")(x)


def parameters(cell: type[nn.RNNCellBase]) -> Tree:
    tree: Tree = Network(cell).init(jax.random.PRNGKey(0), jnp.ones((1, 4, 3)))["params"]
    return tree


def saved(tree: object, folder: Path, **form: bool) -> Path:
    path = folder / "checkpoint"
    with ocp.Checkpointer(ocp.PyTreeCheckpointHandler(**form)) as saver:
        saver.save(path, args=ocp.args.PyTreeSave(tree))
    return path


def read(path: Path) -> SavedModel:
    with open_source(path) as source:
        return model_of(JaxReader(), source)


def elements(tree: object) -> int:
    return sum(np.size(leaf) for leaf in jax.tree.leaves(tree))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.__name__)
def test_each_form_has_the_cell_as_flax_counts_it(
    form: str, cell: type[nn.RNNCellBase], tmp_path: Path
) -> None:
    params = parameters(cell)
    report = inspect_file(saved({"params": params}, tmp_path, **FORMS[form]))
    (layer,) = report.layers
    assert report.format == f"orbax checkpoint, {form}"
    assert (layer.layer.name, layer.layer.cell) == ("params/cell", CELLS[cell])
    assert layer.expected == layer.stored == elements(params["cell"])
    assert report.totals.parameters == elements(params)
    assert report.totals.bytes == 4 * elements(params)
    assert not [found for found in report.findings if found.level == "error"]


@pytest.mark.parametrize("form", FORMS)
def test_every_array_is_as_it_was(form: str, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    tree = {
        "half": jnp.ones((3, 4), jnp.bfloat16),
        "eight": jnp.ones((2,), jnp.float8_e4m3fn),
        "flags": np.ones((2, 3), bool),
        "numbers": [np.arange(5), np.arange(6, dtype=np.uint8)],
        "large": random.random((300, 40), np.float32),
        "scalar": 3,
        "text": "no array",
        "nothing": None,
    }
    found = {each.name: each for each in read(saved(tree, tmp_path, **FORMS[form])).tensors}
    kept = {
        "/".join(str(getattr(key, "key", getattr(key, "idx", ""))) for key in keys): np.asarray(
            leaf
        )
        for keys, leaf in jax.tree_util.tree_leaves_with_path(tree)
        if not isinstance(leaf, str)
    }
    assert {name: (each.shape, each.dtype) for name, each in found.items()} == {
        name: (array.shape, array.dtype.name) for name, array in kept.items()
    }
    assert all(each.held_bytes == kept[name].nbytes for name, each in found.items())


def test_a_manager_keeps_the_state_of_training_apart(tmp_path: Path) -> None:
    params = parameters(nn.GRUCell)
    state = TrainState.create(apply_fn=None, params=params, tx=optax.adam(1e-3))
    with ocp.CheckpointManager(tmp_path / "run") as manager:
        about = ocp.args.JsonSave({"epoch": 1})
        state_args = ocp.args.StandardSave(state)
        manager.save(3, args=ocp.args.Composite(state=state_args, about=about))
        manager.wait_until_finished()
    for path in (tmp_path / "run" / "3", tmp_path / "run" / "3" / "state"):
        totals = inspect_file(path).totals
        assert totals.parameters == elements(params)
        assert totals.not_parameters["optimizer"] == elements(state.opt_state)
        assert totals.not_parameters["state"] == 1


_SHARDED = """
import sys, jax, jax.numpy as jnp, numpy as np, orbax.checkpoint as ocp
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
mesh = Mesh(np.array(jax.devices()).reshape(2, 2), ("a", "b"))
parts = {"rows": P("a", None), "whole": P(), "both": P(("a", "b"), None)}
tree = {k: jax.device_put(jnp.ones((8, 6)), NamedSharding(mesh, p)) for k, p in parts.items()}
with ocp.Checkpointer(ocp.PyTreeCheckpointHandler()) as saver:
    saver.save(sys.argv[1], args=ocp.args.PyTreeSave(tree))
"""


def test_an_array_on_several_devices_has_its_whole_shape(tmp_path: Path) -> None:
    """The `write_shape` of the tree is that of a part."""
    path = tmp_path / "sharded"
    devices = {"XLA_FLAGS": "--xla_force_host_platform_device_count=4", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", _SHARDED, str(path)]
    subprocess.run(command, env=os.environ | devices, check=True, capture_output=True)
    tree = json.loads((path / "_METADATA").read_text())["tree_metadata"]
    assert tree["('whole',)"]["value_metadata"]["write_shape"] == [2, 6]
    assert {each.shape for each in read(path).tensors} == {(8, 6)}
