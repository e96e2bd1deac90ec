"""Writes a file whole or not at all."""

from __future__ import annotations

import errno
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def write_whole(path: Path, content: str | bytes | Iterable[str]) -> None:
    """Replace a file at once, so that nobody ever sees half of it; OSError leaves the old one.

    A link stays and leads to the new content; text is written in UTF-8, as its pieces come.
    """
    pieces = (content,) if isinstance(content, str | bytes) else content
    path = path.resolve()
    if path.exists() and not path.is_file():  # a device or a pipe cannot be replaced
        with path.open("wb") as device:
            device.writelines(map(_bytes, pieces))
        return
    if not path.parent.is_dir():
        raise FileNotFoundError("its folder does not exist")
    if path.exists() and not os.access(path, os.W_OK):  # a new name would pass its protection by
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask()
    draft = path.with_name(f".rnninspect-{os.urandom(8).hex()}")
    try:  # from before the draft is there, since a signal may end this at any point
        with open(draft, "xb", opener=_for_its_owner) as file:
            file.writelines(map(_bytes, pieces))
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(mode)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _bytes(piece: str | bytes) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece


def _for_its_owner(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
