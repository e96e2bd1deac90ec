"""Finds the cells of a network that are not torch's own, by the names and shapes of their tensors.

A module is a layer where one spelling of the tables explains all its tensors, and in one way only.
Where the names say too little, or two readings are left, it is doubtful, and only named.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from functools import lru_cache

from rnninspect.plugin import Limit, Record
from rnninspect_torch.dialect.layout import HAND_WRITTEN
from rnninspect_torch.other_cells.evidence import (
    RecognisedCell,
    has_words,
    is_other_module,
    label_of,
    matching_label,
    split_stacks,
)
from rnninspect_torch.other_cells.hand_written import GATED
from rnninspect_torch.other_cells.libraries import LIBRARY
from rnninspect_torch.other_cells.matching import readings, with_normalised_names
from rnninspect_torch.other_cells.prefilter import normalised
from rnninspect_torch.other_cells.spelling import NamedSpelling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect_torch.networks.records import NamedTensor
    from rnninspect_torch.other_cells.matching import CellMatch
    from rnninspect_torch.other_cells.prefilter import Leaf, Remainder
    from rnninspect_torch.other_cells.spelling import GatedSpelling

    Spelling = GatedSpelling | NamedSpelling
    _Read = tuple[Spelling, CellMatch]


_LARGEST = 64  # tensors of one cell and what is beside it
_STEPS_OF_A_MODULE = 40  # to look for its tensors and to read it
_LAST = "\U0010ffff"  # sorts after every character of a name
_FORGET_OR_RESET = 1  # the gate with the fewest words, by which a spelling is looked for


class FoundCells(Record):
    """Modules that are cells, and the tensors of those that may be, by the module's path."""

    cells: tuple[RecognisedCell, ...]
    ambiguous: dict[str, list[NamedTensor]]


class _Candidate(Record):
    path: str
    members: list[tuple[str, NamedTensor]]
    label: str  # its path and its class, for what they tell


class _Names:
    """The tensors of a network in the order of their names, to look up those below a path."""

    __slots__ = ("entries", "names")

    def __init__(self, entries: Iterable[NamedTensor]) -> None:
        self.entries = sorted(entries, key=lambda entry: entry.name)
        self.names = [entry.name for entry in self.entries]

    def below(self, path: str) -> list[tuple[str, NamedTensor]]:
        """What is below a path, with its name there; nothing where that is too much for a cell."""
        start = f"{path}." if path else ""
        first, last = bisect_left(self.names, start), bisect_left(self.names, start + _LAST)
        if last - first > _LARGEST:
            return []
        return [(entry.name[len(start) :], entry) for entry in self.entries[first:last]]


def find_cells(rest: Remainder) -> FoundCells:
    """The cells in what the search for torch's own layers leaves of a network.

    Takes time in proportion to the names: each leaf is looked up in a table, and each module that
    has a telling one is read by the few spellings that it belongs to. RefusedFile if that is too
    much work, or if there are too many cells.
    """
    candidates = _candidates(rest)
    names = _Names(rest.entries if candidates else ())
    free = {id(entry) for entry in rest.unassigned}
    found: list[RecognisedCell] = []
    weak: list[RecognisedCell] = []
    ambiguous: dict[str, list[NamedTensor]] = {}
    for path, spellings in candidates.items():
        module = _Candidate(path, names.below(path), label_of(path, rest.declared))
        rest.spend(len(module.members) * len(spellings) // 2)
        if is_other_module(module.label) or not all(
            id(entry) in free for _, entry in module.members
        ):
            continue
        sure, unsure = _split_by_label(_read(spellings, module), module.label)
        weak.extend(cell for pair in unsure for cell in _cells(module, [pair]))
        if _agree(reading for _, reading in sure):
            found.extend(_cells(module, sure))
        else:
            ambiguous[path] = [entry for _, entry in module.members]
        rest.source.limits.require(Limit.RECURRENT, len(found) + len(weak))
    chained, unchained = split_stacks(weak)
    for cell in unchained:
        ambiguous[cell.path] = [entry for part in cell.reading.weights for entry in part.entries]
    return FoundCells((*found, *chained), ambiguous)


def _split_by_label(read: list[_Read], label: str) -> tuple[list[_Read], list[_Read]]:
    """The readings that are sure by what the module is called, or else those that may be."""
    sure = [pair for pair in matching_label(read, label) if has_words(pair[0], label, weak=False)]
    unsure = [pair for pair in read if has_words(pair[0], label, weak=True)]
    return (sure, []) if sure else ([], unsure)


def _candidates(rest: Remainder) -> dict[str, list[Spelling]]:
    """The modules with a tensor that a spelling is looked for by, and these spellings.

    The work of reading the modules is booked before anything is kept for each.
    """
    known = anchors()
    telling = [(path, word) for path, word in map(_anchor, rest.leaves) if word in known]
    rest.spend(_STEPS_OF_A_MODULE * len({path for path, _ in telling}))
    candidates: dict[str, dict[int, Spelling]] = {}
    for path, word in telling:
        for spelling in known[word]:
            candidates.setdefault(path, {})[id(spelling)] = spelling
    return {path: list(spellings.values()) for path, spellings in candidates.items()}


def _anchor(leaf: Leaf) -> tuple[str, str]:
    """The module of a tensor, and the tensor's name as `anchors` has it."""
    path, name, entry = leaf
    word = _normalised(name)
    in_sequential = entry.name.endswith(".0.weight") and f"{word}.0" in anchors()  # `ih.0`
    return path, f"{word}.0" if in_sequential else word


_normalised = lru_cache(maxsize=4096)(normalised)


@lru_cache(maxsize=1)
def anchors() -> dict[str, list[Spelling]]:
    """The spellings by a name that each must have."""
    known: dict[str, list[Spelling]] = defaultdict(list)
    for spelling in GATED:
        words = spelling.gates[_FORGET_OR_RESET] if spelling.gates else ("",)
        for pattern in spelling.parts[0].names:
            for word in words:
                known[pattern.replace("{}", word)].append(spelling)
    for library in LIBRARY:
        known[library.anchor].append(library)
    return dict(known)


def _read(spellings: list[Spelling], module: _Candidate) -> list[_Read]:
    """The readings of a module by those spellings that its own words do not rule out."""
    fitting = [
        spelling
        for spelling in spellings
        if has_words(spelling, module.label, weak=False)
        or has_words(spelling, module.label, weak=True)
    ]
    if not fitting or not module.members:
        return []
    members = with_normalised_names(module.members)
    return [(spelling, found) for spelling in fitting for found in readings(spelling, members)]


def _agree(read: Iterable[CellMatch]) -> bool:
    """Whether all readings of a module leave one cell; over the same tensors it must be one."""
    by_tensors: dict[frozenset[int], set[object]] = defaultdict(set)
    for reading in read:
        by_tensors[reading.tensors].add((reading.cell, reading.sizes))
    return all(len(different) == 1 for different in by_tensors.values())


def _cells(module: _Candidate, read: list[_Read]) -> Iterator[RecognisedCell]:
    """One cell for each set of tensors: RAFT's SepConvGRU holds two."""
    done: set[frozenset[int]] = set()
    for spelling, reading in read:
        if reading.tensors in done:
            continue
        done.add(reading.tensors)
        if isinstance(spelling, NamedSpelling):
            yield RecognisedCell(module.path, reading, spelling.convention, spelling.kind)
        else:
            yield RecognisedCell(module.path, reading, HAND_WRITTEN)
