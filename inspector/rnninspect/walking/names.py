"""The names in one folder that may matter to a walk: in memory, or on disk for a long listing."""

from __future__ import annotations

from rnninspect.walking.filing import Likelihood
from rnninspect.wording.order import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator
    from typing import Protocol

    class Names(Container[str], Iterable[str], Protocol):
        """The names in one folder, those of folders with a slash after them."""

        def in_order(self) -> Iterator[tuple[str, Likelihood]]:
            """Each name with what it says of its file, in the natural order of names."""


class HeldNames(dict[str, Likelihood]):
    """Implements `Names` in memory."""

    def in_order(self) -> Iterator[tuple[str, Likelihood]]:
        """The names in their natural order."""
        for name in sorted(self, key=_order):
            yield name, self[name]


def _order(name: str) -> tuple[str, str]:
    return natural(name), name
