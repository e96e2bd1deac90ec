"""Finds a repository in the Hub's cache on this machine, for when nothing else may be read."""

from __future__ import annotations

from itertools import islice

from rnninspect.errors import UnreadableFile
from rnninspect.remote.hub.names import main_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from rnninspect.remote.hub.names import Repository

MOST_FILES = 100_000


def cached_path(repository: Repository, cache: Path) -> str:
    """The path of the file that is named, or of the model in the snapshot.

    Raises:
        UnreadableFile: the revision or the file is not in the cache.
    """
    named = _named(repository, cache)
    if named.is_file():
        return str(named)
    found = main_file(islice(_files_below(named), MOST_FILES))
    if found is None:
        raise UnreadableFile("not in the cache, and HF_HUB_OFFLINE is set")
    return str(named / found)


def keys_in_cache(repository: Repository, cache: Path) -> Generator[str]:
    """The paths of all files below the folder that is named, from there.

    Raises:
        UnreadableFile: the revision or the folder is not in the cache.
    """
    named = _named(repository, cache)
    if not named.is_dir():
        raise UnreadableFile("not in the cache, and HF_HUB_OFFLINE is set")
    yield from _files_below(named)


def _named(repository: Repository, cache: Path) -> Path:
    """Where the named file or folder would be in the snapshot of its revision."""
    home = cache / f"models--{repository.name.replace('/', '--')}"
    reference = home / "refs" / repository.revision
    try:
        commit = reference.read_text(encoding="utf-8")[:100].strip()
    except (OSError, ValueError):
        commit = repository.revision
    if "/" in commit or commit in ("", ".", ".."):
        raise UnreadableFile("its revision is not in the cache, and HF_HUB_OFFLINE is set")
    snapshot = home / "snapshots" / commit
    return snapshot / repository.path if repository.path else snapshot


def _files_below(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix()
