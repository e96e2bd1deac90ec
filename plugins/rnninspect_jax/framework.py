"""What the core needs to know of JAX: its name, how its files are named, how Flax counts cells."""

from __future__ import annotations

from rnninspect.plugin import BIASES, Convention, Filing, Framework, Judge, Role

FLAX = "flax msgpack"
ORBAX = frozenset(
    f"orbax checkpoint, {store} of zarr {version}"
    for store in ("files", "ocdbt")
    for version in (2, 3)
)
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
                others=ORBAX,
            ),
            Judge(
                "tensorstore",
                "rnninspect_jax.judge.by_tensorstore",
                packages=("tensorstore",),
                extra="jax",
                environment=_ENVIRONMENT,
                others=frozenset({FLAX}),
            ),
        ),
    ),
)
FILING = Filing(
    sure_suffixes=(".msgpack", ".flax"),
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
