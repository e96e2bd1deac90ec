"""Reads the globs by which a policy lists models: `models/**/*.onnx`, relative to its folder."""

from __future__ import annotations

from rnninspect.policy.amounts import words
from rnninspect.source.locations import is_remote
from rnninspect.walking.choice import glob_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.walking.globs import Glob

_WILDCARDS = frozenset("*?[\\")
_ALL, _UP = "**", ".."


def model_globs(value: object) -> tuple[str, ...]:
    """A list of paths and globs; ValueError for a URL, or for a glob that matches nothing."""
    entries = words(value)
    for entry in entries:
        if is_remote(entry) or entry.startswith("/") or "\0" in entry:
            raise ValueError(f"{entry!r} is not a relative path or glob")
        split(entry)
    return entries


def split(entry: str) -> tuple[str, Glob | None]:
    """The folder in which a glob starts, and the glob from there; None for a plain path.

    `models/**` is the folder itself. ValueError if the glob can match nothing.
    """
    parts = [part for part in entry.split("/") if part not in ("", ".")]
    fixed = next((at for at, part in enumerate(parts) if _WILDCARDS & set(part)), len(parts))
    path, rest = "/".join(parts[:fixed]), parts[fixed:]
    if not rest or rest == [_ALL]:
        return path, None
    glob = glob_of(f"/{'/'.join(rest)}")
    if glob is None or _UP in rest:
        raise ValueError(f"{entry!r} is not a glob that matches anything (try 'models/**/*.onnx')")
    return path, glob
