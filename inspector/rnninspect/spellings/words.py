"""Looks for words in all names at once."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def words_in(names: Iterable[str], words: Iterable[str]) -> tuple[str, ...]:
    """The words that occur in any of the names."""
    text = "\n".join(names)
    return tuple(word for word in words if word in text)
