"""One model from standard input: a file as it is, anything else through a temporary file."""

from __future__ import annotations

import os
import stat
import sys

from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limit, Limits
from rnninspect.source.opener import Alone
from rnninspect.source.reading import Reading
from rnninspect.source.source import Source
from rnninspect.source.stores import File

NAME = "-"
_PIECE = 2**20


def open_standard_input(limits: Limits) -> Source:
    """The model on standard input, whose tensors in other files are missing.

    What comes through a pipe is kept on the disk, not in memory, and is gone with the process.

    Raises:
        UnreadableFile: it is a terminal or closed, or it cannot be kept.
        RefusedFile: more comes than the limit `input_bytes`.
    """
    if sys.stdin is None:
        raise UnreadableFile("standard input is closed")
    if sys.stdin.isatty():
        raise UnreadableFile("standard input is a terminal; a model is read from a file or a pipe")
    try:
        store = _kept(sys.stdin.fileno(), limits)
    except OSError as error:
        raise UnreadableFile(error.strerror or str(error)) from error
    return Source(NAME, store, 0, store.size, Reading(limits, Alone()))


def _kept(descriptor: int, limits: Limits) -> File:
    """Its bytes, with an end and a middle that can be read again."""
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return File(os.dup(descriptor), os.fstat(descriptor))
    import tempfile  # noqa: PLC0415 - the summary of several models imports this module too

    with tempfile.TemporaryFile() as file:
        size = 0
        while piece := os.read(descriptor, _PIECE):
            size += len(piece)
            limits.require(Limit.INPUT_BYTES, size, "standard input")
            file.write(piece)
        file.flush()
        return File(os.dup(file.fileno()), os.fstat(file.fileno()))
