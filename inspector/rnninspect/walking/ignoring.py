"""What `.gitignore` files leave out: the last pattern that matches decides, the deepest file first.

Specification: https://git-scm.com/docs/gitignore. As git does, a walk never enters a folder that is
left out, so that nothing in it can be taken back. A list of a user's own (`core.excludesFile`) is
not read: the same tree gives the same models to everybody.
"""

from __future__ import annotations

from rnninspect.record import Record
from rnninspect.walking.globs import Glob, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = ".gitignore"
LARGEST, MOST = 1_000_000, 10_000  # bytes of one file, and patterns of it
_MARK = b"\xef\xbb\xbf"


class Rules(Record):
    """The patterns of one file.

    Attributes:
        globs: from the last one on.
        depth: how many parts of a path lead to the folder that they are relative to.
    """

    globs: tuple[Glob, ...]
    depth: int


def rules_of(content: bytes, depth: int) -> Rules:
    """The patterns in a `.gitignore` file in a folder of such a depth."""
    lines = content.removeprefix(_MARK).split(b"\n")[: MOST + 1]
    known = [glob for line in lines if (glob := parse(line.removesuffix(b"\r")))]
    return Rules(tuple(reversed(known)), depth)


def leaves_out(chain: Sequence[Rules], path: Sequence[bytes], *, is_folder: bool) -> bool:
    """Whether a path is left out by the files of its folder and of those above, outermost first."""
    for rules in reversed(chain):
        inner = path[rules.depth :]
        for glob in rules.globs:
            if glob.matches(inner, is_folder=is_folder):
                return not glob.negated
    return False
