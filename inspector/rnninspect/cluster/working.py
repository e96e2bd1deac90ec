"""What a worker does with a batch: it inspects each model, and writes the rows as one part."""

from __future__ import annotations

import threading
from functools import reduce
from pathlib import Path

from rnninspect.errors import ResultsError
from rnninspect.record import Record
from rnninspect.results.parts import write_part
from rnninspect.rows.inspecting import unreadable_row
from rnninspect.rows.schema import Verdict
from rnninspect.source.traffic import Traffic
from rnninspect.version import __version__
from rnninspect.workers.pool import Lost, Pool, PoolError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from rnninspect.cluster.batches import Batch
    from rnninspect.results.files import Format
    from rnninspect.results.parts import Part
    from rnninspect.rows.inspecting import ModelRows

    Describe = Callable[[Any], ModelRows | None]


class Job(Record):
    """What is the same for all batches of a scan.

    Attributes:
        scan: the scan; a scheduler may have several.
        describe: makes the rows of what was found; None for another kind of file than a model.
        seconds: that it may take for one model.
        folder: where parts are written.
        format: their format.
        version: of rnninspect, the same on all workers.
    """

    scan: str
    describe: Describe
    seconds: float
    folder: str
    format: Format
    version: str = __version__


class Done(Record):
    """What came of a batch.

    Attributes:
        part: what was written; None if there was no model.
        paths: the models in it.
        unreadable: path and reason of those that cannot be read.
        traffic: what the remote ones have cost; None if there are none.
        file_bytes: the size of these.
    """

    part: Part | None
    paths: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]
    traffic: Traffic | None = None
    file_bytes: int = 0


def work(job: Job, batch: Batch) -> Done:
    """Inspect a batch and write its part, whole or not at all.

    Done twice, by a worker after another one was lost, it writes the same part.

    Raises:
        OSError: the part cannot be written.
        ResultsError: this worker has another version of rnninspect.
        PoolError: no process starts.
    """
    if job.version != __version__:
        raise ResultsError(f"rnninspect {__version__} is installed, not {job.version}")
    models = list(_described(job, batch))
    part = write_part(Path(job.folder), job.format, batch.number, models) if models else None
    unreadable = (rows for rows in models if rows.verdict is Verdict.UNREADABLE)
    remote = [rows for rows in models if rows.traffic]
    return Done(
        part,
        tuple(rows.path for rows in models),
        tuple((rows.path, str(rows.model["reason"])) for rows in unreadable),
        reduce(Traffic.plus, (rows.traffic for rows in remote), Traffic(0, 0)) if remote else None,
        sum(rows.file_bytes for rows in remote),
    )


def _described(job: Job, batch: Batch) -> Iterator[ModelRows]:
    """The rows of each model; one that hangs or ends its process has a row that says so."""
    pool = _pool(job)
    try:
        for found, rows in pool.over(batch.found):
            if isinstance(rows, Lost):
                yield unreadable_row(found.path, rows.reason)
            elif rows is not None:
                yield rows
    except PoolError:
        pool.end()
        _kept.pool = None
        raise


class _Kept(threading.local):
    """A process for each thread of a worker: threads alone would take turns."""

    scan = ""
    pool: Pool | None = None


_kept = _Kept()


def _pool(job: Job) -> Pool:
    """The process of this thread for a scan; one of another scan is ended."""
    if _kept.pool is None or _kept.scan != job.scan:
        if _kept.pool:
            _kept.pool.end()
        _kept.scan, _kept.pool = job.scan, Pool(job.describe, 1, job.seconds)
    return _kept.pool
