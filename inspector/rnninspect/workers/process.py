"""One worker as its parent sees it: a process, two pipes, and the items that it was given."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import deque
from contextlib import suppress

from rnninspect.workers.frames import PIECE, STARTED, Frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.workers.frames import Frame

# A terminal and a CI system send these to all processes of a call. The parent acts on them.
PARENTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_WAIT, _WAITS = 0.01, 100  # seconds between two looks for the end of a killed process; looks


class Worker:
    """A running worker.

    Attributes:
        given: the numbers of the items that it has, the one at hand first.
        started: when it began the first of these, by the monotonic clock; None if it has not.
        proven: whether it has ever begun an item.
    """

    def __init__(self, function: bytes) -> None:
        self.given: deque[int] = deque()
        self.started: float | None = None
        self.proven = False
        self._unsent = bytearray(function)
        self._frames = Frames()
        self.process, self.tasks, self.results = _spawn()

    @property
    def is_behind(self) -> bool:
        """Whether something is to be written into its pipe."""
        return bool(self._unsent)

    def give(self, number: int, item: bytes) -> None:
        """Add an item, pickled together with its number."""
        self.given.append(number)
        self._unsent += item

    def send(self) -> None:
        """Write what its pipe takes now; a worker that has died is noticed when it is read."""
        try:
            with suppress(BlockingIOError):
                while self._unsent:
                    del self._unsent[: os.write(self.tasks, self._unsent)]
        except BrokenPipeError:
            self._unsent.clear()

    def receive(self) -> Iterator[Frame] | None:
        """What came of items since the last look; None if the worker has died."""
        try:
            data = os.read(self.results, PIECE)
        except BlockingIOError:
            return iter(())
        return self._noted(data) if data else None

    def _noted(self, data: bytes) -> Iterator[Frame]:
        for frame in self._frames.add(data):
            self.proven = True
            if frame.kind == STARTED:
                self.started = time.monotonic()
            else:
                self.given.remove(frame.number)
                self.started = None
                yield frame

    def end(self) -> int | None:
        """Kill it; how it ended, as `os.waitstatus_to_exitcode` says, None if it cannot end now."""
        for descriptor in (self.tasks, self.results):
            os.close(descriptor)
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        for _ in range(_WAITS):
            ended, status = os.waitpid(self.process, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(_WAIT)
        return None  # it waits for a disk that does not answer


def _spawn() -> tuple[int, int, int]:
    """Start a process: its number, the pipe for its items, and the one for what it says.

    A new interpreter, not a fork: this process may have threads, which a fork would not copy.
    """
    theirs, tasks = os.pipe()
    results, their_results = os.pipe()
    program = f"import sys; sys.path[:] = {sys.path!r}; from {_PROGRAM} import main; main()"
    try:
        process = os.posix_spawn(
            sys.executable,
            [sys.executable, "-P", "-c", program],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, theirs, 0),
                (os.POSIX_SPAWN_DUP2, their_results, 1),
            ],
            setsigmask=PARENTS,
        )
    finally:
        os.close(theirs)
        os.close(their_results)
    for descriptor in (tasks, results):
        os.set_blocking(descriptor, False)
    return process, tasks, results


_PROGRAM = f"{__package__}.worker"
