"""Words that several messages share, and the order of names."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    Named = TypeVar("Named")


def plural(number: int, noun: str, nouns: str = "") -> str:
    """A number with its noun, `1 tensor` or `2,000 tensors`; `nouns` where an s will not do."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def no_formula(what: str = "this cell") -> str:
    """Why a layer is not counted."""
    return f"no formula is known for {what}"


_OURS = "rnninspect"


def installing(extra: str, distribution: str = _OURS) -> str:
    """The command that installs an extra; of our own distribution also from a checkout."""
    if distribution != _OURS:
        return f"pip install '{distribution}[{extra}]'"
    return f"pip install 'rnninspect[{extra}]', in a checkout pip install '.[{extra}]'"


_NUMBER = re.compile("0*([0-9]+)")


def natural(name: str) -> str:
    """A text that sorts as the name should; two names may have the same one."""
    return _NUMBER.sub(lambda found: f"{len(found[1]):03}{found[1]}", name)


def in_natural_order(things: Iterable[Named], name_of: Callable[[Named], str]) -> tuple[Named, ...]:
    """Things in the natural order of their names if they were in alphabetical order.

    Any other order is the file's own, and is kept.
    """
    kept = tuple(things)
    names = [name_of(each) for each in kept]
    if names != sorted(names):
        return kept
    return tuple(sorted(kept, key=lambda each: natural(name_of(each))))
