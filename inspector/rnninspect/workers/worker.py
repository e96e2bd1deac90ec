"""The program of a worker: it calls one function with each item that comes through its pipe."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import time
from itertools import count

from rnninspect.workers.frames import FAULT, RESULT, STARTED, Frame, packed, write_all
from rnninspect.workers.garbage import collect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

LOOK = 2.0  # seconds between two looks whether the parent is still there
IDLE = 30.0  # seconds without an item after which it leaves
COLLECTED = 8  # items between two collections of garbage


def main() -> None:
    """Read the function, then items, from standard input; write frames to standard output.

    What the function itself prints goes to standard error. The process ends with its parent: at
    the end of its input, at a broken pipe, or when the parent's number has changed. It also ends
    when it has waited for an item for IDLE seconds.
    """
    results = os.dup(1)
    os.dup2(2, 1)
    rest = _Rest()
    _end_with(os.getppid(), rest)
    gc.disable()
    try:
        _serve(sys.stdin.buffer, results, rest)
    except (EOFError, BrokenPipeError):
        os._exit(0)


class _Rest:
    """Since when a worker has waited for an item, by the monotonic clock; None while it has one."""

    since: float | None = None

    def is_over(self) -> bool:
        return self.since is not None and time.monotonic() - self.since > IDLE


def _end_with(parent: int, rest: _Rest) -> None:
    """Leave once the parent is gone, also from within an item that takes for ever, or is idle.

    An item that comes at this very moment has not been started: the parent gives it to another.
    """

    def look(_number: int, _frame: object) -> None:
        if os.getppid() != parent or rest.is_over():
            os._exit(0)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK, LOOK)


def _serve(tasks: BinaryIO, results: int, rest: _Rest) -> None:
    function = pickle.load(tasks)  # noqa: S301 - what the parent, which started this, has written
    for served in count(1):
        rest.since = time.monotonic()
        number, item = pickle.load(tasks)  # noqa: S301 - as above
        rest.since = None
        write_all(results, packed(Frame(STARTED, number)))
        write_all(results, packed(_called(function, number, item)))
        if served % COLLECTED == 0:
            collect(served)


def _called(function: Callable[[object], object], number: int, item: object) -> Frame:
    try:
        return Frame(RESULT, number, pickle.dumps(function(item), pickle.HIGHEST_PROTOCOL))
    except Exception as error:  # noqa: BLE001 - whatever it is, it costs this item alone
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return Frame(FAULT, number, said[:300].encode(errors="backslashreplace"))
