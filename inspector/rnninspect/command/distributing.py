"""Stores the rows of a call's models by way of a cluster of Dask."""

from __future__ import annotations

import os
import time
from pathlib import Path

from rnninspect.command.ending import raise_if_stopped
from rnninspect.command.gathering import Gathered
from rnninspect.command.hints import print_unreadable
from rnninspect.command.printing import print_error
from rnninspect.command.progress import Progress
from rnninspect.command.summing import Spent, describing
from rnninspect.record import Record
from rnninspect.rows.inspecting import unreadable_row
from rnninspect.source.locations import shown
from rnninspect.workers.pool import processors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.cluster.working import Job
    from rnninspect.command.gathering import Found
    from rnninspect.command.request import Request
    from rnninspect.results.storing import Results

NO_MODEL = "no known model"
PATIENCE = 10.0  # seconds without a worker after which it is said


class Cluster(Record):
    """Where Dask does the work: the address of a scheduler, or processes of this machine."""

    scheduler: str | None = None


def distribute(request: Request, results: Results, cluster: Cluster) -> None:
    """Have workers store the rows of each model of a call, but for those that are there.

    Raises:
        ResultsError: they cannot be written, or the cluster is lost or cannot do it.
    """
    from rnninspect.cluster.batches import batches  # noqa: PLC0415 - only with --engine
    from rnninspect.cluster.connecting import connected  # noqa: PLC0415 - needs distributed
    from rnninspect.cluster.running import run  # noqa: PLC0415 - as above

    located = _absolute if cluster.scheduler else _as_it_is
    gathered = Gathered(request, lambda one: results.has(shown(located(one).path)))
    shared = batches(map(located, gathered), results.next_number)
    waiting, progress, number, spent = _Waiting(cluster), Progress(gathered), 0, Spent()
    needed, jobs = results.part_format.packages, request.gathering.jobs or processors()
    with connected(cluster.scheduler, jobs, needed) as client:
        for done in run(client, _job(request, results), shared, results, waiting.look):
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


def _job(request: Request, results: Results) -> Job:
    from rnninspect.cluster.working import Job  # noqa: PLC0415 - only with --engine

    folder = str(results.folder.absolute())
    seconds = request.gathering.seconds
    return Job(os.urandom(8).hex(), describing(request), seconds, folder, results.part_format)


class _Waiting:
    """Says once that there is no worker, while a call waits for one."""

    def __init__(self, cluster: Cluster) -> None:
        self._where, self._since = cluster.scheduler, time.monotonic()

    def look(self, threads: int) -> None:
        """Note how many threads there are."""
        raise_if_stopped()
        if threads:
            self._since = float("inf")
        elif time.monotonic() - self._since > PATIENCE:
            self._since = float("inf")
            print_error(f"{self._where}: no worker has joined this scheduler yet; waiting for one")


def _absolute(found: Found) -> Found:
    """The same for a worker that was started in another folder."""
    path = found.path if "://" in found.path else str(Path(found.path).absolute())
    return found._replace(path=path)


def _as_it_is(found: Found) -> Found:
    return found
