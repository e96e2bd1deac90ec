"""Measures ours beside each installed peer: `python -m tests.benchmark [--formats …] [--sizes …]`.

Makes its models in a temporary folder, one at a time, and prints a table in Markdown. Times are by
the wall over whole processes, medians with the fastest and the slowest; a ratio is to our table,
and of the processor's time, which says the same on a machine that does something else as well.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from .measure import Summary, interleaved
from .models import MAKERS, NOT_MADE, SIZES
from .peers import Peer, command_of, peers_of

HEAD = (
    "| format | size | command | median | fastest – slowest | × ours | processor | peak | read |\n"
    "|---|---|---|---:|---:|---:|---:|---:|---:|\n"
)
ROOT = Path(__file__).parents[2]


def main(arguments: Sequence[str] | None = None) -> None:
    """Make, measure, print: a row as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--formats", nargs="+", choices=MAKERS, default=list(MAKERS))
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=7, help="how often each is run")
    parser.add_argument("--make", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.make:
        family, size, path = options.make
        MAKERS[family][1](Path(path), size)
        return
    sys.stdout.write(HEAD)
    for family in options.formats:
        for size in options.sizes:
            if (family, size) not in NOT_MADE:
                sys.stdout.writelines(measured(family, size, options.rounds))
                sys.stdout.flush()


def measured(family: str, size: str, rounds: int) -> Iterator[str]:
    """The rows of one model."""
    peers = peers_of(family, size)
    with tempfile.TemporaryDirectory(prefix="rnninspect-benchmark-") as folder:
        path = Path(folder) / MAKERS[family][0]
        maker = [sys.executable, "-m", "tests.benchmark", "--make", family, size, str(path)]
        subprocess.run(maker, check=True, cwd=ROOT, capture_output=True)
        found = interleaved([command_of(peer, str(path)) for peer in peers], rounds)
    for peer, summary in zip(peers, found, strict=True):
        yield row(family, size, peer, summary, found[0])


def row(family: str, size: str, peer: Peer, found: Summary, ours: Summary) -> str:
    """One line of the table; a command that failed is marked."""
    failed = "" if found.code == 0 else f" (exit code {found.code})"
    spread = f"{found.fastest * 1e3:,.0f} – {found.slowest * 1e3:,.0f}"
    ratio = f"{found.busy / ours.busy:.1f}"
    cells = (
        *(family, size, f"{peer.name}{failed}", f"{found.seconds * 1e3:,.0f} ms", spread, ratio),
        f"{found.busy * 1e3:,.0f} ms",
        f"{found.peak / 1e6:,.0f} MB",
        f"{found.read / 1e6:,.1f} MB",
    )
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    main()
