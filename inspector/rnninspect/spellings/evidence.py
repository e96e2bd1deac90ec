"""Evidence for a cell besides its tensors: the label of its module, and the levels of a stack."""

from __future__ import annotations

from itertools import pairwise

from rnninspect.lean import defaultdict, lru_cache, re
from rnninspect.record import Record
from rnninspect.spellings.tables.spelling import NamedSpelling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect.cells import Sizes
    from rnninspect.spellings.entries import Declared
    from rnninspect.spellings.matching import CellMatch
    from rnninspect.spellings.tables.spelling import GatedSpelling

    Spelling = GatedSpelling | NamedSpelling

# Modules that are not recurrent but have tensors with the names and shapes of a cell.
_OTHERS = r"attn|attention|(?:^|[_ ])att(?:$|[_ ])|align|octave|highway|squeeze|excit|glu\b"
# Each match contains one of these.
_HINTS = ("att", "align", "octave", "highway", "squeeze", "excit", "glu")


class RecognisedCell(Record):
    """A module that was recognised as a cell.

    Attributes:
        path: of the module.
        reading: its cell, its sizes and its weights.
        convention: library of the cell, or hand-written.
        kind: its class in that library; empty if hand-written.
    """

    path: str
    reading: CellMatch
    convention: str
    kind: str = ""


def label_of(path: str, declared: Mapping[str, Declared]) -> str:
    """The last components of a module's path, and its class, with 0 for every number.

    Modules of a stack, which differ in their numbers, have the same label.
    """
    last = ".".join(path.rsplit(".", 3)[-3:])
    if any(map(str.isdigit, last)):
        last = re.sub(r"\d+", "0", last)
    kind = declared[path].name if path in declared else ""
    return f"{last} {kind}".lower().strip()


@lru_cache(maxsize=4096)
def is_other_module(label: str) -> bool:
    """Whether a module's name or class is that of a module that is not recurrent."""
    path, _, kind = label.partition(" ")
    names = [name for name in path.split(".") if not name.isdigit()]
    words = f"{names[-1] if names else ''} {kind}"
    return any(hint in words for hint in _HINTS) and re.search(_OTHERS, words) is not None


def has_words(spelling: Spelling, label: str, *, weak: bool) -> bool:
    """Whether the label has the words of a spelling; with `weak` those required within a stack."""
    if isinstance(spelling, NamedSpelling) or not spelling.words:
        return not weak  # the names of the tensors are enough
    pattern = spelling.weak_words if weak else spelling.words
    return bool(pattern) and label_matches(label, pattern)


@lru_cache(maxsize=4096)
def label_matches(label: str, pattern: str) -> bool:
    """Whether the label contains the pattern."""
    return re.search(pattern, label) is not None


def matching_label(
    read: list[tuple[Spelling, CellMatch]], label: str
) -> list[tuple[Spelling, CellMatch]]:
    """The readings that agree with `lstm` or `gru` in the label, or else all."""
    called = [word for word in ("lstm", "gru") if word in label]
    fitting = [pair for pair in read if any(word in pair[1].cell.lower() for word in called)]
    return fitting or read


def split_stacks(weak: list[RecognisedCell]) -> tuple[list[RecognisedCell], list[RecognisedCell]]:
    """Levels of one stack, whose sizes fit each other; and other possible cells.

    The others exclude incomplete stacks, and chains of plain convolutions, each of which reads all
    channels of the one below.
    """
    stacks: dict[object, list[tuple[int, RecognisedCell]]] = defaultdict(list)
    for cell in weak:
        numbered = re.match(r"(?s)(.*?)(\d{1,4})(\D*)$", cell.path)
        key = (numbered[1], numbered[3]) if numbered else cell.path
        stacks[key].append((int(numbered[2]) if numbered else 0, cell))
    sure: list[RecognisedCell] = []
    unsure: list[RecognisedCell] = []
    for stack in stacks.values():
        stack.sort(key=lambda pair: pair[0])
        levels = [cell for _, cell in stack]
        if [number for number, _ in stack] != list(range(len(stack))):
            continue
        pairs = [(low.reading.sizes, high.reading.sizes) for low, high in pairwise(levels)]
        if pairs and all(low.hidden_size == high.input_size for low, high in pairs):
            sure.extend(levels)
        elif not pairs or any(not _is_plain(low, high) for low, high in pairs):
            unsure.extend(levels)
    return sure, unsure


def _is_plain(low: Sizes, high: Sizes) -> bool:
    """Whether the upper convolution reads all channels of the lower one, four times its state."""
    return high.input_size + high.hidden_size == 4 * low.hidden_size
