"""Runs an inspection for the command line: the one place that prints, and says the exit code."""

from __future__ import annotations

import gc
import os
import sys
from itertools import chain

from rnninspect.command.ending import raise_if_stopped, silence, tell
from rnninspect.errors import RnnInspectError
from rnninspect.inspection import inspect_file
from rnninspect.record import Record
from rnninspect.render import RENDERERS
from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.report.columns import COLUMNS
from rnninspect.render.view import Unreadable, View, readable
from rnninspect.rules import Level
from rnninspect.source.limits import Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from rnninspect.render.report.columns import Column
    from rnninspect.report import Report

OK, FINDINGS, FAILED = 0, 1, 2
SUBCOMMANDS = (
    "inspect", "explain", "check", "card", "diff", "verify", "count", "rules", "rule", "readers",
    "cells",
)  # fmt: skip
LONGEST_REASON = 400


class Request(Record):
    """What one call of `rnninspect inspect` asks for.

    `fail_on` None never fails on a finding; `values` also reads values that a note depends on.
    """

    paths: tuple[str, ...]
    format: str = "table"
    output: Path | None = None
    columns: tuple[Column, ...] = ()
    limits: Limits = Limits()
    fail_on: Level | None = Level.ERROR
    values: bool = False


def run(request: Request) -> int:
    """Inspect the files, print the report, and return the exit code of DESIGN's contract."""
    codes, files = {OK}, list(request.paths)
    results: Iterable[Report | Unreadable] = _noted(inspected(request), request.fail_on, codes)
    if request.output:
        results = _listing(results, files)
    view = View(
        width=terminal_width(),
        columns=request.columns or COLUMNS,
        chosen=bool(request.columns),
        root=ci_root(),
        fail_on=request.fail_on,
    )
    if request.format == "github":  # both the log's lines and the job's summary need them
        results = tuple(results)
    done = deliver_pieces(RENDERERS[request.format](results, view), request.output, files)
    if request.format == "github":
        done = summarise("".join(RENDERERS["markdown"](results, view))) and done
    return max(codes) if done else FAILED


def inspected(request: Request) -> Iterator[Report | Unreadable]:
    """A report on each file that can be read; for another one a line on standard error."""
    for number, path in enumerate(request.paths):
        raise_if_stopped()
        if number:
            _tidy(number)
        try:
            yield inspect_file(path, request.limits, values=request.values)
        except RnnInspectError as error:
            complain(f"{path}: {error}{_slip(path)}")
            yield Unreadable(path, str(error))


def _tidy(files: int) -> None:
    """Free what the files so far have left in cycles: nobody else does, see `__main__`."""
    if files > 1:
        gc.collect()
    gc.freeze()  # modules, and reports that the caller keeps, are not looked through again


def inspect_all(request: Request) -> tuple[list[Report], list[Unreadable]]:
    """The same, apart and complete."""
    results = list(inspected(request))
    return list(readable(results)), [file for file in results if isinstance(file, Unreadable)]


def _noted(
    results: Iterable[Report | Unreadable], fail_on: Level | None, codes: set[int]
) -> Iterator[Report | Unreadable]:
    """The results, while the exit code of each is noted."""
    for result in results:
        if isinstance(result, Unreadable):
            codes.add(FAILED)
        elif fails(result, fail_on):
            codes.add(FINDINGS)
        yield result


def _listing(
    results: Iterable[Report | Unreadable], files: list[str]
) -> Iterator[Report | Unreadable]:
    """The results, while the files of each are added to a list."""
    for result in results:
        if not isinstance(result, Unreadable):
            files.extend(result.files)
        yield result


def _slip(path: str) -> str:
    """What a word that is no file may have been meant for."""
    if path.startswith("-") and path != "-" and not os.path.lexists(path):
        return "; options go before --"
    if not path.isalpha() or os.path.lexists(path):
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 - only for what is not there

    near = get_close_matches(path, (*SUBCOMMANDS, "--help", "--version"), 1)
    return f"; did you mean `rnninspect {near[0]}`?" if near else ""


def complain(message: str) -> None:
    """One line on standard error, harmless whatever a file's name or content is."""
    tell(f"rnninspect: {shorten(for_terminal(message), LONGEST_REASON)}")


def deliver(text: str, output: Path | None, models: Collection[str] = ()) -> bool:
    """Print the text, or write it to a file whole or not at all; False if that fails.

    No file of the `models` is replaced by it.
    """
    return deliver_pieces(iter((f"{text}\n",) if text or output else ()), output, models)


def deliver_pieces(
    pieces: Iterator[str], output: Path | None, models: Collection[str] = ()
) -> bool:
    """Deliver text that comes in pieces; if none comes, nothing is written."""
    try:
        if output is None:
            _print(pieces)
        elif first := next(pieces, ""):
            from rnninspect.command.writing import write_whole  # noqa: PLC0415 - only with -o

            write_whole(output, chain((first,), pieces), models)
    except OSError as error:
        if output is None:
            silence(sys.stdout)
        complain(f"{output or 'standard output'}: {error.strerror or error}")
        return False
    return True


def _print(pieces: Iterator[str]) -> None:
    if sys.stdout is None:
        raise OSError("it is closed")
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    for piece in pieces:
        try:
            print(piece, end="", flush=True)  # noqa: T201 - this is the place
        except BrokenPipeError:  # whoever read the pipe has enough: the exit code still counts
            silence(sys.stdout)


def summarise(markdown: str) -> bool:
    """Append to the job summary of GitHub Actions, if there is one; False if that fails."""
    from rnninspect.render.report.github import summary_part  # noqa: PLC0415 - only for this format

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path or not markdown:
        return True
    try:
        with open(path, "a", encoding="utf-8", opener=_without_waiting) as file:
            file.write(f"{summary_part(markdown)}\n\n")
    except OSError as error:
        complain(f"{path}: {error.strerror or error}")
        return False
    return True


def _without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody reads is an OSError, not a wait without end."""
    descriptor = os.open(path, flags | os.O_NONBLOCK, 0o666)
    os.set_blocking(descriptor, True)
    return descriptor


def ci_root() -> str:
    """The folder that a CI system names files from, if this is run inside of it; else empty."""
    here = f"{os.getcwd()}/"  # noqa: PTH109 - pathlib costs time
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        folder = os.environ.get(variable)
        if folder and here.startswith(f"{folder.rstrip('/')}/"):
            return folder
    return ""


def terminal_width() -> int:
    """Columns of the terminal, COLUMNS if set, 80 in a pipe."""
    by_hand = os.environ.get("COLUMNS", "")
    if by_hand.isdecimal() and int(by_hand):
        return int(by_hand)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # closed, replaced or no terminal
        return 80


def fails(report: Report, fail_on: Level | None) -> bool:
    """Whether a report has a finding of this level or worse."""
    return any(finding.level.reaches(fail_on) for finding in report.findings)


def plain_request(arguments: Sequence[str]) -> Request | None:
    """The request of the common call, `MODEL... [--format NAME]`; None if a parser is needed."""
    paths, chosen = list(arguments), "table"
    if "--format" in paths[:-1]:
        place = paths.index("--format")
        chosen = paths[place + 1]
        del paths[place : place + 2]
    if not paths or paths[0] in SUBCOMMANDS or chosen not in RENDERERS:
        return None
    return None if any(path.startswith("-") for path in paths) else Request(tuple(paths), chosen)
