"""Measures models behind a network: `python -m tests.benchmark.remote [--formats …] [--rate …]`.

A server on this machine answers each request after a latency, over a link of a given rate that all
answers share; there are no TLS and no slow start. Whole processes take turns: ours for one model,
ours for eleven in one call, those of peers, and a download of all files that keeps no byte (once,
where it is long). Requests and bytes are what the server counted. Prints the measurements, and the
cost model that follows. 2 GB at 1 Gbit/s for each format take half an hour and 10 GB of disk.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..measure import MOST_SECONDS, Run, interleaved, run
from .calls import OURS, calls_of
from .costs import COST_HEAD, HEAD, Found, Measured, Network, arithmetic, cost_row, row
from .serving import Cost, Served, serving
from .stacks import REMOTE, STACKS

sys.path.insert(0, str(Path(__file__).parents[2]))  # for the tests' own modules
ROOT = Path(__file__).parents[3]
PATIENCE = 15.0  # seconds for all runs of one command: a download of 2 GB is counted once
AT_ONCE = 100  # models, of which the cost model tells


def main(arguments: Sequence[str] | None = None) -> None:
    """Make, measure, print: a row as soon as it is known, the cost model at the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark.remote", description=__doc__)
    parser.add_argument("--formats", nargs="+", choices=REMOTE, default=list(REMOTE))
    parser.add_argument("--size", choices=STACKS, default="2GB")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run")
    parser.add_argument("--latency", type=float, default=20, help="milliseconds before an answer")
    parser.add_argument("--rate", type=float, default=1_000, help="of the link, in Mbit/s")
    parser.add_argument("--make", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.make:
        family, size, path = options.make
        REMOTE[family][1](Path(path), size)
        return
    network = options.latency / 1e3, options.rate * 1e6 / 8
    _write([HEAD])
    found: dict[str, Found] = {}
    for family in options.formats:
        found[family] = measured(family, options.size, options.rounds, network)
        ours = found[family][OURS]
        _write(row(family, name, each, ours) for name, each in found[family].items())
    _write(["\n", COST_HEAD])
    _write(cost_row(family, each, network) for family, each in found.items())
    _write(["\n"])
    _write(arithmetic(*next(iter(found.items())), AT_ONCE))


def _write(lines: Sequence[str] | Iterator[str]) -> None:
    sys.stdout.writelines(lines)
    sys.stdout.flush()


def measured(family: str, size: str, rounds: int, network: Network) -> Found:
    """What each command took for one model, by its name."""
    with tempfile.TemporaryDirectory(prefix="rnninspect-remote-") as folder:
        path = Path(folder) / "served" / REMOTE[family][0]
        path.parent.mkdir()
        maker = [sys.executable, "-m", "tests.benchmark.remote", "--make", family, size, str(path)]
        subprocess.run(maker, check=True, cwd=ROOT, capture_output=True)
        with serving(path.parent, *network) as server, hub(server, Path(folder)):
            calls = calls_of(path, f"{server.url}/files", family)
            costs: dict[tuple[str, ...], Cost] = {}

            def counted(command: Sequence[str]) -> Run:
                server.spent()  # what came before is not of this command
                took = run(command, most=4 * MOST_SECONDS)
                costs[tuple(command)] = server.spent()
                return took

            found = interleaved([call.command for call in calls], rounds, PATIENCE, counted)
    return {
        call.name: Measured(took, costs[call.command])
        for call, took in zip(calls, found, strict=True)
    }


@contextmanager
def hub(server: Served, home: Path) -> Iterator[None]:
    """The server as the Hub of all processes, whatever the environment says of another one."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("HF_") or name.endswith("_proxy")]:
        del os.environ[name]
    ours: Mapping[str, str] = {
        "HF_ENDPOINT": server.url,
        "HF_HOME": str(home / "hub"),
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    os.environ.update(ours)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    main()
