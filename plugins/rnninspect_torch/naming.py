"""Names without what wrappers around a network add to them."""

from __future__ import annotations

import re

# torch.compile, Lightning's strategies, FSDP, activation checkpointing: anywhere in a name.
_WRAPPERS = re.compile(
    r"(?:^|(?<=\.))(?:_orig_mod|_forward_module|_fsdp_wrapped_module|_checkpoint_wrapped_module)"
    r"(?:\.|$)"
)
_LEADING = ("base_model.model.", "module.")  # PEFT; DataParallel, DDP and SWA's AveragedModel


def clean(path: str) -> str:
    """A module's path as its author knows it."""
    path = _WRAPPERS.sub("", path)
    for leading in _LEADING:
        path = path.removeprefix(leading)
    if path in ("module", "base_model.model"):
        path = ""
    return path.removesuffix(".")
