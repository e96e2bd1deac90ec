"""Memory and time of processes and of those that they start, looked at while they run; on Linux."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

EVERY = 0.1  # seconds between two looks


class Family:
    """Looks, in a thread, at what this process starts; use it with `with`.

    Attributes:
        peaks: bytes at most of a process, by its generation: this process' children have 1.
        times: seconds of the processor, by generation and process. A process that nobody waited
            for has them too, unlike in what the system says of a parent and its children.
    """

    def __init__(self) -> None:
        self.peaks: dict[int, int] = {}
        self.times: dict[tuple[int, int], float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def from_generation(self, first: int, last: int | None = None) -> int:
        """Bytes at most of a process of these generations; 0 if there was none."""
        found = (
            peak
            for generation, peak in self.peaks.items()
            if first <= generation and (last is None or generation <= last)
        )
        return max(found, default=0)

    def busy_from_generation(self, first: int) -> float:
        """Seconds of the processor of all processes from a generation on."""
        return sum(time for (generation, _), time in self.times.items() if generation >= first)

    def _look(self) -> None:
        while not self._ended.wait(EVERY):
            for generation, process in _descendants(os.getpid()):
                peak = max(_peak_of(process), self.peaks.get(generation, 0))
                self.peaks[generation] = peak
                before = self.times.get((generation, process), 0.0)
                self.times[generation, process] = max(_time_of(process), before)


def _descendants(process: int, generation: int = 1) -> Iterator[tuple[int, int]]:
    """Generation and number of each process that one has started."""
    for task in _listed(Path(f"/proc/{process}/task")):
        for child in _read(task / "children").split():
            yield generation, int(child)
            yield from _descendants(int(child), generation + 1)


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # it has ended
        return []


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has ended
        return ""


def _peak_of(process: int) -> int:
    for line in _read(Path(f"/proc/{process}/status")).splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _time_of(process: int) -> float:
    """Seconds of the processor so far, the system's included (proc(5): fields 14 and 15)."""
    fields = _read(Path(f"/proc/{process}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
