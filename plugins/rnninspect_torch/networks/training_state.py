"""Separates the networks of a file from other tensors: statistics, class weights, tables.

The only dict of tensors in a file is a network, whatever its keys are. Beside a network it is one
only if its keys are usual names of parameters.
"""

from __future__ import annotations

from _bisect import bisect_left  # without the module `bisect` around it
from itertools import starmap

from rnninspect.lean import re
from rnninspect.plugin import Purpose
from rnninspect.stored.kinds import names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect_torch.networks.records import Root

# Parts of parameter names, or whole names, if no other root is certainly a network.
_WORDS = (".", "weight", "bias", "kernel", "embedding")
_LETTER = r"^[WURVbwuv]_?[a-z]{0,3}\d*$"
# Start of the last component of a name in a state dict: `rnn.weight_ih_l0`.
_LEAVES = (
    *("weight", "bias", "kernel", "recurrent", "gamma", "running_mean", "running_var"),
    *("original", "lora_", "_packed"),
)
# The last component in a hand-written cell; or a whole name.
_CELL_STARTS = (*"WURV", "weight_", "bias_", "recurrent_kernel", "kernel")
_CELL = r"[WURV]_?[a-z]{0,2}\d*|(weight|bias)_[ih][hr](_l\d+)?(_reverse)?|(recurrent_)?kernel"
# Weights of losses.
_OF_LOSSES = r"(?i)(class|pos|sample|loss|label|task|token|balanc\w*|blend\w*)_?weights?$"
# Statistics of the training data.
_STATISTICS = ("mean", "std", "var", "count", "min", "max")
_NETWORKS = (Purpose.PARAMETER, Purpose.COPY)


def mark_training_state(roots: Sequence[Root]) -> None:
    """Set the purpose STATE for roots that are not networks, if others are."""
    kept = [root for root in roots if root.purpose in _NETWORKS]
    certain = [root for root in kept if is_certain(root)]
    surely = {id(root) for root in certain}
    if any(not root.outside_module or id(root) in surely for root in kept):
        for root in kept:
            if root.outside_module and id(root) not in surely:
                root.purpose = Purpose.STATE
    kept = [root for root in kept if root.purpose in _NETWORKS]
    names, certain_names = sorted(map(_key, kept)), sorted(map(_key, certain))
    for root in kept:
        if id(root) not in surely and _is_training_state(root, names, certain_names):
            root.purpose = Purpose.STATE
    statistics = [root for root in kept if _is_statistics(root)]
    if any(is_likely(root) for root in kept if root not in statistics):
        for root in statistics:
            root.purpose = Purpose.STATE


def _is_training_state(root: Root, names: list[str], certain: list[str]) -> bool:
    """Whether a root of uncertain kind is training state, given the names of the other roots."""
    if _is_above(root, certain):
        return True
    beside = bool(certain) and root.purpose is Purpose.PARAMETER
    return (beside or _is_above(root, names)) and not is_likely(root)


def restore_networks(roots: Sequence[Root]) -> None:
    """In a file without a network, a module among training state is the network."""
    if any(root.purpose in _NETWORKS and is_likely(root) for root in roots):
        return
    for root in roots:
        if root.declared or root.is_state_dict:
            root.purpose = Purpose.PARAMETER


def is_certain(root: Root) -> bool:
    """Whether it has modules, or is a state dict by its mark or its names."""
    return (
        bool(root.declared)
        or root.is_state_dict
        or any(starmap(_is_parameter, root.named_shapes()))
    )


def is_likely(root: Root) -> bool:
    """Whether it may be a network, by the names in it."""
    return (
        bool(root.declared)
        or root.is_state_dict
        or any(map(_may_be_parameter, names_of(root.every)))
    )


def _is_parameter(name: str, shape: tuple[int, ...]) -> bool:
    before, _, leaf = name.rpartition(".")
    if before:
        return leaf.startswith(_LEAVES) or _may_be_of_cell(leaf)
    return len(shape) > 1 and (leaf in ("weight", "bias") or _may_be_of_cell(leaf))


def _may_be_of_cell(leaf: str) -> bool:
    return leaf.startswith(_CELL_STARTS) and re.fullmatch(_CELL, leaf) is not None


def _may_be_parameter(name: str) -> bool:
    if any(word in name for word in _WORDS):
        return "weight" not in name.lower() or re.search(_OF_LOSSES, name) is None
    return re.search(_LETTER, name) is not None


def _key(root: Root) -> str:
    """Sort key: roots below another one follow it directly."""
    return root.name.replace(".", "\0")


def _is_above(root: Root, names: list[str]) -> bool:
    """Whether one of these sorted names is below a root."""
    start = f"{_key(root)}\0" if root.name else "\1"
    place = bisect_left(names, start)
    return place < len(names) and (not root.name or names[place].startswith(start))


def _is_statistics(root: Root) -> bool:
    return not root.declared and all(
        name.removeprefix("running_") in _STATISTICS for name in names_of(root.every)
    )
