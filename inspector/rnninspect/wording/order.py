"""Numbers in names: by their value in an order, so that `layers.2` comes before `layers.10`."""

from __future__ import annotations

from rnninspect.lean import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    Named = TypeVar("Named")

_NUMBER = re.compile("0*([0-9]+)")
_MARK = "\0"
_MARKED = dict.fromkeys(map(ord, "0123456789"), _MARK)


def without_numbers(name: str) -> str:
    """The name with a sign for each number, which the names of equal layers share."""
    marked = name.translate(_MARKED)
    while _MARK * 2 in marked:
        marked = marked.replace(_MARK * 2, _MARK)
    return marked.replace(_MARK, "#")


def natural(name: str) -> str:
    """A text that sorts as the name should; two names may have the same one."""
    return _NUMBER.sub(lambda found: f"{len(found[1]):03}{found[1]}", name)


def in_natural_order(things: Iterable[Named], name_of: Callable[[Named], str]) -> tuple[Named, ...]:
    """Things in the natural order of their names if they were in alphabetical order.

    Any other order is the file's own, and is kept.
    """
    kept = tuple(things)
    names = [name_of(each) for each in kept]
    if names != sorted(names) or _MARK * 2 not in "\n".join(names).translate(_MARKED):
        return kept  # the order of digits is that of numbers of one digit
    return tuple(sorted(kept, key=lambda each: natural(name_of(each))))
