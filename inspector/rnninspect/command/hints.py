"""The error line of a model that cannot be read, and what a path that does not exist may mean."""

from __future__ import annotations

import os
from itertools import islice

from rnninspect.command.printing import print_error
from rnninspect.command.request import SUBCOMMANDS
from rnninspect.source.locations import is_remote, shown
from rnninspect.wording.nearest import MOST, nearest, suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_ALIKE = 0.65  # of names of files: at the usual 0.6 `chek` is like `schema`


def print_unreadable(path: str, reason: str) -> None:
    """Print the line on standard error, with a hint if nothing is there."""
    print_error(f"{shown(path)}: {reason}{hint_on(path)}")


def hint_on(path: str) -> str:
    """A hint to append to an error: an option in the wrong place, a misspelt word or name.

    A name is compared with those in the same folder, of which the first 2,000 are looked at.
    """
    if path == "-" or is_remote(path) or os.path.lexists(path):
        return ""
    if path.startswith("-") and path != "-":
        return "; options go before --"
    return suggestion([*_words_like(path), *_paths_like(path)])


def _words_like(path: str) -> Iterator[str]:
    """The subcommand that was meant."""
    if path.isalpha():
        for word in nearest(path, (*SUBCOMMANDS, "--help", "--version")):
            yield f"`rnninspect {word}`"


def _paths_like(path: str) -> Iterator[str]:
    """The neighbour with the nearest name."""
    folder, name = os.path.split(path.rstrip("/"))
    try:
        with os.scandir(folder or os.curdir) as entries:
            names = [entry.name for entry in islice(entries, MOST)]
    except (OSError, ValueError):  # no such folder either, or a NUL in its name
        return
    for near in nearest(name, sorted(names), alike=_ALIKE):
        yield os.path.join(folder, near)  # noqa: PTH118 - a path as it was written
