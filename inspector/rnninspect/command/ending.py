"""How the process ends when a signal stops it, or when nobody reads what it prints."""

from __future__ import annotations

# The module `signal` imports `enum` for its names: milliseconds in which a signal would end the
# process without a message, before a handler is set.
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
_received: list[int] = []  # the signal that raised Stopped


class Stopped(BaseException):
    """A signal to stop; not an Exception, so that no reader and no parser catches it."""

    def __init__(self, number: int) -> None:
        super().__init__(SIGNALS[number])
        self.number = number


def until_stopped(call: Callable[[], int]) -> int:
    """The exit code of a call; if a signal ends it, an error line and 128 plus the signal's number.

    A call may also raise SystemExit with its code. Signals are ignored afterwards, since the
    process is about to end.
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
        discard(sys.stdout)  # what is still in its buffer would be half a report
        return _report(stopped)
    return code


def _code_of(call: Callable[[], int]) -> int:
    try:
        return call()
    except SystemExit as ended:
        if isinstance(ended.code, int):
            return ended.code
        raise
    except Exception:  # as what is closed may raise, while a signal ends the call
        raise_if_stopped()
        raise


def _report(stopped: Stopped) -> int:
    write_error_line(f"rnninspect: {stopped}")
    return 128 + stopped.number


def raise_if_stopped() -> None:
    """Raise Stopped again if a signal came: C code that clears errors may have dropped it."""
    if _received:
        raise Stopped(_received[0])


def _not_raised(unraisable: UnraisableHookArgs) -> None:
    """End the process where Python cannot pass an exception on, as in the callback of a weakref."""
    if isinstance(unraisable.exc_value, Stopped):
        os._exit(_report(unraisable.exc_value))
    sys.__unraisablehook__(unraisable)


def leave(code: int) -> NoReturn:
    """End the process at once, and let the system free its memory.

    Freeing it object by object takes a tenth of a short call.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream:
                stream.flush()
        except OSError:  # nobody reads it any more
            discard(stream)
    os._exit(code)


def write_error_line(line: str) -> None:
    """Write a line to standard error, if it is open."""
    try:
        if sys.stderr:
            print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is the place
    except OSError:
        discard(sys.stderr)


def discard(stream: TextIO | None) -> None:
    """Discard what is in a stream's buffer, and all that is written to it from now on."""
    if stream:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - Python gives the frame
    _ignore_signals()  # a second one must not interrupt the cleaning up
    _received.append(number)
    raise Stopped(number)


def _ignore_signals() -> None:
    for known in SIGNALS:
        signal.signal(known, signal.SIG_IGN)
