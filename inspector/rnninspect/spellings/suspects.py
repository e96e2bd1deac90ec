"""Finds modules that may be cells but are not recognised, by their names and classes."""

from __future__ import annotations

from rnninspect.cells import CELLS
from rnninspect.lean import defaultdict, re
from rnninspect.spellings.evidence import is_other_module, label_matches, label_of
from rnninspect.spellings.prefilter import (
    HINTS,
    classify_name,
    is_named_like_cell,
    module_of,
    normalised,
)
from rnninspect.spellings.tables.families import (
    BY_GATE,
    CONVOLVING_CELL,
    FAMILIES,
    NOT_A_CELL,
    SPECIFIC,
    STATE_TO_STATE,
    Family,
)
from rnninspect.stored.kinds import holding, names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.spellings.entries import Named
    from rnninspect.spellings.prefilter import Leaf, Remainder

    Suspects = dict[str, list[Named]]  # the suspicious tensors of modules by path

_STEPS_OF_A_SUSPECT = 12  # of finding and describing it
_WEAK = ("h2h", "x2h", "h2o", "i2h", "h2g")  # those of SPECIFIC that are not enough alone
_MOST_GATES = 8  # of a plausible cell
_CALLED = r"(?:^|[._])(lstm|gru)(?:_?cell)?(?:_?\d+)*$"
_WORDS: dict[str, Family] = {word: family for family in FAMILIES for word in family.words}


def find_suspects(rest: Remainder, ambiguous: Suspects) -> Suspects:
    """The modules with the names or the class of a cell, and their suspicious tensors.

    `ambiguous` are modules that fit a cell of the tables but have generic names.
    """
    modules = dict(ambiguous)
    unassigned, leaves = rest.unassigned, rest.leaves
    for found in (
        _by_word(unassigned),
        _by_family(unassigned, leaves),
        _by_gate(leaves),
        _by_place(rest),
        _by_label(leaves),
    ):
        for path, suspicious in found.items():
            if path not in modules and not is_other_module(label_of(path, rest.declared)):
                modules[path] = suspicious
    modules.update(_by_class(rest, modules))
    rest.spend(_STEPS_OF_A_SUSPECT * len(modules))
    return modules


def _by_word(unassigned: Sequence[Named]) -> Suspects:
    """Suspects with a name for hidden-to-hidden weights, and a matrix with a fitting shape."""
    names = names_of(unassigned)
    found: dict[str, list[tuple[str, Named]]] = defaultdict(list)
    for place in holding(names, HINTS):
        entry = unassigned[place]
        if match := re.search(SPECIFIC, entry.name):
            found[entry.name[: match.start()]].append((match[1], entry))
    others = _others(names if found else (), found)
    return {
        path: [entry for _, entry in words]
        for path, words in found.items()
        if path not in others and _may_recur(words)
    }


def _others(names: Iterable[str], paths: Iterable[str]) -> set[str]:
    """The paths with tensors of other modules: a score of attention, another band."""
    known = set(paths)
    return {
        path for path, leaf in map(module_of, names) if path in known and re.match(NOT_A_CELL, leaf)
    }


def _may_recur(words: list[tuple[str, Named]]) -> bool:
    """Whether a hidden-to-hidden weight has a fitting shape, or other names confirm it."""
    states = [entry for word, entry in words if re.fullmatch(STATE_TO_STATE, word)]
    shapes = [entry.shape for entry in states]
    matrices = [shape[:2] for shape in shapes if len(shape) > 1 and min(shape) > 0]
    if not matrices:
        return len(shapes) > 0 or any(word not in _WEAK for word, _ in words)
    convolves = any(len(shape) > 2 for shape in shapes)
    if convolves and len({word for word, _ in words}) == 1:
        return False
    return any(
        max(shape) % min(shape) == 0 and max(shape) // min(shape) <= _MOST_GATES
        for shape in matrices
    )


def _by_family(unassigned: Sequence[Named], leaves: Sequence[Leaf]) -> Suspects:
    """Suspects with enough names of a kind of cell without a formula."""
    needed = {(path, normalised(leaf)) for path, leaf, _ in leaves}
    paths = {path for path, word in needed if word in _WORDS and word in _WORDS[word].needs}
    found: dict[tuple[Family, str], dict[str, list[Named]]] = {}
    for entry in unassigned if paths else ():
        path, leaf = module_of(entry.name)
        word = normalised(leaf) if path in paths else ""
        if word in _WORDS:
            words = found.setdefault((_WORDS[word], path), {})
            words.setdefault(word, []).append(entry)
    modules: Suspects = {}
    for (family, path), words in found.items():
        if family.needs & words.keys() and len(words) >= family.least:
            order = sorted(words, key=family.words.index)
            modules.setdefault(path, []).extend(entry for word in order for entry in words[word])
    return modules


def _by_gate(leaves: Sequence[Leaf]) -> Suspects:
    """Suspects with weights from input and state for each gate."""
    gates: dict[str, dict[str, dict[str, list[Named]]]] = {}
    for path, leaf, entry in leaves:
        short = len(leaf) <= len("weight_x_ifoc")
        if short and (match := re.match(BY_GATE, leaf)):
            side = "".join(match[part] or "" for part in ("letter", "side", "end")).upper()
            by_gate = gates.setdefault(path, {}).setdefault(side, {})
            by_gate.setdefault(match["gate"], []).append(entry)
    modules: Suspects = {}
    for path, sides in gates.items():
        shared = set.intersection(*(set(found) for found in sides.values()))
        if len(sides) > 1 and (len(shared) > 1 or "iou" in shared):
            modules[path] = [
                entry
                for by_gate in sides.values()
                for entries in by_gate.values()
                for entry in entries
            ]
    return modules


def _by_place(rest: Remainder) -> Suspects:
    """Convolutions in a module that is named like a convolving cell and may read its state."""
    found: Suspects = defaultdict(list)
    for path, leaf, entry in rest.leaves:
        if "conv" in leaf.lower() and label_matches(label_of(path, rest.declared), CONVOLVING_CELL):
            found[path].append(entry)
    taken = _modules_of_layers(rest) if found else set()
    return {
        path: entries
        for path, entries in found.items()
        if path not in taken and any(_may_read_state(entry.shape) for entry in entries)
    }


def _may_read_state(shape: tuple[int, ...]) -> bool:
    """Whether a kernel has the rows of two or four gates and more columns than their state."""
    if len(shape) < 3:
        return False
    rows, columns = shape[:2]
    return any(rows % gates == 0 and columns > rows // gates for gates in (4, 2))


def _by_label(leaves: Sequence[Leaf]) -> Suspects:
    """Modules that are called `lstm` or `gru` and have a matrix of as many gates."""
    found: Suspects = defaultdict(list)
    for path, leaf, entry in leaves:
        called = re.search(_CALLED, path.lower())
        if called is None or len(entry.shape) != 2 or classify_name(leaf) != 1:
            continue
        gates = len(CELLS[called[1].upper()].gates)
        if any(size > 0 and size % gates == 0 for size in entry.shape):
            found[path].append(entry)
    return dict(found)


def _by_class(rest: Remainder, modules: Suspects) -> Suspects:
    """Suspects with a class that is named like a cell, and without a known layer in them."""
    called = {path for path, module in rest.declared.items() if is_named_like_cell(module)}
    if not called:
        return {}
    known = _modules_of_layers(rest)
    known.update(above for path in modules for above in (path, *_paths_above(path)))
    found: Suspects = defaultdict(list)
    for entry in rest.unassigned:
        for path in _paths_above(entry.name):
            if path in called:
                if path not in known:
                    found[path].append(entry)
                break  # the innermost module
    return found


def _modules_of_layers(rest: Remainder) -> set[str]:
    """The modules around tensors that have a layer."""
    return {above for name in rest.taken() for above in _paths_above(name)}


def _paths_above(name: str) -> Iterator[str]:
    """The modules around a tensor, innermost first, at most 32."""
    for _ in range(32):
        name = name.rpartition(".")[0]
        yield name
        if not name:
            return
