"""Measures whole processes: time by the wall and of the processor, peak memory, bytes read."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rnninspect.record import Record

MOST_SECONDS = 300.0
PATIENCE = 20.0  # seconds that all counted runs of one command may take
LAUNCH = Path(__file__).with_name("launch.py")


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
    """So many runs of one command: medians, and the fastest and slowest by the wall."""

    runs: int
    seconds: float
    fastest: float
    slowest: float
    busy: float
    peak: int
    read: int
    code: int


def run(command: Sequence[str], most: float = MOST_SECONDS) -> Run:
    """Run a process without output; one that takes too long is ended, with a negative code."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    launch = [sys.executable, "-I", "-S", str(LAUNCH), str(most)]
    said = subprocess.run([*launch, *command], check=True, capture_output=True, env=environment)
    seconds, busy, peak, read, code = said.stdout.split()
    return Run(float(seconds), float(busy), int(peak), int(read), int(code))


def interleaved(
    commands: Sequence[Sequence[str]],
    rounds: int,
    patience: float = PATIENCE,
    run: Callable[[Sequence[str]], Run] = run,
) -> list[Summary]:
    """Each command once in a round; the first round fills caches and is not counted.

    A command too slow for so many rounds takes part in fewer; one that may run but once is measured
    by its first run.
    """
    first = [run(command) for command in commands]
    shares = [share(each.seconds, rounds, patience) for each in first]
    runs = [[] if more > 1 else [once] for more, once in zip(shares, first, strict=True)]
    for number in range(rounds):
        for command, more, held in zip(commands, shares, runs, strict=True):
            if 1 < more > number:
                held.append(run(command))
    return [_summary(held) for held in runs]


def share(seconds: float, rounds: int, patience: float) -> int:
    """The number of runs of the given duration."""
    return max(1, int(min(rounds, patience / seconds)))


def _summary(runs: Sequence[Run]) -> Summary:
    seconds = [each.seconds for each in runs]
    return Summary(
        runs=len(runs),
        seconds=statistics.median(seconds),
        fastest=min(seconds),
        slowest=max(seconds),
        busy=statistics.median(each.busy for each in runs),
        peak=max(each.peak for each in runs),
        read=runs[-1].read,
        code=runs[-1].code,
    )


def exponent(points: list[tuple[int, float]]) -> float:
    """The slope of the logarithms: 1 where the time is in proportion to the count."""
    logs = [(math.log(count), math.log(seconds)) for count, seconds in points]
    mean_x, mean_y = (sum(column) / len(logs) for column in zip(*logs, strict=True))
    over: float = sum((x - mean_x) * (y - mean_y) for x, y in logs)
    under: float = sum((x - mean_x) ** 2 for x, _ in logs)
    return over / under
