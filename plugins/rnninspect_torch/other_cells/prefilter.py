"""Picks the tensors whose names may tell of a recurrent cell, before any table is loaded.

Most networks end here: of their layers, no name is that of a cell's weight.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rnninspect.plugin import Limit, Record
from rnninspect_torch.networks.naming import words_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_torch.networks.records import DeclaredModule, NamedTensor

    Leaf = tuple[str, str, NamedTensor]  # a module, the name of a weight in it, and the tensor


class Remainder(Record):
    """What the search for torch's own layers leaves of a network.

    Attributes:
        entries: all tensors of the network.
        loose: those that no layer has.
        leaves: the telling ones of these.
        declared: its modules by their path, where the file has modules.
        source: the file, to which the work of the search is booked.
    """

    entries: list[NamedTensor]
    unassigned: list[NamedTensor]
    leaves: list[Leaf]
    declared: dict[str, DeclaredModule]
    source: Source

    def spend(self, steps: int) -> None:
        """Book work; RefusedFile beyond the limit of the model."""
        self.source.spend(Limit.STEPS, steps)


_STEPS_OF_A_LEAF = 5  # to search a telling name for each kind of cell
ENDINGS = ("weight", "bias")  # what nn.Linear and nn.Conv2d call their tensors
# In the normalised name of a weight: those of a forget or reset gate, those from input or state to
# the state, and those of the families without a formula. `tests` hold it against the tables.
_TELLING = (
    r"(?:[wu]|w[ix]|[xi]2?|xto|input(?:to)?|weight[xi]|linearx?|fcx?|convx?|gate)?"
    r"(?:f|forget|remember|r|reset)(?:input)?(?:gate)?(?:[xi12]|linear|layer|fc|conv|net|input)?$"
    r"|.*(?:h2|2h|hh|ih|xh|hidden|recurrent|gate|statelinearity)"
    r"|[wu][xi]?$|(?:input)?kernel$|x2g$|(?:input|weight|linear|fc|conv)(?:x|input|map|weights)$"
    r"|input(?:conv|linear)$|conv(?:zr|rz|ur|z|q|h|m|xconcat|hconcat)\d?$|zr$|rz$"
    r"|alog$|timea$|wtau$|gleak$|sensory|(?:[wuv]|weight)[xhi]?(?:ifoc|iou|[ifocgrzn])[xh]?$"
)
# Names that anything may have: only where the module is called a cell.
_COMMON = (
    r"(?:cell|lstm|in|main|combined)?conv(?:[123]d|\d?|all|cell|lstm|op|olution|combined)$"
    r"|(?:linear|fc|dense)(?:gates)?$"
)
_CALLED = ("lstm", "gru", "rnn", "cell", "recurr", "elman")
# Words in longer names, `conv_h2h.0.weight`: one is in each that `families.TELLING` finds.
HINTS = ("2h", "h2", "recurrent_", "hh", "ih", "state_", "hidden_")
# A class that is called like a cell or a layer of cells.
_CLASS = r"(?:lstm|gru|rnn)_?(?:cell|layer|unit|block)?(?:\d?d)?$"


def normalised(name: str) -> str:
    """A name without case and underscores."""
    return name.replace("_", "").lower()


def remainder(
    entries: list[NamedTensor],
    unassigned: list[NamedTensor],
    declared: dict[str, DeclaredModule],
    source: Source,
) -> Remainder | None:
    """What is left to be searched; None if nothing in it may be a cell.

    RefusedFile if so many names may be those of weights that it would be too much work.
    """
    leaves = [leaf for leaf in map(leaf_of, unassigned) if _is_telling(leaf)]
    source.spend(Limit.STEPS, _STEPS_OF_A_LEAF * len(leaves))
    if leaves or words_in((entry.name for entry in unassigned), HINTS):
        return Remainder(entries, unassigned, leaves, declared, source)
    called = any(map(is_named_like_cell, declared.values()))
    return Remainder(entries, unassigned, leaves, declared, source) if called else None


def is_named_like_cell(module: DeclaredModule) -> bool:
    """Whether a module's class, not one of torch's, is called like a cell."""
    return not module.is_of_torch and re.search(_CLASS, module.name.lower()) is not None


def leaf_of(entry: NamedTensor) -> Leaf:
    """The name split at its last dot, for `W_f.weight` at the one before, so too `W_f.0.weight`."""
    path, _, name = entry.name.rpartition(".")
    if name not in ENDINGS:
        return path, name, entry
    before, _, module = path.rpartition(".")
    if not module.isdigit():
        return before, module, entry
    above, _, outer = before.rpartition(".")
    return above, outer, entry


def _is_telling(leaf: Leaf) -> bool:
    path, name, _ = leaf
    kind = classify_name(name)
    return kind == 1 or (kind == 2 and _is_called_recurrent(path))


def _is_called_recurrent(path: str) -> bool:
    lowered = path.lower()
    return any(word in lowered for word in _CALLED)


@lru_cache(maxsize=16_384)
def classify_name(name: str) -> int:
    """0 of a name that says nothing, 1 of a telling one, 2 of one that the module must explain."""
    word = normalised(name)
    if re.match(_TELLING, word):
        return 1
    return 2 if re.match(_COMMON, word) else 0
