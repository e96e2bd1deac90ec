"""One hostile file: how it is made, and the exit code that it must end in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CANARY = "canary-41c7e0-that-no-report-may-show"
MARKERS = "markers"  # next to the folders of the corpus: files that code in a model would write


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file to be made at a path; `code` is None where any of 0, 1 and 2 keeps the promise.

    The corpus is a folder of folders, one for each family; `canary.txt` lies beside them.
    """

    make: Callable[[Path], object]
    code: int | None = None


def written(data: Callable[[], bytes] | bytes, code: int | None = None) -> Hostile:
    """A file of these bytes, made when it is asked for."""
    return Hostile(lambda path: path.write_bytes(data if isinstance(data, bytes) else data()), code)
