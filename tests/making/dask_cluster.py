"""A scheduler of Dask and its workers as processes of their own, as on a cluster."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

PATIENCE = 60.0


class DaskCluster:
    """The processes; each is the first of a session of its own.

    Attributes:
        address: the scheduler's.
        scheduler: its process.
        workers: those of workers, each under a nanny that starts it again.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self.scheduler = self._start(
            "scheduler", "--port", "0", "--scheduler-file", str(self._file)
        )
        until = time.monotonic() + PATIENCE
        while not self._file.exists() and time.monotonic() < until:
            time.sleep(0.05)
        self.address: str = json.loads(self._file.read_text())["address"]
        self.workers: list[subprocess.Popen[bytes]] = []

    def add_worker(self, threads: int = 1) -> None:
        """Start one more worker."""
        local = str(self._folder / f"worker{len(self.workers)}")
        options = ("--nworkers", "1", "--nthreads", str(threads), "--local-directory", local)
        self.workers.append(self._start("worker", self.address, *options))

    def kill_worker(self, at: int) -> None:
        """End a worker as the system does where memory is short; its nanny starts another one."""
        for child in _children(self.workers[at].pid):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(child, signal.SIGKILL)

    @property
    def _file(self) -> Path:
        return self._folder / "scheduler.json"

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments, "--host", "127.0.0.1", "--no-dashboard"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._stack.callback(_end, process)
        return process


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it has started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=PATIENCE)


@contextmanager
def dask_cluster(folder: Path, workers: int) -> Iterator[DaskCluster]:
    """A scheduler with workers, which end with the block."""
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        cluster = DaskCluster(folder, stack)
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
