"""Selects the tensors whose names may be those of a cell, before any table is loaded.

Most networks end here: none of their names is that of a cell's weight.
"""

from __future__ import annotations

from rnninspect.lean import Counter, lru_cache, re
from rnninspect.record import Record
from rnninspect.source.limits import Limit
from rnninspect.stored.kinds import chosen, kind_of, names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rnninspect.source.source import Source
    from rnninspect.spellings.entries import Declared, Named

    Leaf = tuple[str, str, Named]  # a module, the name of a weight in it, and the tensor


class Remainder(Record):
    """The tensors of a network without a layer.

    Attributes:
        entries: all tensors of the network.
        unassigned: those without a layer.
        leaves: those of them with a name that may be that of a weight of a cell.
        declared: its modules by their path, if the file contains modules.
        source: the file, whose limits apply to the search.
    """

    entries: Sequence[Named]
    unassigned: Sequence[Named]
    leaves: list[Leaf]
    declared: Mapping[str, Declared]
    source: Source

    def taken(self) -> set[str]:
        """The names of the tensors that have a layer; the others are in the same order."""
        free = iter(names_of(self.unassigned))
        following, taken = next(free, None), set()
        for name in names_of(self.entries):
            if name == following:
                following = next(free, None)
            else:
                taken.add(name)
        return taken

    def spend(self, steps: int) -> None:
        """Count steps; RefusedFile beyond the limit of the model."""
        self.source.spend(Limit.STEPS, steps)


_STEPS_OF_A_LEAF = 5  # of searching a name for each kind of cell
ENDINGS = ("weight", "bias")  # tensors of nn.Linear and nn.Conv2d
_KERNEL = "kernel"
_DENSE = (f".{_KERNEL}", ".bias")  # the ends of the names in a dense layer of Flax
# Parts of normalised names of weights of input or state to state: a cell with such a name needs no
# pattern.
_STATE = ("h2", "2h", "hh", "ih", "xh", "hidden", "recurrent", "statelinearity")
# Other normalised names of weights: of a forget or reset gate, of a matrix with all gates, and
# those of the families without a formula. A test compares both with the tables.
_SPECIFIC = (
    r"(?:[wu]|w[ix]|[xi]2?|xto|input(?:to)?|weight[xi]|linear[xi]?|fc[xi]?|convx?|gate)?"
    r"(?:f|forget|remember|r|reset)(?:input)?(?:gate)?(?:[xi12]|linear|layer|fc|conv|net|input)?$"
    r"|.*gate(?!(?:up)?proj)|[wu][xhi]?$|(?:input)?kernel$|x2g$|(?:input|weight|linear|fc|conv)(?:x|input|map|weights)$"
    r"|input(?:conv|linear)$|conv(?:zr|rz|ur|z|q|h|m|xconcat|hconcat)\d?$|zr$|rz$"
    r"|alog$|timea$|wtau$|gleak$|sensory|(?:[wuv]|weight)[xhi]?(?:ifoc|iou|[ifocgrzn])[xh]?$"
)
# Generic names: only in modules that are named like a cell.
_GENERIC = (
    r"(?:cell|lstm|in|main|combined)?conv(?:[123]d|\d?|all|cell|lstm|op|olution|combined|ifgo)$"
    r"|(?:linear|fc|dense)(?:gates)?$|linearh$"
)
_CALLED = ("lstm", "gru", "rnn", "cell", "recurr", "elman")
# Parts of longer names, `conv_h2h.0.weight`: each match of `families.SPECIFIC` contains one.
HINTS = ("2h", "h2", "recurrent_", "hh", "ih", "state_", "hidden_")
_HINTS_IN_KINDS = tuple(map(kind_of, HINTS))
# Class names of cells and layers of cells.
_CELLS = ("lstm", "gru", "rnn")
_CLASS = rf"(?:{'|'.join(_CELLS)})_?(?:cell|layer|unit|block)?(?:\d?d)?$"


def normalised(name: str) -> str:
    """A name in lower case without underscores."""
    return name.replace("_", "").lower()


def remainder(
    entries: Sequence[Named],
    unassigned: Sequence[Named],
    declared: Mapping[str, Declared],
    source: Source,
) -> Remainder | None:
    """The tensors to search; None if none of them may belong to a cell.

    RefusedFile if too many names may be those of weights.
    """
    names = names_of(unassigned)
    places = chosen(names, _may_matter)
    weights = [place for place in places if _may_be_weight(*module_of(names[place]))]
    source.spend(Limit.STEPS, _STEPS_OF_A_LEAF * len(weights))
    leaves = [(*module_of(names[place]), unassigned[place]) for place in weights]
    leaves = without_dense(leaves, entries, declared)
    if leaves or any(hint in names[place] for place in places for hint in HINTS):
        return Remainder(entries, unassigned, leaves, declared, source)
    called = any(map(is_named_like_cell, declared.values()))
    return Remainder(entries, unassigned, leaves, declared, source) if called else None


def without_dense(
    leaves: list[Leaf], entries: Sequence[Named], declared: Mapping[str, Declared]
) -> list[Leaf]:
    """Without the kernels of dense layers and convolutions, which most networks of Flax have.

    No spelling of a cell has a kernel with at most a bias beside it, unless a name or a class says
    that the module is one.
    """
    paths = [path for path, name, _ in leaves if name == _KERNEL]
    if not paths:
        return leaves
    dense = set(paths) & _dense_modules(names_of(entries))
    classes = {path: declared[path].name for path in dense if path in declared}
    dense = {path for path in dense if not _is_called_recurrent(path + classes.get(path, ""))}
    return [leaf for leaf in leaves if leaf[1] != _KERNEL or leaf[0] not in dense]


def _dense_modules(names: Sequence[str]) -> set[str]:
    """The modules with a kernel or a bias, or one of each, and nothing else in them."""
    inside = Counter(name.rpartition(".")[0] for name in names)
    others = {name.rpartition(".")[0] for name in names if not name.endswith(_DENSE)}
    around: set[str] = set()
    for path in inside:
        above = path.rpartition(".")[0] if path else None
        while above is not None and above not in around:
            around.add(above)
            above = above.rpartition(".")[0] if above else None
    return {path for path, number in inside.items() if number <= len(_DENSE)} - others - around


def is_named_like_cell(module: Declared) -> bool:
    """Whether a module's class is named like a cell and is not the framework's own."""
    name = module.name.lower()
    if module.is_frameworks_own or not _has_any(name, _CELLS):
        return False
    return re.search(_CLASS, name) is not None


def module_of(tensor: str) -> tuple[str, str]:
    """Module and name of a weight: `cell`, `W_f` for `cell.W_f.weight` and `cell.W_f.0.weight`."""
    path, _, name = tensor.rpartition(".")
    if name not in ENDINGS:
        return path, name
    before, _, module = path.rpartition(".")
    if not module.isdigit():
        return before, module
    above, _, outer = before.rpartition(".")
    return above, outer


def _may_matter(kind: str) -> bool:
    """Whether a name of this kind may be that of a weight of a cell, or contain a hint."""
    if _has_any(kind, _HINTS_IN_KINDS):
        return True
    path, name = module_of(kind)
    return "0" in name or _may_be_weight(path, name)  # the digits of a name matter


def _has_any(text: str, parts: Iterable[str]) -> bool:
    """Whether any of the parts occurs in a text; a loop takes a third of a generator's time."""
    for part in parts:  # noqa: SIM110 - as said
        if part in text:
            return True
    return False


def _may_be_weight(path: str, name: str) -> bool:
    kind = classify_name(name)
    return kind == 1 or (kind == 2 and _is_called_recurrent(path))


def _is_called_recurrent(path: str) -> bool:
    lowered = path.lower()
    return _has_any(lowered, _CALLED)


# The commonest names of other layers: most networks have no others. A test compares them with the
# patterns, which take as long to compile as a small file to read.
ORDINARY = frozenset(
    "weight bias running_mean running_var num_batches_tracked head emb embed embedding embeddings"
    " net norm bn act out_proj down_proj up_proj lm_head input_layernorm".replace("_", "").split()
)


@lru_cache(maxsize=16_384)
def classify_name(name: str) -> int:
    """1 for a specific name, 2 for a generic one that needs the module's label, else 0."""
    word = normalised(name)
    if word in ORDINARY:
        return 0
    if word == _KERNEL or _has_any(word, _STATE) or re.match(_SPECIFIC, word):
        return 1
    return 2 if re.match(_GENERIC, word) else 0
