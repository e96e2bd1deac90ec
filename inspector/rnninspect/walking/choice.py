"""What a walk takes and leaves out: `.gitignore`, hidden names, the globs of a call."""

from __future__ import annotations

import os

from rnninspect.record import Record
from rnninspect.walking.globs import parse
from rnninspect.walking.ignoring import LARGEST, NAME, Rules, leaves_out, rules_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnninspect.walking.globs import Glob
    from rnninspect.walking.tree import Tree

    Parts = tuple[bytes, ...]

_LEFT_OUT = {
    "ignored": "by .gitignore (--no-ignore)",
    "excluded": "by --include or --exclude",
    "links": "as symbolic links",
}
_REPOSITORY = ".git"
_OWN_LIST = ".git/info/exclude"  # of one copy of a repository


class Choice(Record):
    """What a call takes; globs are as in `.gitignore`, relative to the folder that is walked over.

    Attributes:
        include: globs of files, or of folders with all in them; all files if empty.
        within: more such globs, of which one must match too.
        exclude: globs of files and folders that are left out.
        ignored: whether what `.gitignore` leaves out is taken.
        hidden: whether hidden files and folders are taken.
    """

    include: tuple[Glob, ...] = ()
    within: tuple[Glob, ...] = ()
    exclude: tuple[Glob, ...] = ()
    ignored: bool = False
    hidden: bool = False


def glob_of(text: str) -> Glob | None:
    """The glob in an option; None if it can match nothing, or takes back what another matches."""
    found = parse(os.fsencode(text))
    return None if found is None or found.negated else found


class Start(Record):
    """Where a walk starts.

    Attributes:
        parts: the path of its root from the top of the repository; empty outside of one.
        rules: of the folders above it, in that repository.
    """

    parts: Parts = ()
    rules: tuple[Rules, ...] = ()


def start_of(root: str, tree: Tree, choice: Choice) -> Start:
    """The start of a walk; what is above the root counts up to the top of a git repository."""
    if choice.ignored or not tree.is_local:
        return Start()
    parts = [part for part in os.path.realpath(root).split("/") if part]
    folders = ["/" + "/".join(parts[:depth]) for depth in range(len(parts) + 1)]
    repositories = [at for at, one in enumerate(folders) if os.path.lexists(f"{one}/{_REPOSITORY}")]
    if not repositories:
        return Start()
    top = repositories[-1]
    parts, above = parts[top:], folders[top:-1]
    lists = [(f"{folders[top]}/{_OWN_LIST}", 0)]
    lists += [(f"{folder}/{NAME}", depth) for depth, folder in enumerate(above)]
    chain = (rules_of(tree.start(path, LARGEST), depth) for path, depth in lists)
    return Start(tuple(map(os.fsencode, parts)), tuple(rules for rules in chain if rules.globs))


def takes(choice: Choice, path: Sequence[bytes], *, is_folder: bool) -> bool:
    """Whether the globs of a call take a path, given in its parts below the root."""
    if any(glob.matches(path, is_folder=is_folder) for glob in choice.exclude):
        return False
    asked = [globs for globs in (choice.include, choice.within) if globs]
    return is_folder or all(any(_is_under(glob, path) for glob in globs) for globs in asked)


def _is_under(glob: Glob, path: Sequence[bytes]) -> bool:
    """Whether a glob matches a file or a folder that it is in."""
    if glob.matches(path, is_folder=False):
        return True
    return any(glob.matches(path[:length], is_folder=True) for length in range(1, len(path)))


def left_out_in_words(numbers: Mapping[str, int]) -> str:
    """How many files and folders a walk left out, by reason, to append to an error; or nothing."""
    said = ", ".join(
        f"{number:,} {_LEFT_OUT[reason]}" for reason, number in numbers.items() if number
    )
    return f"; left out: {said}" if said else ""


def is_ignored(
    choice: Choice, chain: Sequence[Rules], path: Sequence[bytes], *, is_folder: bool
) -> bool:
    """Whether `.gitignore` files leave out a path, given in its parts from where they count."""
    return not choice.ignored and leaves_out(chain, path, is_folder=is_folder)
