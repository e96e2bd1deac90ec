"""What the core needs to know of JAX: its name, how its files are named, how Flax counts cells."""

from __future__ import annotations

from rnninspect.plugin import BIASES, Convention, Filing, Framework, Judge, Role

# Formats, each of which one judge can load.
_FLAX, _EQUINOX = "flax msgpack", "equinox leaves"
_STORES = [f"{store} of zarr {version}" for store in ("files", "ocdbt") for version in (2, 3)]
_ORBAX = frozenset(f"orbax checkpoint, {form}" for form in (*_STORES, "several stores"))
_ENVIRONMENT = (("JAX_PLATFORMS", "cpu"),)
FRAMEWORKS = (
    Framework(
        "jax",
        "JAX",
        keeps_names=True,
        judges=(
            Judge(
                "flax",
                "rnninspect_jax.judge.by_flax",
                packages=("flax",),
                extra="jax",
                environment=_ENVIRONMENT,
                others=_ORBAX | {_EQUINOX},
            ),
            Judge(
                "tensorstore",
                "rnninspect_jax.judge.by_tensorstore",
                packages=("tensorstore",),
                extra="jax",
                environment=_ENVIRONMENT,
                others=frozenset({_FLAX, _EQUINOX}),
            ),
        ),
    ),
)
FILING = Filing(
    sure_suffixes=(".msgpack", ".flax", ".eqx"),
    starts=(rb'\{"tree_metadata".*',),
    parts=(
        # All that is beside a tree is the checkpoint's, folders of data and of arrays among it.
        (r"[^/]+/|manifest\.ocdbt|_CHECKPOINT_METADATA|_sharding|_strings\.json", "_METADATA"),
        (r"commit_success\.txt", "_METADATA"),
    ),
    folders=("_METADATA",),
)
_ONE = frozenset({Role.BIAS})
CONVENTIONS = (
    Convention("flax", "LSTM", _ONE, note="LSTMCell, OptimizedLSTMCell"),
    Convention("flax", "CudnnGRU", BIASES, note="GRUCell: a recurrent bias at its candidate alone"),
    Convention("flax", "RNN", _ONE, note="SimpleCell"),
)
