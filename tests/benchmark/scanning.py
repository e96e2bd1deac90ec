"""Measures scans as they grow: `python -m tests.benchmark.scanning [--files …] [--rounds …]`.

One process, two processes and Dask with two workers scan the same copies of the sample models into
a Parquet file, in turn within each round. Prints a table in Markdown: files a second by the wall,
processor seconds for 1,000 files with all children, the largest process, and rows lost or twice.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rnninspect.record import Record
from rnninspect.results.files import read_results

from .measure import run

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
HEAD = (
    "| files | engine | files a second | processor, s for 1,000 | peak of a process | rows lost | "
    "twice |\n|---:|---|---:|---:|---:|---:|---:|\n"
)


class Scan(Record):
    """One scan: seconds by the wall and of all processes, bytes at most of one, rows amiss."""

    seconds: float
    busy: float
    peak: int
    lost: int
    twice: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Make, measure, print: a row as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark.scanning", description=__doc__)
    parser.add_argument("--files", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    sys.stdout.write(HEAD)
    for files in sorted(options.files):
        with tempfile.TemporaryDirectory(prefix="rnninspect-scanning-") as folder:
            make(Path(folder) / "models", files)
            sys.stdout.writelines(rows(Path(folder), files, options.rounds))
        sys.stdout.flush()


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


def rows(folder: Path, files: int, rounds: int) -> Iterator[str]:
    """A line for each engine: medians over the rounds, the worst of what is amiss."""
    runs: dict[str, list[Scan]] = {name: [] for name in ENGINES}
    for _ in range(rounds):
        for name, engine in ENGINES.items():
            runs[name].append(measured(folder, files, engine))
    for name, found in runs.items():
        cells = (
            f"{files:,}",
            name,
            f"{files / statistics.median(each.seconds for each in found):,.0f}",
            f"{1_000 * statistics.median(each.busy for each in found) / files:,.1f}",
            f"{max(each.peak for each in found) / 1e6:,.0f} MB",
            f"{max(each.lost for each in found)}",
            f"{max(each.twice for each in found)}",
        )
        yield f"| {' | '.join(cells)} |\n"


def measured(folder: Path, files: int, engine: Sequence[str]) -> Scan:
    """One scan in a process of its own."""
    output = folder / "results.parquet"
    output.unlink(missing_ok=True)
    scan = [sys.executable, "-m", "rnninspect", "scan", str(folder / "models"), "-o", str(output)]
    took = run([*scan, *engine], most=MOST_SECONDS)
    counted = Counter(each.path for each in read_results(output))
    twice = sum(number - 1 for number in counted.values())
    return Scan(took.seconds, took.busy, took.peak, files - len(counted), twice)


if __name__ == "__main__":
    main()
