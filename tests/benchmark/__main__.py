"""Measures ours beside each installed peer: `python -m tests.benchmark [--formats …] [--sizes …]`.

Makes its models in a temporary folder, one at a time, and prints a table in Markdown. Times are by
the wall over whole processes, medians with the fastest and the slowest; a ratio is to our table,
and of the processor's time, which says the same on a machine that does something else as well. A
second table holds what was measured against what is aimed at. Of netron, whose parsers are run
under node, the folder of modules can be named by the variable NETRON. The whole takes some twenty
minutes, 8 GB of memory and 5 GB of disk; a command that takes too long for all rounds is run less
often, as the column "runs" says.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from .goals import FEW, MANY, files, goals
from .measure import PATIENCE, Summary, interleaved
from .models import MAKERS, SIZES, sizes_of
from .peers import BOTH, OURS_SMALL, peers_of
from .shards import SEVEN

sys.path.insert(0, str(Path(__file__).parents[1]))  # for the tests' own modules

HEAD = (
    "| format | size | command | runs | median | fastest – slowest | × ours | processor | peak | "
    "read |\n|---|---|---|---:|---:|---:|---:|---:|---:|---:|\n"
)
ROOT = Path(__file__).parents[2]
LARGEST, COPIES = "2GB", "many"  # the last: many copies of the small model in one call
Measured = tuple[str, str, Summary]  # size, command


def main(arguments: Sequence[str] | None = None) -> None:
    """Make, measure, print: a row as soon as it is known, the goals at the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    sizes = [*SIZES, SEVEN, COPIES]
    parser.add_argument("--formats", nargs="+", choices=MAKERS, default=list(MAKERS))
    parser.add_argument("--sizes", nargs="+", choices=sizes, default=sizes)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is run")
    patience = "seconds for all runs of one command, which a slow one shares out among fewer"
    parser.add_argument("--patience", type=float, default=PATIENCE, help=patience)
    parser.add_argument("--make", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.make:
        family, size, path = options.make
        MAKERS[family][1](Path(path), size)
        return
    _write([HEAD])
    found: dict[tuple[str, str, str], Summary] = {}
    for family in options.formats:
        for size in _of(family, options.sizes):
            for at, command, summary in measured(family, size, options.rounds, options.patience):
                ours = found.setdefault((family, at, BOTH[0].name), summary)
                found[family, at, command] = summary
                _write([row(family, at, command, summary, ours)])
    _write(goals(found, options.formats))


def _of(family: str, sizes: Sequence[str]) -> list[str]:
    own = sizes_of(family)
    return [size for size in sizes if size in own or (size == COPIES and "small" in own)]


def _write(lines: Sequence[str] | Iterator[str]) -> None:
    sys.stdout.writelines(lines)
    sys.stdout.flush()


def measured(family: str, size: str, rounds: int, patience: float) -> Iterator[Measured]:
    """What each command took for one model; ours is the first of each size."""
    with tempfile.TemporaryDirectory(prefix="rnninspect-benchmark-") as folder:
        first = Path(folder) / "0" / MAKERS[family][0]
        _make(family, "small" if size == COPIES else size, first)
        if size == COPIES:
            paths = [str(path) for path in copies(first, MANY)]
            calls = [
                (files(count), peer.name, (*peer.command, *paths[:count]))
                for count in (FEW, MANY)
                for peer in BOTH
            ]
        else:
            calls = [
                (size, peer.name, (*peer.command, str(first))) for peer in peers_of(family, size)
            ]
        if size == LARGEST:
            small = Path(folder) / "small" / first.name
            _make(family, "small", small)
            calls.append((size, OURS_SMALL, (*BOTH[0].command, str(small))))
        found = interleaved([command for _, _, command in calls], rounds, patience)
    for (at, name, _), summary in zip(calls, found, strict=True):
        yield at, name, summary


def _make(family: str, size: str, path: Path) -> None:
    path.parent.mkdir()
    maker = [sys.executable, "-m", "tests.benchmark", "--make", family, size, str(path)]
    subprocess.run(maker, check=True, cwd=ROOT, capture_output=True)


def copies(first: Path, count: int) -> Iterator[Path]:
    """A model with its companion files, copied to the given number of folders."""
    yield first
    for at in range(1, count):
        folder = first.parent.with_name(str(at))
        shutil.copytree(first.parent, folder)
        yield folder / first.name


def row(family: str, size: str, command: str, found: Summary, ours: Summary) -> str:
    """One line of the table; a command that failed is marked."""
    failed = "" if found.code == 0 else f" (exit code {found.code})"
    spread = f"{found.fastest * 1e3:,.0f} – {found.slowest * 1e3:,.0f}"
    cells = (
        *(family, size, f"{command}{failed}", f"{found.runs}"),
        *(f"{found.seconds * 1e3:,.0f} ms", spread, f"{found.busy / ours.busy:.1f}"),
        f"{found.busy * 1e3:,.0f} ms",
        f"{found.peak / 1e6:,.0f} MB",
        f"{found.read / 1e6:,.1f} MB",
    )
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    main()
