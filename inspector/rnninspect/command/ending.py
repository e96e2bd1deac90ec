"""How the process ends when it is told to stop, or when nobody reads what it prints."""

from __future__ import annotations

# The module `signal` imports `enum` for its names: milliseconds in which a signal would end the
# process without a word, before anything listens to it.
import _signal as signal  # type: ignore[import-not-found] # typeshed knows `signal` alone
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from sys import UnraisableHookArgs
    from types import FrameType
    from typing import NoReturn, TextIO

SIGNALS = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "the terminal is gone",
}
_heard: list[int] = []  # the signal to stop, which raised Stopped


class Stopped(BaseException):
    """A signal to stop; no Exception, so that neither a reader nor the parser takes it for one."""

    def __init__(self, number: int) -> None:
        super().__init__(SIGNALS[number])
        self.number = number


def until_stopped(call: Callable[[], int]) -> int:
    """The exit code of a call; if a signal ends it, one line, and 128 plus the signal's number.

    A call may also end in SystemExit with its code. Signals are ignored afterwards: the process has
    nothing left to do but to end.
    """
    try:
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup sets it
                signal.signal(number, _stop)
        sys.unraisablehook = _not_raised
        code = _code_of(call)
        _ignore_signals()
        raise_if_stopped()
    except Stopped as stopped:
        silence(sys.stdout)  # what is still held back would be half a report
        return _told(stopped)
    return code


def _code_of(call: Callable[[], int]) -> int:
    try:
        return call()
    except SystemExit as ended:
        if isinstance(ended.code, int):
            return ended.code
        raise


def _told(stopped: Stopped) -> int:
    tell(f"rnninspect: {stopped}")
    return 128 + stopped.number


def raise_if_stopped() -> None:
    """Raise Stopped again if a signal was heard: C code that clears errors may have dropped it."""
    if _heard:
        raise Stopped(_heard[0])


def _not_raised(unraisable: UnraisableHookArgs) -> None:
    """End the process where Python cannot pass an exception on, as in the callback of a weakref."""
    if isinstance(unraisable.exc_value, Stopped):
        os._exit(_told(unraisable.exc_value))
    sys.__unraisablehook__(unraisable)


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
    _ignore_signals()  # a second one must not break into the tidying up
    _heard.append(number)
    raise Stopped(number)


def _ignore_signals() -> None:
    for known in SIGNALS:
        signal.signal(known, signal.SIG_IGN)
