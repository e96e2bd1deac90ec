"""Finds a repository in the Hub's cache on this machine, for when nothing else may be read."""

from __future__ import annotations

from rnninspect.errors import UnreadableFile
from rnninspect.remote.hub.names import main_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from rnninspect.remote.hub.names import Repository

MOST_FILES = 100_000


def cached_path(repository: Repository, cache: Path) -> str:
    """The path of the file that is named, or of the model in the snapshot.

    Raises:
        UnreadableFile: the revision or the file is not in the cache.
    """
    home = cache / f"models--{repository.name.replace('/', '--')}"
    reference = home / "refs" / repository.revision
    try:
        commit = reference.read_text(encoding="utf-8")[:100].strip()
    except (OSError, ValueError):
        commit = repository.revision
    if "/" in commit or commit in ("", ".", ".."):
        raise UnreadableFile("its revision is not in the cache, and HF_HUB_OFFLINE is set")
    snapshot = home / "snapshots" / commit
    named = snapshot / repository.path if repository.path else snapshot
    if named.is_file():
        return str(named)
    paths = []
    for number, path in enumerate(named.rglob("*")):
        if number >= MOST_FILES:
            break
        if path.is_file():
            paths.append(path.relative_to(named).as_posix())
    found = main_file(paths)
    if found is None:
        raise UnreadableFile("not in the cache, and HF_HUB_OFFLINE is set")
    return str(named / found)
