"""Names shortened so that different ones stay different."""

from __future__ import annotations

from itertools import count

from rnninspect.lean import defaultdict
from rnninspect.render.escape import shorten
from rnninspect.render.widths import width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

LEAST = 4  # the fewest columns that are left of a part that is cut


def shorten_apart(names: Iterable[str], width: int) -> dict[str, str]:
    """Each name in at most `width` columns, and no two of them alike.

    The middle is cut; where that makes names alike, the part in which they differ is kept and
    what they share is cut. Names that differ in more than fits are numbered.
    """
    short = {name: shorten(name, width) for name in dict.fromkeys(names)}
    for alike in _alike(short):
        short |= _by_difference(alike, width)
    for alike in _alike(short):
        for name in alike[1:]:
            short[name] = _numbered(name, width, short.values())
    return short


def _alike(short: dict[str, str]) -> list[list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name, text in short.items():
        groups[text].append(name)
    return [group for group in groups.values() if len(group) > 1]


def _by_difference(names: Sequence[str], width: int) -> dict[str, str]:
    """The names with their common start and end cut, and the part where they differ kept.

    Empty where that part leaves too little space for the others.
    """
    before = _common(names)
    after = _common([name[before:][::-1] for name in names])
    own = {name: name[before : len(name) - after] for name in names}
    head, tail = names[0][:before], names[0][len(names[0]) - after :]
    left = width - max(map(width_of, own.values()))
    if left < 2 * LEAST:
        return {}
    kept_head, kept_tail = _shares(width_of(head), width_of(tail), left)
    begin, end = shorten(head, kept_head), shorten(tail, kept_tail)
    return {name: f"{begin}{middle}{end}" for name, middle in own.items()}


def shared_beginning(names: Sequence[str]) -> str:
    """The modules with which all names start, such as `encoder.lstm.`; empty if there are none."""
    head = names[0][: _common(names)] if len(set(names)) > 1 else ""
    return head[: max(head.rfind("."), head.rfind("/")) + 1]


def _common(names: Sequence[str]) -> int:
    """The number of characters with which all of them start."""
    first, last = min(names), max(names)  # any other one is between these two
    unlike = (place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    return next(unlike, len(first))


def _shares(head: int, tail: int, left: int) -> tuple[int, int]:
    """The columns for two parts: one of them is not cut if the other one stays readable."""
    if tail + LEAST <= left:
        return left - tail, tail
    if head + LEAST <= left:
        return head, left - head
    return left - left // 2, left // 2


def _numbered(name: str, width: int, taken: Collection[str]) -> str:
    endings = (f"#{number}" for number in count(2))
    texts = (f"{shorten(name, width - len(ending))}{ending}" for ending in endings)
    return next(text for text in texts if text not in taken)
