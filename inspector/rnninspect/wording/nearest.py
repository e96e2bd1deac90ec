"""The known words that are most like an unknown one, and the words that suggest them."""

from __future__ import annotations

from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ALIKE = 0.6  # difflib's own default: of 1, which is for equal words
MOST, LONGEST = 2_000, 100  # words that are compared, and their characters: a file may name them


def nearest(word: str, known: Iterable[str], most: int = 1, *, alike: float = ALIKE) -> list[str]:
    """The known words that are most like an unknown one, ignoring case, the closest first.

    Only the first 2,000 known words are compared, and words of at most 100 characters.

    Args:
        word: what was written.
        known: the words that it could have been.
        most: how many to return at most.
        alike: the least similarity, from 0 to 1, as `difflib.SequenceMatcher.ratio` measures it.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - for a word that is unknown

    by_lower: dict[str, str] = {}
    for name in islice(known, MOST):
        if max(len(name), len(word)) <= LONGEST:
            by_lower.setdefault(name.lower(), name)
    return [by_lower[near] for near in get_close_matches(word.lower(), by_lower, most, alike)]


def suggestion(near: Sequence[str]) -> str:
    """What to append to an error: `; did you mean A or B?`, or nothing if nothing is near."""
    return f"; did you mean {' or '.join(near)}?" if near else ""
