"""Measures whole processes: time by the wall and of the processor, peak memory, bytes read."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from rnninspect.record import Record

MOST_SECONDS = 300.0


class Run(Record):
    """One process from start to end.

    Attributes:
        seconds: by the wall.
        busy: seconds of the processor, the system's included.
        peak: bytes of memory, at most.
        read: bytes that it asked the system for; what it maps into memory is not among them.
        code: how it ended.
    """

    seconds: float
    busy: float
    peak: int
    read: int
    code: int


class Summary(Record):
    """Several runs of one command: medians, and the fastest and slowest by the wall."""

    seconds: float
    fastest: float
    slowest: float
    busy: float
    peak: int
    read: int
    code: int


def run(command: Sequence[str]) -> Run:
    """Run a process without output; one that takes too long is ended, with a negative code."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    started = time.monotonic()
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    while not os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
        if time.monotonic() - started > MOST_SECONDS:
            child.kill()
        time.sleep(0.0005)
    seconds = time.monotonic() - started
    read = _read_by(child.pid)  # it has ended, but is still known
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    busy = usage.ru_utime + usage.ru_stime
    return Run(seconds, busy, usage.ru_maxrss * 1024, read, child.returncode)


def _read_by(process: int) -> int:
    try:
        said = Path(f"/proc/{process}/io").read_text(encoding="ascii")
    except OSError:  # another system than Linux
        return 0
    return int(dict(line.split(": ") for line in said.splitlines())["rchar"])


def interleaved(commands: Sequence[Sequence[str]], rounds: int) -> list[Summary]:
    """Each command once in a round; the first round fills caches and is not counted."""
    runs = [[run(command) for command in commands] for _ in range(rounds + 1)][1:]
    return [_summary([each[at] for each in runs]) for at in range(len(commands))]


def _summary(runs: Sequence[Run]) -> Summary:
    seconds = [each.seconds for each in runs]
    return Summary(
        seconds=statistics.median(seconds),
        fastest=min(seconds),
        slowest=max(seconds),
        busy=statistics.median(each.busy for each in runs),
        peak=max(each.peak for each in runs),
        read=runs[-1].read,
        code=runs[-1].code,
    )
