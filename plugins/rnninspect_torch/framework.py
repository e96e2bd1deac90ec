"""What the core needs to know of PyTorch: its names, and the module that asks it."""

from __future__ import annotations

from rnninspect.plugin import Framework, Judge

# Formats that torch.load does not take: of several files, and numpy's own.
_NOT_LOADED = frozenset(
    {
        *("sharded safetensors", "pytorch shards", "torch distributed checkpoint"),
        *("npz of numpy arrays", "npy of numpy arrays"),
    }
)
FRAMEWORKS = (
    Framework(
        "pytorch",
        "PyTorch",
        keeps_names=True,  # those of the state dict
        judges=(
            Judge(
                "torch",
                "rnninspect_torch.judge.by_torch",
                packages=("torch", "safetensors"),
                extra="torch",
                environment=(("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", None),),
                others=_NOT_LOADED,
            ),
        ),
    ),
    Framework(
        "numpy",
        "NumPy",
        keeps_names=True,
        judges=(
            Judge("numpy", "rnninspect_torch.judge.by_numpy", packages=("numpy",), extra="numpy"),
        ),
    ),
)
