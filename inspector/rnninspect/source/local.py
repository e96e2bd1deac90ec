"""Files and folders of this machine: links are followed, pipes and devices are never waited on."""

from __future__ import annotations

import errno
import os
import stat

from rnninspect.errors import UnreadableFile
from rnninspect.source.stores import File, Folder, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)

LONGEST_PATH = 4096  # that an operating system opens

OPENING = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


class Local:
    """Implements `rnninspect.source.opener.Opener` for one model."""

    traffic = None

    def __init__(self) -> None:
        self._allowed: dict[str, tuple[str, str]] = {}  # by location

    def open(self, location: str) -> File | Folder:
        """A regular file or a folder."""
        try:
            descriptor = os.open(location, OPENING)
        except (OSError, ValueError) as error:
            raise UnreadableFile(reason_of(error)) from error
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            return File(descriptor, status)
        os.close(descriptor)
        if stat.S_ISDIR(status.st_mode):
            return Folder()
        raise UnreadableFile(irregular(status.st_mode))

    def resolve(self, folder: str, location: str, name: str) -> str | None:
        """Where a path leads once all links are followed; None if it leaves the model's folder."""
        if len(name) > LONGEST_PATH:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        if location not in self._allowed:
            whole = os.path.realpath(location)
            linked = _linked_folder(whole) if folder == location else os.path.dirname(whole)
            self._allowed[location] = os.path.realpath(folder), linked
        resolved = os.path.join(self._allowed[location][0], name)
        if not _is_plain(name) or os.path.islink(resolved):
            resolved = os.path.realpath(os.path.join(folder, name))
        return resolved if _is_inside(resolved, self._allowed[location]) else None

    def stat(self, location: str) -> State | None:
        """The state of a regular file; None for anything else."""
        status = os.stat(location)
        return State.of(status) if stat.S_ISREG(status.st_mode) else None

    def expect(self, locations: Iterable[str], *, size_only: bool = False) -> None:
        """Nothing has to be fetched."""

    def list(self, location: str) -> Iterator[os.DirEntry[str]]:
        """What is in a folder, in no order."""
        with os.scandir(location or os.curdir) as entries:
            yield from entries


def irregular(mode: int) -> str:
    """What is there in place of a regular file, by its `st_mode`."""
    what = next((name for test, name in KINDS if test(mode)), "something else")
    return f"{what}, not a file"


def reason_of(error: OSError | ValueError) -> str:
    """What the operating system, or Python for it, says of a path."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _is_plain(name: str) -> bool:
    """Whether a path is the name of something in a folder: only that can be a link."""
    return "/" not in name and name not in ("", os.curdir, os.pardir)


def _is_inside(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder.rstrip('/')}/") for folder in folders)


def _linked_folder(resolved: str) -> str:
    """The other folder that parts of a model may be in, if the model is a folder.

    The Hugging Face Hub's cache links each file of a folder `snapshots/REVISION` into one folder
    of blobs.
    """
    folder, _ = os.path.split(resolved)
    above, name = os.path.split(folder)
    return os.path.join(above, "blobs") if name == "snapshots" else resolved
