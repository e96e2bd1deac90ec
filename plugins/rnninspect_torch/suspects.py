"""Finds modules that look recurrent and are not known cells, by their names and their classes."""

from __future__ import annotations

import re
from collections import defaultdict

from rnninspect_torch.evidence import is_other, said_by
from rnninspect_torch.families import (
    BY_GATE,
    FAMILIES,
    NOT_A_CELL,
    STATE_TO_STATE,
    TELLING,
    Family,
)
from rnninspect_torch.naming import words_in
from rnninspect_torch.spelling import normalised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect_torch.roots import Declared, Entry

    Suspects = dict[str, list[Entry]]  # the telling tensors of a module, by the module's path

_HINTS = ("2h", "h2", "recurrent_", "hh", "ih", "state_", "hidden_")  # one is in each of TELLING
_WEAK = ("h2h", "x2h", "h2o", "i2h", "h2g")  # of TELLING, those that say little alone
_MOST_GATES = 8  # of a cell that is believed
# A class that is called like a cell or a layer of cells.
_CLASS = r"(?:lstm|gru|rnn)_?(?:cell|layer|unit|block)?(?:\d?d)?$"
_WORDS: dict[str, Family] = {word: family for family in FAMILIES for word in family.words}


def find_suspects(
    entries: Sequence[Entry],
    loose: Sequence[Entry],
    declared: dict[str, Declared],
    doubtful: Suspects,
) -> Suspects:
    """The modules with telling names, or of a telling class, and their telling tensors.

    `entries` are all tensors of a network, `loose` those that no layer has, and `doubtful` are
    modules that fit a cell of the tables without being told from others by their names.
    """
    modules = dict(doubtful)
    for found in (_by_word(loose), _by_family(loose), _by_gate(loose)):
        for path, telling in found.items():
            if path not in modules and not is_other(said_by(path, declared)):
                modules[path] = telling
    modules.update(_by_class(entries, loose, declared, modules))
    return modules


def _by_word(loose: Sequence[Entry]) -> Suspects:
    """Suspects with a word for state to state, and a matrix that could be one."""
    names = [entry.name for entry in loose]
    hints = words_in(names, _HINTS)
    if not hints:
        return {}
    found: dict[str, list[tuple[str, Entry]]] = defaultdict(list)
    for entry in loose:
        if any(hint in entry.name for hint in hints) and (match := re.search(TELLING, entry.name)):
            found[entry.name[: match.start()]].append((match[1], entry))
    others = _others(loose, found)
    return {
        path: [entry for _, entry in words]
        for path, words in found.items()
        if path not in others and _may_recur(words)
    }


def _others(loose: Iterable[Entry], paths: Iterable[str]) -> set[str]:
    """Those of the paths where tensors lie that speak of something else: a score, another band."""
    known = set(paths)
    return {
        path
        for entry in loose
        for path, leaf in _ends(entry.name)
        if path in known and re.match(NOT_A_CELL, leaf)
    }


def _may_recur(words: list[tuple[str, Entry]]) -> bool:
    """Whether a tensor called state to state has the shape of one, or others speak beside it."""
    states = [entry for word, entry in words if re.fullmatch(STATE_TO_STATE, word)]
    shapes = [entry.tensor.shape for entry in states]
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


def _by_family(loose: Sequence[Entry]) -> Suspects:
    """Suspects with enough of the names of a kind of cell that has no formula here."""
    found: dict[tuple[Family, str], dict[str, list[Entry]]] = {}
    for entry in loose:
        for path, leaf in _ends(entry.name):
            word = normalised(leaf)
            if word in _WORDS:
                words = found.setdefault((_WORDS[word], path), {})
                words.setdefault(word, []).append(entry)
    modules: Suspects = {}
    for (family, path), words in found.items():
        if family.needs & words.keys() and len(words) >= family.least:
            order = sorted(words, key=family.words.index)
            modules.setdefault(path, []).extend(entry for word in order for entry in words[word])
    return modules


def _by_gate(loose: Sequence[Entry]) -> Suspects:
    """Suspects with a weight for each gate, from the input and from the state."""
    gates: dict[str, dict[str, dict[str, list[Entry]]]] = {}
    for entry in loose:
        for path, leaf in _ends(entry.name):
            short = len(leaf) <= len("weight_x_ifoc")
            if short and (match := re.match(BY_GATE, leaf)):
                side = "".join(match[part] or "" for part in ("letter", "side", "end")).upper()
                by_gate = gates.setdefault(path, {}).setdefault(side, {})
                by_gate.setdefault(match["gate"], []).append(entry)
    modules: Suspects = {}
    for path, sides in gates.items():
        shared = set.intersection(*(set(found) for found in sides.values()))
        if len(sides) > 1 and len(shared) > 1:
            modules[path] = [
                entry for found in sides.values() for held in found.values() for entry in held
            ]
    return modules


def _by_class(
    entries: Sequence[Entry],
    loose: Sequence[Entry],
    declared: dict[str, Declared],
    modules: Suspects,
) -> Suspects:
    """Suspects of a class that is called like a cell, with nothing in them that is known."""
    called = {
        path
        for path, module in declared.items()
        if not module.path.startswith("torch.") and re.search(_CLASS, module.name.lower())
    }
    if not called:
        return {}
    free = {id(entry) for entry in loose}
    known = {
        above for entry in entries if id(entry) not in free for above in _paths_above(entry.name)
    }
    known.update(above for path in modules for above in (path, *_paths_above(path)))
    found: Suspects = defaultdict(list)
    for entry in loose:
        for path in _paths_above(entry.name):
            if path in called:
                if path not in known:
                    found[path].append(entry)
                break  # of modules in each other, the inner one
    return found


def _paths_above(name: str) -> Iterator[str]:
    """The modules around a tensor, the nearest first; of a very long name the nearest only."""
    for _ in range(32):
        name = name.rpartition(".")[0]
        yield name
        if not name:
            return


def _ends(name: str) -> Iterator[tuple[str, str]]:
    """The name split at its last dot, for `W_f.weight` at the one before, so too `W_f.0.weight`."""
    path, _, leaf = name.rpartition(".")
    yield path, leaf
    if leaf in ("weight", "bias"):
        before, _, module = path.rpartition(".")
        yield before, module
        if module.isdigit():
            above, _, outer = before.rpartition(".")
            yield above, outer
