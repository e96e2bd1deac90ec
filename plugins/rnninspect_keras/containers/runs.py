"""Runs of bytes of one file that reach into each other."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def overlaps(runs: Iterable[tuple[int, int, str]]) -> list[Observation]:
    """Datasets whose runs of bytes (start, size, path) reach into the next one's."""
    found: list[Observation] = []
    end, last = 0, ""
    for start, size, path in sorted(runs):
        if start < end:
            found.append(Observation(Fact.OVERLAP, f"shares bytes with {last}", tensor=path))
        if start + size > end:
            end, last = start + size, path
    return found
