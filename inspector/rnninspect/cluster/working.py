"""What a worker does with a batch: it inspects each model, and writes the rows as one part."""

from __future__ import annotations

from functools import reduce
from pathlib import Path

from rnninspect.record import Record
from rnninspect.results.parts import write_part
from rnninspect.rows.schema import Verdict
from rnninspect.source.traffic import Traffic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from rnninspect.cluster.batches import Batch
    from rnninspect.results.files import Format
    from rnninspect.results.parts import Part
    from rnninspect.rows.inspecting import ModelRows

    Describe = Callable[[Any], ModelRows | None]


class Job(Record):
    """What is the same for all batches of a scan.

    Attributes:
        describe: makes the rows of what was found; None for another kind of file than a model.
        folder: where parts are written.
        format: their format.
    """

    describe: Describe
    folder: str
    format: Format


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
    """
    described = (job.describe(one) for one in batch.found)
    models = [rows for rows in described if rows is not None]
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
