"""A call whose streams are terminals."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from rnninspect.record import Record

ROOT = Path(__file__).parents[2]
OURS = ("NO_COLOR", "FORCE_COLOR", "CI", "COLUMNS")  # variables that a call looks at


class Ended(Record):
    """What a call has written to each stream, and its exit code."""

    stdout: str
    stderr: str
    code: int


def call(
    *arguments: str, terminals: Iterable[int] = (1, 2), variables: dict[str, str] | None = None
) -> Ended:
    """Run the command in the root of the project; a stream is a terminal or a pipe.

    Args:
        arguments: those of the command.
        terminals: the streams that are terminals: 1 is standard output, 2 standard error.
        variables: of the environment, in which none of ours is set.
    """
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    ends = {stream: (pty.openpty() if stream in terminals else os.pipe()) for stream in (1, 2)}
    writers = {stream: end[1] for stream, end in ends.items()}
    with subprocess.Popen(
        [sys.executable, "-m", "rnninspect", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=writers[1],
        stderr=writers[2],
        env=kept | {"TERM": "xterm"} | (variables or {}),
    ) as process:
        for writer in writers.values():
            os.close(writer)
        texts = {stream: _all_of(end[0]) for stream, end in ends.items()}
    return Ended(texts[1], texts[2], process.returncode)


def _all_of(reader: int) -> str:
    """What is written until nobody can write any more, which a terminal says by an error."""
    parts = []
    try:
        while part := os.read(reader, 65536):
            parts.append(part)
    except OSError:
        pass
    finally:
        os.close(reader)
    return b"".join(parts).decode().replace("\r\n", "\n")
