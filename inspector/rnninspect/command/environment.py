"""What surrounds a call: the width of its terminal, the root of a CI system, folders."""

from __future__ import annotations

import os
import sys


def terminal_width() -> int:
    """The columns of the terminal: COLUMNS if it is set, 80 in a pipe."""
    chosen = os.environ.get("COLUMNS", "")
    if chosen.isdecimal() and int(chosen):
        return int(chosen)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # closed, replaced, or not a terminal
        return 80


def ci_root() -> str:
    """The folder from which the CI system names files, if the call runs inside it; else empty."""
    here = f"{os.getcwd()}/"  # noqa: PTH109 - pathlib costs time
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        folder = os.environ.get(variable)
        if folder and here.startswith(f"{folder.rstrip('/')}/"):
            return folder
    return ""


def is_folder(path: str) -> bool:
    """Whether a path leads to a folder of this machine."""
    return os.path.isdir(path)  # noqa: PTH112 - as above
