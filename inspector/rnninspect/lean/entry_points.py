"""Whether there may be entry points of other distributions, by their files alone.

`importlib.metadata` imports the standard library's packages for e-mail and for archives, which
takes five times as long as Python takes to start. It is asked where this finds one, or cannot say.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

_METADATA = (".dist-info", ".egg-info")
_PYTHONS_OWN = "_frozen_importlib"  # how the modules of Python's finders begin


def may_have_others(group: str, known: Container[str]) -> bool:
    """Whether a distribution may have an entry point of a group that is not one of the known.

    True where it cannot be seen: in archives on `sys.path`, and if other finders than Python's
    know of distributions.
    """
    others = (finder for finder in sys.meta_path if not _is_pythons(finder))
    if any(hasattr(finder, "find_distributions") for finder in others):
        return True
    return any(_is_archive(place) or _has_others(place, group, known) for place in sys.path)


def _is_pythons(finder: object) -> bool:
    return str(getattr(finder, "__module__", "")).startswith(_PYTHONS_OWN)


def _is_archive(place: str) -> bool:
    return os.path.isfile(place)  # noqa: PTH113 - pathlib is large


def _has_others(folder: str, group: str, known: Container[str]) -> bool:
    try:
        names = os.listdir(folder or os.curdir)  # noqa: PTH208 - as above
    except OSError:  # as Python does
        return False
    folders = (name for name in names if name.lower().endswith((*_METADATA, "egg-info")))
    texts = (_text(f"{folder or os.curdir}/{name}/entry_points.txt") for name in folders)
    return any(value not in known for text in texts for value in _values(text, group))


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - as above
            return file.read()
    except OSError:
        return ""


def _values(text: str, group: str) -> list[str]:
    """The values of a group's entry points in a file of them."""
    values, is_inside = [], False
    for line in map(str.strip, text.splitlines() if group in text else ()):
        if line.startswith("["):
            is_inside = line.strip("[]") == group
        elif is_inside and line and not line.startswith("#"):
            values.append(line.partition("=")[2].strip())
    return values
