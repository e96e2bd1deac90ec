"""Runs a scan on a scheduler of Dask, and survives the loss of its workers; needs distributed."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from enum import Enum
from itertools import count, islice
from math import inf

from distributed import KilledWorker, wait
from distributed.comm import CommClosedError

from rnninspect.cluster.batches import Batch
from rnninspect.cluster.working import Done, work
from rnninspect.errors import ResultsError, in_words
from rnninspect.rows.inspecting import unreadable_row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from distributed import Client, Future

    from rnninspect.cluster.working import Job
    from rnninspect.results.storing import Results

AHEAD = 4  # batches for each thread of a worker that are handed to the scheduler
LEAST_AHEAD = 64  # so that a scheduler which adapts its workers has a reason to
RETRIES = 2  # of a batch whose part could not be written
PIECES = 10  # of a batch that has cost several workers by itself
WAIT_SECONDS, FETCH_SECONDS = 1, 5
LOOK_SECONDS = 5.0  # between two looks how many workers there are
LOST = "several workers ended while they inspected it"


def run(
    client: Client,
    job: Job,
    batches: Iterator[Batch],
    results: Results,
    idle: Callable[[int], None] = lambda _: None,
) -> Iterator[Done]:
    """Have each batch done, and take its part into the results; what came of each, as it comes.

    A batch whose worker is lost is done by another one. Of those that were given to several workers
    that were lost, each is done again by itself at the end, since Dask can't say which one was the
    cause; if it costs workers again it is cut into pieces, down to the one model that is the cause,
    which becomes unreadable.

    Args:
        client: of the scheduler.
        job: what is done with each batch.
        batches: as they come; few are taken ahead.
        results: where the rows go.
        idle: called with the number of threads that all workers have, while it waits for them.

    Raises:
        ResultsError: a part cannot be written, a worker lacks something, or the scheduler is lost.
    """
    handed = _Handed(client, job, batches)
    while True:
        with _asking(results):
            if not handed.fill():
                return
            ended = handed.ended()
        for future in ended:
            outcome = _outcome_of(future, results)
            if outcome is Outcome.NONE_YET:
                continue
            batch = handed.batches.pop(future)
            if outcome is not Outcome.COST_WORKERS or not handed.suspect(batch, results):
                yield _adopted(outcome, batch, results)
        idle(handed.threads)


@contextmanager
def _asking(results: Results) -> Iterator[None]:
    """ResultsError if the scheduler does not answer any more."""
    try:
        yield
    except (CancelledError, OSError) as error:
        raise ResultsError(f"{results.output}: the scheduler is lost; --resume goes on") from error


class _Handed:
    """The batches that the scheduler has, by their futures.

    Attributes:
        batches: those that have not ended, as far as it is known.
        threads: how many the workers have, all together, likewise.
    """

    def __init__(self, client: Client, job: Job, batches: Iterator[Batch]) -> None:
        self.batches: dict[Future, Batch] = {}
        self.threads, self._looked = 0, -inf
        self._client, self._job, self._left = client, job, batches
        self._suspects: deque[Batch] = deque()
        self._alone = False  # whether what the scheduler has is one of these
        self._tries = count(1)

    def fill(self) -> bool:
        """Hand on as many batches as keep all workers busy; whether the scheduler has any.

        At the end the suspects follow, one at a time.
        """
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            self.threads = sum(self._client.nthreads().values())
            self._looked = time.monotonic()
        room = max(AHEAD * self.threads, LEAST_AHEAD) - len(self.batches)
        for batch in islice(self._left, max(0, room)):
            self._submit(batch)
        if not self.batches and self._suspects:
            self._alone = True
            self._submit(self._suspects.popleft())
        return bool(self.batches)

    def _submit(self, batch: Batch) -> None:
        key = f"rnninspect-{self._job.scan}-{batch.number}-{next(self._tries)}"
        future = self._client.submit(work, self._job, batch, key=key, retries=RETRIES)
        self.batches[future] = batch

    def suspect(self, batch: Batch, results: Results) -> bool:
        """Have a batch that may have cost workers done again; False if that is certain by now."""
        if not self._alone:
            self._suspects.append(batch)
        elif len(batch.found) > 1:
            self._suspects.extendleft(_pieces(batch, results))
        else:
            return False
        return True

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
    with _asking(results):
        try:
            done: Done = future.result(timeout=FETCH_SECONDS)
        except TimeoutError:
            return Outcome.NONE_YET
        except KilledWorker:
            return Outcome.COST_WORKERS
        except (CancelledError, CommClosedError):  # the latter is an OSError, as a full disk is
            raise
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
