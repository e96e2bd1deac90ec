"""Files of results made without the command, and what is in them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from rnninspect import ModelRows, inspect_row
from rnninspect.record import Record
from rnninspect.results.files import read_results
from rnninspect.results.storing import Results


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def scan(output: Path, models: Iterable[ModelRows], *, resume: bool = False) -> Results:
    """A scan that ends; what is there is not added again."""
    with Results(output, resume=resume) as results:
        for each in models:
            if not results.has(each.path):
                results.add(each)
    return results


def paths_in(output: Path) -> list[str]:
    return [each.path for each in read_results(output)]


class Found(Record):
    """A file, as a walk finds it."""

    path: str


def rows_or_death(found: Found) -> ModelRows | None:
    """What a worker makes of a file; the name of some is what they do to it.

    `poison` ends each process that inspects it and `hangs` never comes to an end; `deadly` ends
    each worker of Dask whose process inspects it, and `once` the first one. `other` is no model.
    """
    name = Path(found.path).name
    if name == "other":
        return None
    if name == "hangs":
        time.sleep(600)
    if name == "poison":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "deadly" or (name == "once" and Path(found.path).read_bytes()):
        if name == "once":
            Path(found.path).write_bytes(b"")
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(600)
    return inspect_row(found.path)
