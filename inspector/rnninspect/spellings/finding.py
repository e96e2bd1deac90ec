"""Finds the cells of a network by the names and shapes of their tensors.

A module is a layer if one spelling of the tables explains all its tensors, in one way only. If its
names are too generic, or two readings remain, it is ambiguous and reported as a possible cell.
"""

from __future__ import annotations

from _bisect import bisect_left  # without the module `bisect` around it

from rnninspect.lean import defaultdict, lru_cache
from rnninspect.record import Record
from rnninspect.source.limits import Limit
from rnninspect.spellings import HAND_WRITTEN
from rnninspect.spellings.damaged import damaged_cell
from rnninspect.spellings.evidence import (
    RecognisedCell,
    has_words,
    is_other_module,
    label_of,
    matching_label,
    split_stacks,
)
from rnninspect.spellings.matching import readings
from rnninspect.spellings.placing import with_normalised_names
from rnninspect.spellings.prefilter import normalised
from rnninspect.spellings.tables.hand_written import GATED
from rnninspect.spellings.tables.libraries import LIBRARY
from rnninspect.spellings.tables.spelling import NamedSpelling
from rnninspect.stored.kinds import names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.spellings.entries import Named
    from rnninspect.spellings.matching import CellMatch
    from rnninspect.spellings.prefilter import Leaf, Remainder
    from rnninspect.spellings.tables.spelling import GatedSpelling

    Spelling = GatedSpelling | NamedSpelling
    _Read = tuple[Spelling, CellMatch]


_FEWEST = 3  # number of tensors in a cell one of which may be wrong
_LARGEST = 64  # number of tensors in the module of a cell
_STEPS_OF_A_MODULE = 40  # of finding and reading its tensors
_LAST = "\U0010ffff"  # sorts after every character of a name
_FORGET_OR_RESET = 1  # the gate with the fewest words, used to look up spellings


class FoundCells(Record):
    """Recognised cells, and the tensors of ambiguous modules by path."""

    cells: tuple[RecognisedCell, ...]
    ambiguous: dict[str, list[Named]]


class _Candidate(Record):
    path: str
    members: list[tuple[str, Named]]
    label: str  # see `label_of`


class _Names:
    """The tensors of a network sorted by name, to look up those below a path."""

    __slots__ = ("entries", "names", "places")

    def __init__(self, entries: Sequence[Named]) -> None:
        names = names_of(entries)
        self.entries = entries
        self.places = sorted(range(len(names)), key=names.__getitem__)
        self.names = [names[place] for place in self.places]

    def below(self, path: str) -> list[tuple[str, Named]]:
        """The tensors below a path, by their name there; none if they are too many for a cell."""
        start = f"{path}." if path else ""
        first, last = bisect_left(self.names, start), bisect_left(self.names, start + _LAST)
        if last - first > _LARGEST:
            return []
        return [
            (self.names[at][len(start) :], self.entries[self.places[at]])
            for at in range(first, last)
        ]


def find_cells(rest: Remainder) -> FoundCells:
    """The cells among the tensors without a layer.

    Linear in the number of names: each is looked up in a table, and each module with an anchor is
    read by the few spellings of that anchor. RefusedFile beyond the limits.
    """
    candidates = _candidates(rest)
    names = _Names(rest.entries if candidates else ())
    taken = rest.taken() if candidates else set()
    found: list[RecognisedCell] = []
    weak: list[RecognisedCell] = []
    ambiguous: dict[str, list[Named]] = {}
    for path, spellings in candidates.items():
        module = _Candidate(path, names.below(path), label_of(path, rest.declared))
        rest.spend(len(module.members) * len(spellings) // 2)
        if is_other_module(module.label) or any(entry.name in taken for _, entry in module.members):
            continue
        sure, unsure = _split_by_label(_read(spellings, module), module.label)
        if not sure and not unsure:
            sure = _read_damaged(spellings, module, rest)
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
    """The readings that the label confirms, or else those that it allows within a stack."""
    sure = [pair for pair in matching_label(read, label) if has_words(pair[0], label, weak=False)]
    unsure = [pair for pair in read if has_words(pair[0], label, weak=True)]
    return (sure, []) if sure else ([], unsure)


def _candidates(rest: Remainder) -> dict[str, list[Spelling]]:
    """The modules with an anchor, and the spellings of their anchors.

    The work is counted before memory is used for the modules.
    """
    known = anchors()
    anchored = [(path, word) for path, word in map(_anchor, rest.leaves) if word in known]
    rest.spend(_STEPS_OF_A_MODULE * len({path for path, _ in anchored}))
    candidates: dict[str, dict[int, Spelling]] = {}
    for path, word in anchored:
        for spelling in known[word]:
            candidates.setdefault(path, {})[id(spelling)] = spelling
    return {path: list(spellings.values()) for path, spellings in candidates.items()}


def _anchor(leaf: Leaf) -> tuple[str, str]:
    """The module of a tensor, and the tensor's name as in `anchors`."""
    path, name, entry = leaf
    word = _normalised(name)
    in_sequential = entry.name.endswith(".0.weight") and f"{word}.0" in anchors()  # `ih.0`
    return path, f"{word}.0" if in_sequential else word


_normalised = lru_cache(maxsize=4096)(normalised)


@lru_cache(maxsize=1)
def anchors() -> dict[str, list[Spelling]]:
    """The spellings by a name that each requires."""
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
    """The readings of a module by the spellings that its label allows."""
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


def _read_damaged(spellings: list[Spelling], module: _Candidate, rest: Remainder) -> list[_Read]:
    """The reading with one fault of a module that its label and other tensors make plain."""
    named = [each for each in spellings if has_words(each, module.label, weak=False)]
    if not named or len(module.members) < _FEWEST:
        return []
    rest.spend(len(module.members) ** 2 * len(named) // 2)
    found = damaged_cell(named, with_normalised_names(module.members))
    return [] if found is None else [(found.spelling, found.reading)]


def _agree(read: Iterable[CellMatch]) -> bool:
    """Whether the readings agree on one cell for each set of tensors."""
    by_tensors: dict[frozenset[int], set[object]] = defaultdict(set)
    for reading in read:
        by_tensors[reading.tensors].add((reading.cell, reading.sizes))
    return all(len(different) == 1 for different in by_tensors.values())


def _cells(module: _Candidate, read: list[_Read]) -> Iterator[RecognisedCell]:
    """One cell for each set of tensors: RAFT's SepConvGRU has two."""
    done: set[frozenset[int]] = set()
    for spelling, reading in read:
        if reading.tensors in done:
            continue
        done.add(reading.tensors)
        if isinstance(spelling, NamedSpelling):
            yield RecognisedCell(module.path, reading, spelling.convention, spelling.kind)
        else:
            yield RecognisedCell(module.path, reading, HAND_WRITTEN)
