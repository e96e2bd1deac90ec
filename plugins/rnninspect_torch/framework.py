"""What the core needs to know of PyTorch: its names, and the module that asks it."""

from __future__ import annotations

from rnninspect.plugin import Framework, Judge

# Formats of several files, which torch.load does not take.
_OF_SEVERAL = frozenset({"sharded safetensors", "pytorch shards", "torch distributed checkpoint"})
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
                others=_OF_SEVERAL,
            ),
        ),
    ),
    Framework("numpy", "NumPy", keeps_names=True),
)
