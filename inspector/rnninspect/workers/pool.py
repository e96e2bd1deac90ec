"""Maps a function over many items in worker processes; a worker that dies costs its one item."""

from __future__ import annotations

import os
import pickle
import select
import signal
import time
from collections import deque

from rnninspect.errors import RnnInspectError
from rnninspect.record import Record
from rnninspect.workers.frames import FAULT
from rnninspect.workers.process import Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from typing import Any, TypeVar

    from rnninspect.workers.frames import Frame

    Item = TypeVar("Item")
    Result = TypeVar("Result")

_GIVEN = 8  # items that one worker has at a time: it need not wait for the next one
_WINDOW = 512  # items between the one that is due and the last one that was given out
_MOST_KEPT = 2**26  # bytes of results that wait for an earlier one
_FALSE_STARTS = 3  # workers in a row that never began an item


class Lost(Record):
    """What comes in place of a result: why there is none."""

    reason: str


class PoolError(RnnInspectError):
    """Worker processes cannot be started."""


def in_pool(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    jobs: int,
    seconds: float,
    idle: Callable[[], None] = lambda: None,
) -> Generator[tuple[Item, Result | Lost]]:
    """The items in their order, each with what the function makes of it.

    Few items are taken ahead, so that memory does not grow with their number. The function, the
    items and the results are pickled. An item is Lost if the function raises, if it takes longer
    than `seconds`, or if the worker dies that has it; the others are not concerned.

    Close the iterator to end the workers; they also end with this process.

    Args:
        function: of a module that a new interpreter can import.
        items: as they come; None of it is kept.
        jobs: the number of workers.
        seconds: for one item.
        idle: called while results are waited for.

    Raises:
        PoolError: no worker starts.
    """
    pool = Pool(function, jobs, seconds)
    try:
        yield from pool.over(items, idle)
    finally:
        pool.end()


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Pool:
    """Workers that are kept from one series of items to the next; the arguments are `in_pool`'s.

    A worker that has nothing to do for a while leaves, and another one is started when it is
    needed.
    """

    def __init__(self, function: Callable[[Any], Any], jobs: int, seconds: float) -> None:
        self._function = pickle.dumps(function, pickle.HIGHEST_PROTOCOL)
        self._jobs, self._seconds = jobs, seconds
        self._items: Iterator[tuple[int, object]] = iter(())
        self._workers: list[Worker] = []
        self._known: dict[int, object] = {}  # items that are not yielded yet, by number
        self._again: deque[int] = deque()  # those whose worker died before it came to them
        self._done: dict[int, bytes | Lost] = {}
        self._kept = self._due = self._false_starts = 0
        self._exhausted = True

    def over(
        self, items: Iterable[Any], idle: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[Any, Any]]:
        """A series of items as `in_pool` has it; the one before must have come to its end.

        Raises:
            PoolError: no worker starts.
        """
        self._items, self._exhausted = enumerate(items, self._due), False
        while True:
            self._give_out()
            while self._due in self._done:
                yield self._take()
            if self._exhausted and not self._known:
                return
            idle()
            self._wait()

    def end(self) -> None:
        """End the workers."""
        while self._workers:
            self._workers.pop().end()

    def _take(self) -> tuple[Any, Any]:
        """The item that is due, and its result."""
        found = self._done.pop(self._due)
        item = self._known.pop(self._due)
        self._due += 1
        if isinstance(found, Lost):
            return item, found
        self._kept -= len(found)
        return item, pickle.loads(found)  # noqa: S301 - from a process of our own

    def _give_out(self) -> None:
        """Give each worker an item in turn until all have enough; start workers as needed."""
        while (number := self._next_number()) is not None:
            least = min(self._workers, key=lambda worker: len(worker.given), default=None)
            if least is None or (least.given and len(self._workers) < self._jobs):
                least = Worker(self._function)
                self._workers.append(least)
            data = pickle.dumps((number, self._known[number]), pickle.HIGHEST_PROTOCOL)
            least.give(number, data)
        for worker in self._workers:
            worker.send()

    def _next_number(self) -> int | None:
        """The number of an item that may be given out now; None if there is none."""
        if sum(len(worker.given) for worker in self._workers) >= _GIVEN * self._jobs:
            return None
        if self._again:
            return self._again.popleft()
        waiting = len(self._known) >= _WINDOW or self._kept >= _MOST_KEPT
        if self._exhausted or (waiting and self._known):
            return None
        number, item = next(self._items, (None, None))
        if number is None:
            self._exhausted = True
        else:
            self._known[number] = item
        return number

    def _wait(self) -> None:
        """Wait until a worker says something, dies, or has had its time."""
        behind = [worker.tasks for worker in self._workers if worker.is_behind]
        starts = [worker.started for worker in self._workers if worker.started is not None]
        left = min(starts, default=time.monotonic()) + self._seconds - time.monotonic()
        readable, _, _ = select.select(
            [worker.results for worker in self._workers], behind, [], max(0.0, min(left, 1.0))
        )
        for worker in [known for known in self._workers if known.results in readable]:
            frames = worker.receive()
            if frames is None:
                self._bury(worker)
            else:
                for frame in frames:
                    self._note(frame)
        self._end_late_ones()

    def _note(self, frame: Frame) -> None:
        self._false_starts = 0
        if frame.kind == FAULT:
            text = frame.content.decode(errors="replace")
            self._done[frame.number] = Lost(f"internal error: {text}")
        else:
            self._done[frame.number] = frame.content
            self._kept += len(frame.content)

    def _end_late_ones(self) -> None:
        now = time.monotonic()
        for worker in list(self._workers):
            if worker.started is not None and now - worker.started > self._seconds:
                self._bury(worker, f"no result within {self._seconds:g} s; --timeout raises it")

    def _bury(self, worker: Worker, reason: str = "") -> None:
        """Remove a worker; the item at hand is lost, the others are given to another one."""
        self._workers.remove(worker)
        had_begun, given = worker.started is not None, worker.given
        ended = worker.end()
        if had_begun:
            self._done[given.popleft()] = Lost(reason or _cause(ended))
        elif not worker.proven:
            self._false_starts += 1
            if self._false_starts >= _FALSE_STARTS:
                raise PoolError(f"worker processes cannot be started: {_cause(ended)}")
        self._again.extendleft(reversed(given))


def _cause(ended: int | None) -> str:
    """Why a process has ended, from its exit code."""
    if ended is None:
        return "its process does not end"
    if ended >= 0:
        return f"its process ended with exit code {ended}"
    name = signal.Signals(-ended).name
    memory = "; is there enough memory?" if -ended == signal.SIGKILL else ""
    return f"its process was ended by {name}{memory}"
