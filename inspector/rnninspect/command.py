"""Runs an inspection for the command line: the one place that prints, and says the exit code."""

from __future__ import annotations

import os
import sys

from rnninspect.ending import silence, tell
from rnninspect.errors import RnnInspectError
from rnninspect.inspection import inspect_file
from rnninspect.limits import Limits
from rnninspect.record import Record
from rnninspect.render import RENDERERS, WHOLE
from rnninspect.render.columns import COLUMNS
from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.view import Unreadable, View
from rnninspect.rules import Level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rnninspect.render.columns import Column
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
    reports, unreadable = inspect_all(request)
    view = View(
        width=terminal_width(),
        columns=request.columns or COLUMNS,
        chosen=bool(request.columns),
        root=ci_root(),
        fail_on=request.fail_on,
    )
    if reports or request.format in WHOLE:
        text = RENDERERS[request.format](reports, unreadable, view)
        if not deliver(text, request.output):
            return FAILED
    if request.format == "github" and not summarise(RENDERERS["markdown"](reports, (), view)):
        return FAILED
    if unreadable:
        return FAILED
    return FINDINGS if any(fails(report, request.fail_on) for report in reports) else OK


def inspect_all(request: Request) -> tuple[list[Report], list[Unreadable]]:
    """A report for each file that can be read; for the others a line on standard error."""
    reports, unreadable = [], []
    for path in request.paths:
        try:
            reports.append(inspect_file(path, request.limits, values=request.values))
        except RnnInspectError as error:
            unreadable.append(Unreadable(path, str(error)))
            complain(f"{path}: {error}{_slip(path)}")
    return reports, unreadable


def _slip(path: str) -> str:
    """What a word that is no file may have been meant for."""
    if not path.isalpha() or os.path.lexists(path):
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 - only for what is not there

    near = get_close_matches(path, (*SUBCOMMANDS, "--help", "--version"), 1)
    return f"; did you mean `rnninspect {near[0]}`?" if near else ""


def complain(message: str) -> None:
    """One line on standard error, harmless whatever a file's name or content is."""
    tell(f"rnninspect: {shorten(for_terminal(message), LONGEST_REASON)}")


def deliver(text: str, output: Path | None) -> bool:
    """Print the text, or write it to a file whole or not at all; False if that fails."""
    try:
        if output is None:
            _print(text)
        else:
            from rnninspect.writing import write_whole  # noqa: PLC0415 - only with -o

            write_whole(output, text + "\n")
    except BrokenPipeError:  # whoever read the pipe has enough
        silence(sys.stdout)
    except OSError as error:
        if output is None:
            silence(sys.stdout)
        complain(f"{output or 'standard output'}: {error.strerror or error}")
        return False
    return True


def _print(text: str) -> None:
    if sys.stdout is None:
        raise OSError("it is closed")
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    print(text, end="\n" if text else "", flush=True)  # noqa: T201 - this is the place


def summarise(markdown: str) -> bool:
    """Append to the job summary of GitHub Actions, if there is one; False if that fails."""
    from rnninspect.render.to_github import summary_part  # noqa: PLC0415 - only for this format

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path or not markdown:
        return True
    try:
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs time
            file.write(f"{summary_part(markdown)}\n\n")
    except OSError as error:
        complain(f"{path}: {error.strerror or error}")
        return False
    return True


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
    worst = report.worst()
    return fail_on is not None and worst is not None and worst.weight >= fail_on.weight


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
