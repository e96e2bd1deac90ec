"""Runs an inspection for the command line, and says the exit code."""

from __future__ import annotations

from rnninspect.command import FAILED, FINDINGS, MANY, OK
from rnninspect.command.ending import raise_if_stopped
from rnninspect.command.environment import ci_root, is_folder, terminal_width
from rnninspect.command.printing import print_document, print_traffic
from rnninspect.command.waiting import Waiting
from rnninspect.errors import RnnInspectError
from rnninspect.inspection import inspect_file
from rnninspect.lean import partial
from rnninspect.render import HASHING, JOB_SUMMARIES, REPORT
from rnninspect.render.view import View
from rnninspect.report import Unreadable
from rnninspect.source.locations import is_remote, shown

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
        results = listing(results, files)
    summary = None
    if _is_summed_up(request):
        from rnninspect.render.scan.counting import counting  # noqa: PLC0415 - not for one model
        from rnninspect.rows.summary import Summary  # noqa: PLC0415 - as above

        summary = Summary()
        results = counting(results, summary)
    if request.sort or request.top or request.quiet:
        from rnninspect.command.choosing import chosen  # noqa: PLC0415 - as above

        results = chosen(results, request)
    view = View(
        width=terminal_width(),
        columns=request.columns,
        chosen=bool(request.columns),
        unfold=request.unfold,
        root=ci_root(),
        fail_on=request.fail_on,
        summary=summary,
    )
    if request.format in JOB_SUMMARIES:  # which is drawn from them again
        from rnninspect.render.kept import Again  # noqa: PLC0415 - as above

        with Again(results) as kept:
            done = print_document(REPORT, request.format, kept, view, request.output, files)
    else:
        done = print_document(REPORT, request.format, results, view, request.output, files)
    return max(codes) if done else FAILED


def _is_summed_up(request: Request) -> bool:
    """Whether a line at the end says what several models are together."""
    if request.format != "table" or request.quiet:
        return False
    several = len(request.paths) > 1 or bool(request.gathering.lists)
    return several or any(_is_walked_over(path, request) for path in request.paths)


def inspected(request: Request) -> Iterator[Report | Unreadable]:
    """A report on each model that can be read; for another one a line on standard error."""
    if needs_gathering(request):
        from rnninspect.command.gathering import Gathered, results_of  # noqa: PLC0415 - seldom
        from rnninspect.walking.meeting import report_on  # noqa: PLC0415 - as above

        report = partial(
            report_on,
            limits=request.limits,
            values=request.values,
            hashes=request.format in HASHING,
        )
        results: Iterator[Report | Unreadable] = results_of(
            Gathered(request), request, report, Unreadable
        )
    else:
        results = _each(request)
    for result in results:
        if isinstance(result, Unreadable):
            from rnninspect.command.hints import print_unreadable  # noqa: PLC0415 - only for errors

            print_unreadable(result.path, result.reason)
        else:
            print_traffic(result)
        yield result


def needs_gathering(request: Request) -> bool:
    """Whether a call names more than some files: folders, lists, standard input."""
    paths, gathering = request.paths, request.gathering
    many = len(paths) >= MANY or gathering.lists or gathering.jobs > 1
    return bool(many) or any(path == "-" or _is_walked_over(path, request) for path in paths)


def _is_walked_over(path: str, request: Request) -> bool:
    """Whether a path leads to a folder that is not seen at once to be one model."""
    if not is_folder(path):
        return False
    from rnninspect.walking.alone import is_one_model  # noqa: PLC0415 - for folders alone

    return is_remote(path) or not is_one_model(path, request.limits)


def _each(request: Request) -> Iterator[Report | Unreadable]:
    """What comes of a few files, without what folders and many files need."""
    for number, path in enumerate(request.paths):
        raise_if_stopped()
        if number:
            from rnninspect.workers.garbage import collect  # noqa: PLC0415 - not for one file

            collect(number)
        yield _one(request, path, Waiting(shown(path), number + 1, len(request.paths)))


def _one(request: Request, path: str, waiting: Waiting) -> Report | Unreadable:
    hashes = request.format in HASHING
    try:
        with waiting:
            return inspect_file(path, request.limits, values=request.values, hashes=hashes)
    except RnnInspectError as error:
        return Unreadable(shown(path), str(error))


def _noted(
    results: Iterable[Report | Unreadable], fail_on: Level | None, codes: set[int]
) -> Iterator[Report | Unreadable]:
    """The results; the exit code of each is added to `codes`."""
    for result in results:
        if isinstance(result, Unreadable):
            codes.add(FAILED)
        elif result.fails(fail_on):
            codes.add(FINDINGS)
        yield result


def listing(
    results: Iterable[Report | Unreadable], files: list[str]
) -> Iterator[Report | Unreadable]:
    """The results; the paths of each one's files are added to `files`."""
    for result in results:
        if not isinstance(result, Unreadable):
            files.extend(result.files)
        yield result
