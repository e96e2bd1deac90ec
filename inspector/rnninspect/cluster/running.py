"""Runs a scan on a scheduler of Dask, and survives the loss of its workers; needs distributed."""

from __future__ import annotations

import logging
import os
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from enum import Enum
from itertools import islice

import dask
from distributed import Client, KilledWorker, LocalCluster, wait

from rnninspect.cluster.batches import Batch
from rnninspect.cluster.working import Done, work
from rnninspect.errors import ResultsError, in_words
from rnninspect.rows.inspecting import unreadable_row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Future

    from rnninspect.cluster.working import Job
    from rnninspect.results.storing import Results

AHEAD = 4  # batches for each thread of a worker that are handed to the scheduler
LEAST_AHEAD = 64  # so that a scheduler which adapts its workers has a reason to
RETRIES = 2  # of a batch whose part could not be written
PIECES = 10  # of a batch that has cost several workers: one of its models may be the cause
CONNECT_SECONDS, WAIT_SECONDS = 10, 5
LOCAL = {
    "distributed.scheduler.allowed-failures": 1,  # what ends two workers is looked at more closely
    "distributed.deploy.lost-worker-timeout": "1 day",  # one that is restarting is not given up
}
LOST = "several workers ended while they inspected it"


@contextmanager
def connected(scheduler: str | None, workers: int) -> Iterator[Client]:
    """A client of a scheduler, or of one on this machine that is started with its workers.

    Raises:
        ResultsError: no scheduler answers there.
    """
    with ExitStack() as stack:
        if scheduler is None:
            stack.enter_context(dask.config.set(LOCAL))
            local = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",  # the usual port may be taken
                silence_logs=logging.CRITICAL,  # a lost worker is no news
            )
            scheduler = stack.enter_context(local).scheduler_address
        try:
            client = Client(scheduler, timeout=CONNECT_SECONDS)
        except (OSError, ValueError) as error:
            raise ResultsError(f"{scheduler}: no scheduler answers: {in_words(error)}") from error
        yield stack.enter_context(client)


def run(client: Client, job: Job, batches: Iterator[Batch], results: Results) -> Iterator[Done]:
    """Have each batch done, and take its part into the results; what came of each, as it comes.

    A batch whose worker is lost is done by another one. One that costs several workers is cut into
    pieces, down to the one model that is the cause, which becomes unreadable.

    Raises:
        ResultsError: a part cannot be written, or the scheduler is lost.
    """
    handed = _Handed(client, job)
    ahead = max(AHEAD * sum(client.nthreads().values()), LEAST_AHEAD)
    for batch in islice(batches, ahead):
        handed.submit(batch)
    while handed.batches:
        for future in handed.ended():
            outcome = _outcome_of(future, results)
            if outcome is Outcome.NONE_YET:
                continue
            batch = handed.batches.pop(future)
            if outcome is Outcome.COST_WORKERS and len(batch.found) > 1:
                for piece in _pieces(batch, results):
                    handed.submit(piece)
                continue
            for following in islice(batches, 1):
                handed.submit(following)
            yield _adopted(outcome, batch, results)


class _Handed:
    """The batches that the scheduler has, by their futures."""

    def __init__(self, client: Client, job: Job) -> None:
        self.batches: dict[Future, Batch] = {}
        self._client, self._job = client, job
        self._scan = os.urandom(8).hex()  # a scheduler may have several scans

    def submit(self, batch: Batch) -> None:
        key = f"rnninspect-{self._scan}-{batch.number}"
        future = self._client.submit(work, self._job, batch, key=key, retries=RETRIES)
        self.batches[future] = batch

    def ended(self) -> list[Future]:
        """Those that have ended; perhaps none yet, or one whose result has been lost again."""
        with suppress(TimeoutError):
            return list(wait(list(self.batches), WAIT_SECONDS, "FIRST_COMPLETED").done)
        return []


class Outcome(Enum):
    """What came of a batch instead of a result."""

    NONE_YET = "none yet"
    COST_WORKERS = "cost workers"


def _outcome_of(future: Future, results: Results) -> Done | Outcome:
    """What came of a batch; a result may be lost with its worker before it is fetched."""
    try:
        done: Done = future.result(timeout=WAIT_SECONDS)
    except TimeoutError:
        return Outcome.NONE_YET
    except KilledWorker:
        return Outcome.COST_WORKERS
    except CancelledError as error:
        raise ResultsError(f"{results.output}: the scheduler is lost; --resume goes on") from error
    except Exception as error:  # whatever a worker raises
        raise ResultsError(f"{results.output}: on a worker: {in_words(error)}") from error
    return done


def _pieces(batch: Batch, results: Results) -> Iterator[Batch]:
    size = -(-len(batch.found) // PIECES)
    for start in range(0, len(batch.found), size):
        yield Batch(results.next_number(), batch.found[start : start + size])


def _adopted(outcome: Done | Outcome, batch: Batch, results: Results) -> Done:
    """What came of a batch, once its rows are in the results."""
    if isinstance(outcome, Outcome):
        (one,) = batch.found
        results.add(unreadable_row(one.path, LOST))
        return Done(None, (one.path,), ((one.path, LOST),))
    if outcome.part is not None:
        results.adopt(outcome.part, outcome.paths)
    return outcome
