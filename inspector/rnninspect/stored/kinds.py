"""Names looked through at once: those that differ in their digits alone are of one kind."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Protocol

    class Named(Protocol):
        """Anything with a name."""

        @property
        def name(self) -> str:
            """Its name."""


_ZEROS = str.maketrans("123456789", "0" * 9)
_AT_ONCE = 10_000  # names that are joined to one text


def names_of(entries: Sequence[Named]) -> Sequence[str]:
    """The names of entries; those of a sequence with a column `names` are not looked at."""
    known: Sequence[str] | None = getattr(entries, "names", None)
    return [entry.name for entry in entries] if known is None else known


def kind_of(name: str) -> str:
    """A name with a zero for each of its digits: `layers.00.mlp.fc0` for `layers.12.mlp.fc1`."""
    return name.translate(_ZEROS)


def kinds_of(names: Sequence[str]) -> list[str]:
    """The kind of each name; equal ones are the same value.

    A network of a hundred thousand tensors has some hundred kinds.
    """
    known: dict[str, str] = {}
    kinds: list[str] = []
    for first in range(0, len(names), _AT_ONCE):
        some = names[first : first + _AT_ONCE]
        found = kind_of("\n".join(some)).split("\n")
        if len(found) != len(some):  # a name of several lines
            found = list(map(kind_of, some))
        kinds += map(known.setdefault, found, found)
    return kinds


def holding(names: Sequence[str], words: Iterable[str]) -> list[int]:
    """The indices of the names that contain one of the words."""
    wanted = tuple(words)
    kinds = tuple(map(kind_of, wanted))
    places = chosen(names, lambda kind: any(word in kind for word in kinds))
    return [place for place in places if any(word in names[place] for word in wanted)]


def chosen(names: Sequence[str], may_be: Callable[[str], bool]) -> list[int]:
    """The indices of the names whose kind `may_be` accepts, which is asked once for each kind.

    It must accept a kind if it would accept any name with other digits in the place of the zeros.
    """
    kinds = kinds_of(names)
    wanted = {kind for kind in set(kinds) if may_be(kind)}
    return [place for place, kind in enumerate(kinds) if kind in wanted] if wanted else []
