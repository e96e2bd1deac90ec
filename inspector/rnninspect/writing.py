"""Writes a file whole or not at all."""

from __future__ import annotations

import errno
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace a file at once, so that nobody ever sees half of it; OSError leaves the old one.

    A link stays and leads to the new content; text is written in UTF-8.
    """
    data = content.encode() if isinstance(content, str) else content
    path = path.resolve()
    if path.exists() and not path.is_file():  # a device or a pipe cannot be replaced
        path.write_bytes(data)
        return
    if not path.parent.is_dir():
        raise FileNotFoundError("its folder does not exist")
    if path.exists() and not os.access(path, os.W_OK):  # a new name would pass its protection by
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask()
    draft = path.with_name(f".rnninspect-{os.urandom(8).hex()}")
    try:  # from before the draft is there, since a signal may end this at any point
        with open(draft, "xb", opener=_for_its_owner) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(mode)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _for_its_owner(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
