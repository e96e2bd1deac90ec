"""Counts the models of a call together: the summary of what was found, and its exit code."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.ending import raise_if_stopped
from rnninspect.command.gathering import Gathered, results_of
from rnninspect.command.hints import print_unreadable
from rnninspect.command.printing import print_error
from rnninspect.command.progress import Progress
from rnninspect.record import Record
from rnninspect.rows.inspecting import RowOptions, inspect_met, unreadable_row
from rnninspect.rows.schema import Verdict
from rnninspect.rules import RULES
from rnninspect.source.locations import shown
from rnninspect.source.traffic import Traffic
from rnninspect.workers.pool import processors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rnninspect.command.gathering import Found
    from rnninspect.command.request import Request
    from rnninspect.results.storing import Results
    from rnninspect.rows.inspecting import ModelRows
    from rnninspect.rows.summary import Summary
    from rnninspect.rules import Level


NO_MODEL = "no known model"


class Cluster(Record):
    """Where Dask does the work: the address of a scheduler, or processes of this machine."""

    scheduler: str | None = None


class _Spent:
    """What the remote models of a call have cost together."""

    def __init__(self) -> None:
        self._traffic, self._size = Traffic(0, 0), 0

    def add(self, traffic: Traffic | None, size: int) -> None:
        """Count models of this size; those of this machine cost None."""
        if traffic:
            self._traffic, self._size = self._traffic.plus(traffic), self._size + size

    def say(self, listing: Traffic) -> None:
        """Say it on standard error, with the cost of listings, if there was a remote model."""
        if self._traffic.requests:
            print_error(self._traffic.plus(listing).in_words(self._size))


def described(
    request: Request, skip: Callable[[Found], bool] = lambda _: False
) -> Iterator[ModelRows]:
    """The rows of each model of a call; one that cannot be read has an error line too.

    At the end a line says what remote models have cost.
    """
    gathered, spent = Gathered(request, skip), _Spent()
    for found in results_of(gathered, request, _describe(request), unreadable_row):
        if found.verdict is Verdict.UNREADABLE:
            print_unreadable(found.path, str(found.model["reason"]))
        spent.add(found.traffic, found.file_bytes)
        yield found
    spent.say(gathered.traffic)


def store(request: Request, results: Results, cluster: Cluster | None = None) -> None:
    """Put the rows of each model of a call into results, but for those that are there.

    Raises:
        ResultsError: they cannot be written, or the cluster is lost.
        PoolError: no other process starts.
    """
    if cluster is None:
        for found in described(request, lambda one: results.has(shown(one.path))):
            results.add(found)
        return
    from rnninspect.cluster.batches import batches  # noqa: PLC0415 - only with --engine
    from rnninspect.cluster.running import connected, run  # noqa: PLC0415 - needs distributed
    from rnninspect.cluster.working import Job  # noqa: PLC0415 - as above

    located = _absolute if cluster.scheduler else _as_it_is
    gathered = Gathered(request, lambda one: results.has(shown(located(one).path)))
    shared = batches(map(located, gathered), results.next_number)
    job = Job(_describe(request), str(results.folder.absolute()), results.part_format)
    progress, number, spent = Progress(gathered), 0, _Spent()
    with connected(cluster.scheduler, request.gathering.jobs or processors()) as client:
        for done in run(client, job, shared, results):
            raise_if_stopped()
            progress.clear()
            for path, reason in done.unreadable:
                print_unreadable(path, reason)
            number += len(done.paths)
            spent.add(done.traffic, done.file_bytes)
            progress.show(number)
    progress.clear()
    spent.say(gathered.traffic)
    if not number and not gathered.skipped:
        for path in request.paths:
            print_unreadable(path, NO_MODEL)
            results.add(unreadable_row(path, NO_MODEL))


def code_of(summary: Summary, fail_on: Level | None) -> int:
    """The exit code for models: the worst of what is said of each."""
    if summary.total.verdicts[Verdict.UNREADABLE]:
        return FAILED
    failing = any(RULES[code].level.reaches(fail_on) for code in summary.rules if code in RULES)
    return FINDINGS if failing else OK


def _describe(request: Request) -> Callable[[Found], ModelRows | None]:
    return partial(inspect_met, options=RowOptions(request.limits, request.values))


def _absolute(found: Found) -> Found:
    """The same for a worker that was started in another folder."""
    path = found.path if "://" in found.path else str(Path(found.path).absolute())
    return found._replace(path=path)


def _as_it_is(found: Found) -> Found:
    return found
