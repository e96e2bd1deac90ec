"""What tests let a pool of processes do with each number, a new interpreter imports it by name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

LOOPS, KILLED, LEFT, RAISES, BROKEN_STOP = 1000, 1001, 1002, 1003, 1004


def squared(number: int) -> int:
    """The square of a number; some numbers are accidents."""
    match number:
        case 1000:
            time.sleep(600)
        case 1001:
            os.kill(os.getpid(), signal.SIGKILL)
        case 1002:
            os._exit(7)
        case 1003:
            raise ValueError("no\nsuch number")
        case 1004:
            raise SystemExit(3)
    return number * number


def slowly(number: int) -> int:
    """The number, the later the smaller it is."""
    time.sleep(0.3 / (1 + number))
    return number


def of_process(_: int) -> int:
    """The process that it is called in."""
    time.sleep(0.01)
    return os.getpid()


def large(number: int) -> bytes:
    """A megabyte."""
    return bytes([number % 256]) * 2**20


def waiting(folder: str) -> int:
    """Leave the number of its process in a file, and wait."""
    place = Path(folder) / str(os.getpid())
    place.write_text("")
    time.sleep(600)
    return 0


def printing(number: int) -> int:
    """The number, which is also printed."""
    print(number)  # noqa: T201 - that is what is tested
    return number
