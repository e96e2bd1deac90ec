"""Numbers in names: by their value in an order, so that `layers.2` comes before `layers.10`."""

from __future__ import annotations

from itertools import groupby

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    Named = TypeVar("Named")

_DIGITS = "0123456789"
_is_digit = frozenset(_DIGITS).__contains__
_MARK = "\0"
_MARKED = dict.fromkeys(map(ord, _DIGITS), _MARK)


def without_numbers(name: str) -> str:
    """The name with a sign for each number, which the names of equal layers share."""
    marked = name.translate(_MARKED)
    while _MARK * 2 in marked:
        marked = marked.replace(_MARK * 2, _MARK)
    return marked.replace(_MARK, "#")


def natural(name: str) -> str:
    """A text that sorts as the name should; two names may have the same one."""
    runs = (("".join(run), is_number) for is_number, run in groupby(name, _is_digit))
    return "".join(_sortable(run) if is_number else run for run, is_number in runs)


def _sortable(digits: str) -> str:
    number = digits.lstrip("0") or "0"
    return f"{len(number):03}{number}"


def in_natural_order(things: Iterable[Named], name_of: Callable[[Named], str]) -> tuple[Named, ...]:
    """Things in the natural order of their names if they were in alphabetical order.

    Any other order is the file's own, and is kept.
    """
    kept = tuple(things)
    names = [name_of(each) for each in kept]
    if names != sorted(names) or _MARK * 2 not in "\n".join(names).translate(_MARKED):
        return kept  # the order of digits is that of numbers of one digit
    return tuple(sorted(kept, key=lambda each: natural(name_of(each))))
