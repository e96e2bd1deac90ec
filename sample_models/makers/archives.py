"""Zip archives written again, with the same bytes on every run."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)


def rewrite(source: Path, target: Path, edit: Callable[[str, bytes], bytes | None]) -> None:
    """Copy a zip; `edit` gets each member's name and bytes, and returns its new bytes or None.

    A member for which it returns None is left out. All members of the copy are stored, with the
    oldest date that a zip can store, so that equal members make equal archives.
    """
    with zipfile.ZipFile(source) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members:
            edited = edit(name, data)
            if edited is not None:
                archive.writestr(zipfile.ZipInfo(name, EPOCH), edited)


def only(
    member: str, change: Callable[[bytes], bytes | None]
) -> Callable[[str, bytes], bytes | None]:
    """An edit of the one member whose name ends so; the others stay as they are."""
    return lambda name, data: change(data) if name.endswith(member) else data
