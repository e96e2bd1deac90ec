"""What surrounds a call: the width and colour of its terminal, the root of a CI system, folders."""

from __future__ import annotations

import os
import sys

from rnninspect.source.locations import is_remote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

AUTO, ALWAYS, NEVER = COLOURS = ("auto", "always", "never")
_chosen: list[str] = []  # what --color says, if it was given
_REPOSITORY = 3  # slashes in `hf://org/name`


def terminal_width() -> int:
    """The columns of the terminal: COLUMNS if it is set, 80 in a pipe."""
    chosen = os.environ.get("COLUMNS", "")
    if chosen.isdecimal() and int(chosen):
        return int(chosen)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # closed, replaced, or not a terminal
        return 80


def choose_colour(choice: str) -> None:
    """Set what `has_colour` is for the rest of the call: one of COLOURS."""
    _chosen[:] = [choice]


def has_colour(output: Path | None = None) -> bool:
    """Whether what is printed is in colour; what is written to a file never is.

    If nothing is chosen it is on a terminal that knows colour, as the variables NO_COLOR and
    FORCE_COLOR (whose presence decides, in this order) and TERM say.
    """
    if output is not None or _chosen == [NEVER]:
        return False
    if _chosen == [ALWAYS]:
        return True
    known = os.environ.get
    if known("NO_COLOR"):
        return False
    if known("FORCE_COLOR"):
        return True
    return known("TERM") != "dumb" and bool(sys.stdout) and sys.stdout.isatty()


def ci_root() -> str:
    """The folder from which the CI system names files, if the call runs inside it; else empty."""
    here = f"{os.getcwd()}/"  # noqa: PTH109 - pathlib costs time
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        folder = os.environ.get(variable)
        if folder and here.startswith(f"{folder.rstrip('/')}/"):
            return folder
    return ""


def is_folder(path: str, *, repositories: bool = False) -> bool:
    """Whether a path leads to a folder of this machine, or is a URL that may name one.

    One that ends with a slash may; without it one of a bucket whose last part has no dot, and with
    `repositories` a repository of the Hub.
    """
    if not is_remote(path):
        return os.path.isdir(path)  # noqa: PTH112 - as above
    if path.endswith("/"):
        return True
    plain = "." not in path.rpartition("/")[2]
    if path.startswith("hf://"):
        return repositories and (plain or path.count("/") <= _REPOSITORY)
    return plain and not path.startswith(("http://", "https://"))
