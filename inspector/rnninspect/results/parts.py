"""The parts of a file of results that is being made: files in a folder beside it, each whole."""

from __future__ import annotations

import errno
import fcntl
import os
from hashlib import blake2b

from rnninspect.errors import ResultsError
from rnninspect.record import Record
from rnninspect.results.files import Format, functions
from rnninspect.results.writing import replacing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rnninspect.rows.inspecting import ModelRows

ENDING = ".parts"


class Part(Record):
    """A part that was written: its file's name, and how many models it has."""

    name: str
    models: int


def folder_of(output: Path) -> Path:
    """The folder of the parts of a file of results."""
    return output.with_name(f"{output.name}{ENDING}")


def format_of_parts(output: Format) -> Format:
    """The format of parts: Parquet for Parquet, which workers can write, else the quickest."""
    return output if output is Format.PARQUET else Format.JSONL


def write_part(folder: Path, kind: Format, number: int, models: Sequence[ModelRows]) -> Part:
    """Write a part, whole or not at all; the same models under the same number replace it.

    Raises:
        OSError: it cannot be written.
    """
    digest = blake2b("\0".join(rows.path for rows in models).encode(), digest_size=8).hexdigest()
    path = folder / f"part-{number:08}-{digest}.{kind}"
    _, write = functions(kind)
    with replacing(path) as draft:
        write(draft, models)
    return Part(path.name, len(models))


def parts_in(folder: Path) -> list[Path]:
    """The parts that are whole, in the order of their numbers."""
    return sorted(folder.glob("part-*"))


def next_number(folder: Path) -> int:
    """The number above those of all parts."""
    numbers = (path.name.split("-")[1] for path in parts_in(folder))
    return max((int(number) for number in numbers if number.isdecimal()), default=0) + 1


def lock(folder: Path) -> int:
    """Keep other scans from writing to the folder, until the descriptor is closed.

    Raises:
        ResultsError: another one does.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            os.close(descriptor)
            raise ResultsError(f"{folder}: another scan is writing to it") from error
    return descriptor  # unlocked on a file system without locks


def remove(folder: Path) -> None:
    """Remove the folder with all that is in it: parts, and drafts that a killed process left."""
    for path in folder.iterdir():
        path.unlink(missing_ok=True)
    folder.rmdir()
