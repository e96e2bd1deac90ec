"""Names without what wrappers around a network add to them."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# torch.compile, Lightning's strategies, FSDP, activation checkpointing: anywhere in a name.
_WRAPPERS = (
    r"(?:^|(?<=\.))(?:_orig_mod|_forward_module|_fsdp_wrapped_module|_checkpoint_wrapped_module)"
    r"(?:\.|$)"
)
_PART = "_mod"  # of each of these words
_LEADING = ("base_model.model.", "module.")  # PEFT; DataParallel, DDP and SWA's AveragedModel


def clean(path: str) -> str:
    """A module's path as its author knows it."""
    if _PART in path:
        path = re.sub(_WRAPPERS, "", path)
    for leading in _LEADING:
        path = path.removeprefix(leading)
    if path in ("module", "base_model.model"):
        path = ""
    return path.removesuffix(".")


def words_in(names: Iterable[str], words: Iterable[str]) -> tuple[str, ...]:
    """Those of the words that are in any name: each is sought once in the text of all names."""
    text = "\n".join(names)
    return tuple(word for word in words if word in text)
