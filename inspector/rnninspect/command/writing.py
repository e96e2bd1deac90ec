"""Writes a file whole or not at all."""

from __future__ import annotations

import errno
import os
import stat

from rnninspect.source.source import irregular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path


def write_whole(
    path: Path, content: str | bytes | Iterable[str], spared: Collection[str] = ()
) -> None:
    """Replace a regular file at once, or make a new one, so that nobody ever sees half of it.

    A link stays and leads to the new content; text is written in UTF-8, as its pieces come.

    Args:
        path: the file to replace or to make.
        content: its new content, or the pieces of it.
        spared: files that are never replaced; those that are added while pieces come count too.

    Raises:
        OSError: it cannot be written, is not a regular file, or is spared; the old one is left.
    """
    pieces = (content,) if isinstance(content, str | bytes) else content
    status = _status(path)
    if status:
        _require_replaceable(path, status)
        _require_spared(path, spared)
    path = path.resolve()
    if not path.parent.is_dir():
        raise FileNotFoundError("its folder does not exist")
    mode = status.st_mode & 0o7777 if status else 0o666 & ~_umask()
    draft = path.with_name(f".rnninspect-{os.urandom(8).hex()}")
    try:  # from before the draft is there, since a signal may end this at any point
        with open(draft, "xb", opener=_for_its_owner) as file:
            file.writelines(map(_bytes, pieces))
            file.flush()
            os.fsync(file.fileno())
        _require_spared(path, spared)
        draft.chmod(mode)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _status(path: Path) -> os.stat_result | None:
    """What is there; None for a new file, and for a link that leads to one."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _require_replaceable(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(f"{irregular(status.st_mode)}: without -o the report goes to standard output")
    if not os.access(path, os.W_OK):  # a new name would pass its protection by
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _require_spared(path: Path, spared: Collection[str]) -> None:
    """OSError if the file is one of these, by whatever name."""
    for other in spared:
        try:
            same = path.samefile(other)
        except (OSError, ValueError):  # one of the two is not there
            continue
        if same:
            raise OSError("it is one of the inspected files, and is not replaced")


def _bytes(piece: str | bytes) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece


def _for_its_owner(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
