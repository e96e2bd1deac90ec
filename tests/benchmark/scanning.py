"""Measures scans as they grow: `python -m tests.benchmark.scanning [--files …] [--rounds …]`.

One process, two processes and Dask with two workers scan the same copies of the sample models into
a Parquet file, in turn within each round. Prints a table in Markdown: files a second by the wall,
processor seconds for 1,000 files with all children, peaks of memory, and rows lost or twice. Below
it are the exponents of growth, and how busy the machine was.

`docs/scanning.md` has such a table; `python -m tests.benchmark.scanning_figure` draws it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

from rnninspect.record import Record
from rnninspect.results.files import read_results

from .family import Family
from .measure import exponent, run

SAMPLES = Path(__file__).parents[2] / "sample_models"
SUFFIXES = (".onnx", ".pt", ".safetensors", ".keras", ".tflite")
ENGINES = {
    "1 process": ("--jobs", "1"),
    "2 processes": ("--jobs", "2"),
    "Dask, 2 workers": ("--jobs", "2", "--engine", "dask"),
}
SIZES = (1_000, 10_000, 100_000)
IN_A_FOLDER = 1_000
MOST_SECONDS = 7_200.0
CALL, FIRST_WORKER = 2, 3  # generations, from this process: the first one starts and measures
HEADS = (
    "files",
    "engine",
    "files a second",
    "processor, s for 1,000",
    "peak of the call",
    "of a worker",
    "rows lost",
    "twice",
)
HEAD = f"| {' | '.join(HEADS)} |\n|---:|---|---:|---:|---:|---:|---:|---:|\n"


class Scan(Record):
    """One scan: seconds by the wall and of all processes, peaks in bytes, rows amiss."""

    seconds: float
    busy: float
    call: int
    worker: int
    lost: int
    twice: int


class Engine(Record):
    """The scans of one engine over some files, in rounds."""

    name: str
    files: int
    scans: list[Scan]

    def median(self, field: str) -> float:
        """The median of a field over the rounds."""
        return float(statistics.median(getattr(each, field) for each in self.scans))

    def worst(self, field: str) -> int:
        """The largest of a field over the rounds."""
        return int(max(getattr(each, field) for each in self.scans))


def main(arguments: Sequence[str] | None = None) -> None:
    """Make, measure, print: the rows of a number of files as soon as they are known."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark.scanning", description=__doc__)
    parser.add_argument("--files", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--rounds", nargs="+", type=int, default=[3], help="for each of these")
    options = parser.parse_args(arguments)
    rounds = dict(zip(options.files, cycle(options.rounds), strict=False))
    engines: list[Engine] = []
    loads: list[float] = []
    sys.stdout.write(HEAD)
    for files in sorted(options.files):
        with tempfile.TemporaryDirectory(prefix="rnninspect-scanning-") as folder:
            make(Path(folder) / "models", files)
            found = measured(Path(folder), files, rounds[files], loads)
        sys.stdout.writelines(map(row, found))
        sys.stdout.flush()
        engines += found
    sys.stdout.writelines(growth(engines))
    sys.stdout.write(
        f"\n{os.cpu_count()} cores; load average of the last minute, at the end of each scan: "
        f"{min(loads):.1f} to {max(loads):.1f}\n"
    )


def make(folder: Path, files: int) -> None:
    """Copies of the samples, a thousand in a folder."""
    samples = sorted(
        path
        for path in SAMPLES.rglob("*")
        if path.suffix in SUFFIXES and path.is_file() and "broken" not in path.parts
    )
    for at in range(files):
        sample, place = samples[at % len(samples)], folder / f"{at // IN_A_FOLDER:05}"
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sample, place / f"{at:07}{sample.suffix}")


def measured(folder: Path, files: int, rounds: int, loads: list[float]) -> list[Engine]:
    """The scans of all engines in turn, round by round; the load after each goes into a list."""
    found = [Engine(name, files, []) for name in ENGINES]
    for _ in range(rounds):
        for engine in found:
            engine.scans.append(scan(folder, files, ENGINES[engine.name]))
            loads.append(os.getloadavg()[0])
            sys.stderr.write(f"{files:,} {engine.name}: {engine.scans[-1]}\n")
    return found


def scan(folder: Path, files: int, engine: Sequence[str]) -> Scan:
    """One scan in a process of its own."""
    output = folder / "results.parquet"
    output.unlink(missing_ok=True)
    call = [sys.executable, "-m", "rnninspect", "scan", str(folder / "models"), "-o", str(output)]
    with Family() as family:
        took = run([*call, *engine], most=MOST_SECONDS)
    counted = Counter(each.path for each in read_results(output))
    return Scan(
        seconds=took.seconds,
        busy=family.busy_from_generation(CALL),
        call=family.from_generation(CALL, CALL),
        worker=family.from_generation(FIRST_WORKER),
        lost=files - len(counted),
        twice=counted.total() - len(counted),
    )


def row(engine: Engine) -> str:
    """A line of the table: medians over the rounds, the worst of peaks and of what is amiss."""
    worker = engine.worst("worker")
    cells = (
        f"{engine.files:,}",
        engine.name,
        f"{engine.files / engine.median('seconds'):,.0f}",
        f"{1_000 * engine.median('busy') / engine.files:,.1f}",
        f"{engine.worst('call') / 1e6:,.0f} MB",
        f"{worker / 1e6:,.0f} MB" if worker else "",
        f"{engine.worst('lost')}",
        f"{engine.worst('twice')}",
    )
    return f"| {' | '.join(cells)} |\n"


def growth(engines: Sequence[Engine]) -> Iterator[str]:
    """A line for each engine that was measured at several sizes: the exponents."""
    for name in ENGINES:
        own = [engine for engine in engines if engine.name == name]
        if len(own) > 1:
            wall = exponent([(engine.files, engine.median("seconds")) for engine in own])
            busy = exponent([(engine.files, engine.median("busy")) for engine in own])
            yield f"\n{name}: exponent {wall:.2f} by the wall, {busy:.2f} of the processor\n"


if __name__ == "__main__":
    main()
