"""Several requests at once: a few threads, each with connections of its own."""

from __future__ import annotations

import threading

from rnninspect.errors import RnnInspectError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    Result = TypeVar("Result")

MOST_LANES = 8
_of_this_thread = threading.local()


def lane() -> int:
    """The number of this thread, by which it has its connections; 0 outside of `at_once`."""
    return getattr(_of_this_thread, "number", 0)


def at_once(jobs: Sequence[Callable[[], Result]]) -> list[Result | None]:
    """What each job returns, in their order; None for those that failed, or came after a failure.

    Whoever needs the result of such a job does it again by itself, and meets its error then.
    """
    results: list[Result | None] = [None] * len(jobs)
    waiting = list(enumerate(jobs))[::-1]

    def work(number: int) -> None:
        _of_this_thread.number = number
        while True:
            try:
                at, job = waiting.pop()
            except IndexError:  # another thread may have taken the last one
                return
            try:
                results[at] = job()
            except (RnnInspectError, OSError):
                waiting.clear()

    count = min(MOST_LANES, len(jobs))
    threads = [threading.Thread(target=work, args=(at,), daemon=True) for at in range(1, count)]
    for thread in threads:
        thread.start()
    try:
        work(0)
    finally:
        waiting.clear()
    for thread in threads:
        thread.join()
    return results
