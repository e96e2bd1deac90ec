"""Writes a file whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager

from rnninspect.source.local import irregular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path


def write_whole(
    path: Path, content: str | bytes | Iterable[str], kept: Collection[str] = ()
) -> None:
    """Replace a regular file at once, or make a new one, so that nobody ever sees half of it.

    Text is written in UTF-8, as its pieces come.

    Args:
        path: the file to replace or to make.
        content: its new content, or the pieces of it.
        kept: files that are never replaced; files added while pieces come count too.

    Raises:
        OSError: as `replacing`.
    """
    pieces = (content,) if isinstance(content, str | bytes) else content
    with replacing(path, kept) as draft, open(draft, "xb", opener=_for_its_owner) as file:
        file.writelines(map(_bytes, pieces))


@contextmanager
def replacing(path: Path, kept: Collection[str] = (), folder: Path | None = None) -> Iterator[Path]:
    """A file to be made, which replaces another at once when all of it is there.

    A symbolic link is kept, and its target replaced.

    Args:
        path: the file to replace or to make.
        kept: files that are never replaced; files added meanwhile count too.
        folder: where the file is made, on the same file system; else beside the other.

    Raises:
        OSError: the file cannot be written, is not regular, or is kept; it is left as it was.
    """
    status = require_replaceable(path, kept)
    path = path.resolve()
    mode = status.st_mode & 0o7777 if status else 0o666 & ~_umask()
    draft = (folder or path.parent) / f".rnninspect-{os.urandom(8).hex()}"
    try:  # from before the draft is there, since a signal may end this at any point
        yield draft
        _save(draft)
        _require_kept(path, kept)
        draft.chmod(mode)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _save(draft: Path) -> None:
    """Wait until the disk has all of it."""
    descriptor = os.open(draft, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def require_replaceable(path: Path, kept: Collection[str] = ()) -> os.stat_result | None:
    """The status of a file that may be replaced; None for a new one.

    Raises:
        OSError: it is not regular, protected, or kept; or its folder does not exist.
    """
    status = _status(path)
    if status:
        _require_regular(path, status)
        _require_kept(path, kept)
    if not path.resolve().parent.is_dir():
        raise FileNotFoundError("its folder does not exist")
    return status


def _status(path: Path) -> os.stat_result | None:
    """The status of an existing file; None for a new one, also at the end of a link."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _require_regular(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(f"{irregular(status.st_mode)}: without -o the report goes to standard output")
    if not os.access(path, os.W_OK):  # replacing it would evade its protection
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _require_kept(path: Path, kept: Collection[str]) -> None:
    """Raise OSError if the file is one of these, under any name."""
    for other in kept:
        try:
            same = path.samefile(other)
        except (OSError, ValueError):  # one of the two does not exist
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
