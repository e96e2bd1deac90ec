"""Shares out the models of a scan: batches that are alike in how much has to be read."""

from __future__ import annotations

from pathlib import Path

from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Protocol

    class Found(Protocol):
        """A model that was found or named."""

        @property
        def path(self) -> str:
            """Where it is."""


MOST_MODELS = 100  # of one batch: starting one costs as much as two models
MOST_BYTES = 32 * 2**20
READ_OF_A_MODEL = 2**20  # bytes that are read of a model at most, as a rule: its structure
UNKNOWN = 2**18  # bytes that are counted where a size is not known without a request


class Batch(Record):
    """Some models, under a number that is theirs alone."""

    number: int
    found: tuple[Found, ...]


def batches(found: Iterable[Found], next_number: Callable[[], int]) -> Iterator[Batch]:
    """The models in batches, in their order; few are taken ahead."""
    taken: list[Found] = []
    cost = 0
    for one in found:
        own = min(_size_of(one.path), READ_OF_A_MODEL)
        if taken and (len(taken) >= MOST_MODELS or cost + own > MOST_BYTES):
            yield Batch(next_number(), tuple(taken))
            taken, cost = [], 0
        taken.append(one)
        cost += own
    if taken:
        yield Batch(next_number(), tuple(taken))


def _size_of(path: str) -> int:
    """The size of a file on this machine; a guess for anything else."""
    try:
        return Path(path).stat().st_size
    except (OSError, ValueError):
        return UNKNOWN
