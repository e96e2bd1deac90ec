"""How the process ends when it is told to stop, or when nobody reads what it prints."""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn, TextIO

SIGNALS = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "the terminal is gone",
}


class Stopped(BaseException):
    """A signal to stop; no Exception, so that neither a reader nor the parser takes it for one."""

    def __init__(self, number: int) -> None:
        super().__init__(SIGNALS[signal.Signals(number)])
        self.number = number


def until_stopped(call: Callable[[], int]) -> int:
    """The exit code of a call; if a signal ends it, one line, and 128 plus the signal's number."""
    try:
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup sets it
                signal.signal(number, _stop)
        return call()
    except Stopped as stopped:
        silence(sys.stdout)  # what is still held back would be half a report
        tell(f"rnninspect: {stopped}")
        return 128 + stopped.number


def leave(code: int) -> NoReturn:
    """End the process; what it holds is left to the system, which frees all of it at once.

    To free it piece by piece takes a tenth of a short call.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream:
                stream.flush()
        except OSError:  # whoever read it is gone
            silence(stream)
    os._exit(code)


def tell(line: str) -> None:
    """A line on standard error, if anybody listens there."""
    try:
        if sys.stderr:
            print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is the place
    except OSError:
        silence(sys.stderr)


def silence(stream: TextIO | None) -> None:
    """Let go of what a stream still holds, and of all that follows."""
    if stream:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - Python gives the frame
    for known in SIGNALS:  # a second one must not break into the tidying up
        signal.signal(known, signal.SIG_IGN)
    raise Stopped(number)
