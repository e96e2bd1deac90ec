"""The program of a worker: it calls one function with each item that comes through its pipe."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from itertools import count

from rnninspect.workers.frames import FAULT, RESULT, STARTED, Frame, packed, write_all
from rnninspect.workers.garbage import collect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

LOOK = 2.0  # seconds between two looks whether the parent is still there
COLLECTED = 8  # items between two collections of garbage


def main() -> None:
    """Read the function, then items, from standard input; write frames to standard output.

    What the function itself prints goes to standard error. The process ends with its parent: at
    the end of its input, at a broken pipe, or when the parent's number has changed.
    """
    results = os.dup(1)
    os.dup2(2, 1)
    _end_with(os.getppid())
    gc.disable()
    try:
        _serve(sys.stdin.buffer, results)
    except (EOFError, BrokenPipeError):
        os._exit(0)


def _end_with(parent: int) -> None:
    """Leave once the parent is gone, also from within an item that takes for ever."""

    def look(_number: int, _frame: object) -> None:
        if os.getppid() != parent:
            os._exit(0)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK, LOOK)


def _serve(tasks: BinaryIO, results: int) -> None:
    function = pickle.load(tasks)  # noqa: S301 - what the parent, which started this, has written
    for served in count(1):
        number, item = pickle.load(tasks)  # noqa: S301 - as above
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
