"""The one place that prints: documents to standard output or a file, errors to standard error."""

from __future__ import annotations

import os
import sys
from itertools import chain

from rnninspect.command.ending import discard, write_error_line
from rnninspect.command.environment import has_colour
from rnninspect.render import JOB_SUMMARIES
from rnninspect.render.escape import for_terminal, shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from rnninspect.render import Formats
    from rnninspect.render.view import View
    from rnninspect.report import Report

LONGEST_REASON = 400
_PIECES = 1_000  # after which memory is freed


def print_error(message: str) -> None:
    """Print one line on standard error, safe whatever a file's name or content is."""
    write_error_line(f"rnninspect: {shorten(for_terminal(message), LONGEST_REASON)}")


def print_traffic(report: Report) -> None:
    """Say on standard error what a remote model has cost; nothing for one of this machine."""
    if report.traffic:
        print_error(f"{report.path}: {report.traffic.in_words(report.file_bytes)}")


def is_shown_to_a_person() -> bool:
    """Whether standard error is a terminal that can replace a line, and no log of a CI system."""
    if os.environ.get("CI") or os.environ.get("TERM") == "dumb":
        return False
    return bool(sys.stderr) and sys.stderr.isatty()


def show_progress(text: str) -> None:
    """Show a line on the terminal in place of the last one; an empty text removes it."""
    if is_shown_to_a_person():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def print_document(
    formats: Formats,
    chosen: str,
    document: object,
    view: View,
    output: Path | None = None,
    kept: Collection[str] = (),
) -> bool:
    """Print a document, or write it to a file; also append it to the CI system's job summary.

    Args:
        formats: the document's formats, of `rnninspect.render`.
        chosen: the name of one of them.
        document: what is shown; read twice if the format has a job summary.
        view: how it is shown; its colour is decided here.
        output: the file to write; None for standard output.
        kept: files that are never replaced.

    Returns:
        False if any of it cannot be written, after an error line.
    """
    shown = view._replace(colour=has_colour(output))
    done = deliver(formats[chosen](document, shown), output, kept)
    if chosen not in JOB_SUMMARIES:
        return done
    from rnninspect.command.job_summary import append_summary  # noqa: PLC0415 - only in CI

    failure = append_summary(formats[JOB_SUMMARIES[chosen]](document, view))
    if failure is not None:
        print_error(failure)
    return done and failure is None


def deliver(pieces: Iterable[str], output: Path | None = None, kept: Collection[str] = ()) -> bool:
    """Print text as it comes, or write it to a file whole or not at all; False if that fails.

    Without any piece no file is written. Files that are `kept` are never replaced.
    """
    pieces = _freeing(pieces)
    try:
        if output is None:
            _print(pieces)
        elif (first := next(pieces, None)) is not None:
            from rnninspect.results.writing import write_whole  # noqa: PLC0415 - only with -o

            write_whole(output, chain((first,), pieces), kept)
    except OSError as error:
        if output is None:
            discard(sys.stdout)
        print_error(f"{output or 'standard output'}: {error.strerror or error}")
        return False
    return True


def _freeing(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces; what drawing many leaves in cycles, as the encoder of JSON does, is freed."""
    for number, piece in enumerate(pieces, 1):
        yield piece
        if number % _PIECES == 0:
            from rnninspect.workers.garbage import collect  # noqa: PLC0415 - only for many

            collect(number)


def _print(pieces: Iterable[str]) -> None:
    if sys.stdout is None:
        raise OSError("it is closed")
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    for piece in pieces:
        try:
            print(piece, end="", flush=True)  # noqa: T201 - this is the place
        except BrokenPipeError:  # the reader of the pipe has enough: the exit code still counts
            discard(sys.stdout)
