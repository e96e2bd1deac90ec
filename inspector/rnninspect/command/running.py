"""Runs an inspection for the command line, and says the exit code."""

from __future__ import annotations

import gc

from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.ending import raise_if_stopped
from rnninspect.command.environment import ci_root, terminal_width
from rnninspect.command.printing import print_document, print_error
from rnninspect.errors import RnnInspectError
from rnninspect.inspection import inspect_file
from rnninspect.render import JOB_SUMMARIES, REPORT
from rnninspect.render.report.columns import COLUMNS
from rnninspect.render.view import View
from rnninspect.report import Unreadable, readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.command.request import Request
    from rnninspect.report import Report
    from rnninspect.rules import Level


def run(request: Request) -> int:
    """Inspect the files, print the report, and return the exit code of DESIGN's contract."""
    codes, files = {OK}, list(request.paths)
    results: Iterable[Report | Unreadable] = _noted(inspected(request), request.fail_on, codes)
    if request.output:
        results = _listing(results, files)
    if request.format in JOB_SUMMARIES:  # which is drawn from them again
        results = tuple(results)
    view = View(
        width=terminal_width(),
        columns=request.columns or COLUMNS,
        chosen=bool(request.columns),
        unfold=request.unfold,
        root=ci_root(),
        fail_on=request.fail_on,
    )
    done = print_document(REPORT, request.format, results, view, request.output, files)
    return max(codes) if done else FAILED


def inspected(request: Request) -> Iterator[Report | Unreadable]:
    """A report on each file that can be read; for another one a line on standard error."""
    for number, path in enumerate(request.paths):
        raise_if_stopped()
        if number:
            _collect_garbage(number)
        try:
            yield inspect_file(path, request.limits, values=request.values)
        except RnnInspectError as error:
            from rnninspect.command.hints import hint_on  # noqa: PLC0415 - only for errors

            print_error(f"{path}: {error}{hint_on(path)}")
            yield Unreadable(path, str(error))


def _collect_garbage(files: int) -> None:
    """Free what the files so far have left in cycles: `__main__` has switched the collector off."""
    if files > 1:
        gc.collect()
    gc.freeze()  # modules, and reports that the caller keeps, are not looked through again


def inspect_all(request: Request) -> tuple[list[Report], list[Unreadable]]:
    """The reports on all files, and the files that cannot be read."""
    results = list(inspected(request))
    return list(readable(results)), [file for file in results if isinstance(file, Unreadable)]


def _noted(
    results: Iterable[Report | Unreadable], fail_on: Level | None, codes: set[int]
) -> Iterator[Report | Unreadable]:
    """The results; the exit code of each is added to `codes`."""
    for result in results:
        if isinstance(result, Unreadable):
            codes.add(FAILED)
        elif fails(result, fail_on):
            codes.add(FINDINGS)
        yield result


def _listing(
    results: Iterable[Report | Unreadable], files: list[str]
) -> Iterator[Report | Unreadable]:
    """The results; the paths of each one's files are added to `files`."""
    for result in results:
        if not isinstance(result, Unreadable):
            files.extend(result.files)
        yield result


def fails(report: Report, fail_on: Level | None) -> bool:
    """Whether a report has a finding of this level or worse."""
    return any(finding.level.reaches(fail_on) for finding in report.findings)
