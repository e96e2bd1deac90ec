"""Names of modules without the components that wrappers add."""

from __future__ import annotations

from rnninspect.lean import re

# Added anywhere in a name by torch.compile, Lightning, FSDP, activation checkpointing.
_WRAPPERS = (
    r"(?:^|(?<=\.))(?:_orig_mod|_forward_module|_fsdp_wrapped_module|_checkpoint_wrapped_module)"
    r"(?:\.|$)"
)
_PART = "_mod"  # in each of these
_LEADING = ("base_model.model.", "module.")  # PEFT; DataParallel, DDP and SWA's AveragedModel


def without_wrappers(path: str) -> str:
    """A module's path without the components of wrappers."""
    if _PART in path:
        path = re.sub(_WRAPPERS, "", path)
    for leading in _LEADING:
        path = path.removeprefix(leading)
    if path in ("module", "base_model.model"):
        path = ""
    return path.removesuffix(".")
