"""Starts one process and reports its time and memory: `python -I -S launch.py SECONDS COMMAND...`.

A process of its own with next to no memory: what a child is said to have held at its peak begins
with what its parent held. Prints seconds by the wall, seconds of the processor, peak bytes, bytes
read and exit code; a process that takes longer than SECONDS is ended.
"""

from __future__ import annotations

import os
import sys
import time

INTERVAL = 0.0005


def main() -> None:
    """Run the command without streams, and print the five numbers."""
    most, command = float(sys.argv[1]), sys.argv[2:]
    silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in (0, 1, 2)]
    started = time.monotonic()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=silent)
    while not os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT | os.WNOHANG):
        if time.monotonic() - started > most:
            os.kill(child, 9)
        time.sleep(INTERVAL)
    seconds = time.monotonic() - started
    read = _read_by(child)  # it has ended, but is still known
    _, status, usage = os.wait4(child, 0)
    busy, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024
    sys.stdout.write(f"{seconds} {busy} {peak} {read} {os.waitstatus_to_exitcode(status)}\n")


def _read_by(process: int) -> int:
    try:
        with open(f"/proc/{process}/io", encoding="ascii") as file:  # noqa: PTH123 - pathlib is large
            return int(dict(line.split(": ") for line in file)["rchar"])
    except OSError:  # another system than Linux
        return 0


if __name__ == "__main__":
    main()
