"""100,000 tensors of each format beside its library: `python -m tests.benchmark.hundred_thousand`.

Whole processes, interleaved; the ratio is of the processor's time. Beside each stands what is aimed
at, and the bytes of memory for each tensor beyond the small model of the format.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rnninspect.record import Record

from .growth import attention
from .many_tensors import IN_A_SHARD, experts
from .measure import Summary, interleaved
from .models import (
    COUNTS,
    MAKERS,
    MOST,
    make_checkpoint,
    make_hdf5,
    make_onnx,
    make_torch,
)
from .onnx_models import make_constants, make_external
from .peers import BOTH, ONNX_CONSTANTS, ONNX_STRUCTURE, PEERS, Peer
from .shards import write_header, write_shards

ROUNDS, PATIENCE = 5, 60.0
MOST_BYTES = 400  # of memory for a tensor
SHARDS = 120
HEAD = (
    "| 100,000 | ours | library | ours ÷ library | wanted | peak | bytes each, ≤ 400 |\n"
    "|---|---:|---:|---:|---:|---:|---:|\n"
)


class Subject(Record):
    """Something to measure.

    Attributes:
        name: for the table.
        family: the format, by its name in MAKERS.
        peer: the library's command.
        bound: the largest ratio that is aimed at.
        make: writes the model of the given count of tensors or nodes.
        number: of tensors, or of nodes.
    """

    name: str
    family: str
    peer: Peer
    bound: float
    make: Callable[[Path, int], object]
    number: int = MOST


def _made(make: Callable[[Path, str], None]) -> Callable[[Path, int], object]:
    """A maker whose sizes have names, by counts."""
    names = {number: name for name, number in COUNTS.items()}
    return lambda path, count: make(path, names.get(count, "small"))


def _shards(path: Path, count: int) -> None:
    write_shards(path, experts(count), max(1, count // IN_A_SHARD))


def _nodes(path: Path, count: int) -> None:
    path.write_bytes(attention(count).SerializeToString())


SUBJECTS = (
    Subject("safetensors", "safetensors", PEERS["safetensors"][0], 1.5,
            lambda path, count: write_header(path, experts(count))),
    Subject("120 shards of 1,000", "sharded", PEERS["sharded"][0], 2, _shards,
            SHARDS * IN_A_SHARD),
    Subject("ONNX, tensors", "onnx", PEERS["onnx"][0], 2, _made(make_onnx)),
    Subject("ONNX, external data", "onnx", ONNX_STRUCTURE, 2, _made(make_external)),
    Subject("ONNX, Constant nodes", "onnx", ONNX_CONSTANTS, 2, _made(make_constants)),
    Subject("ONNX, nodes", "onnx", PEERS["onnx"][0], 2, _nodes),
    Subject("HDF5", "hdf5", PEERS["hdf5"][-1], 1 / 3, _made(make_hdf5)),
    Subject("PyTorch", "torch", PEERS["torch"][0], 1 / 10, _made(make_torch)),
    Subject("checkpoint", "checkpoint", PEERS["checkpoint"][0], 1 / 3, _made(make_checkpoint)),
)  # fmt: skip


def measured(subject: Subject, folder: Path, rounds: int) -> list[Summary]:
    """Ours, the library, and ours for the small model."""
    paths = []
    for count in (subject.number, 10):
        path = folder / f"{count}" / MAKERS[subject.family][0]
        path.parent.mkdir()
        subject.make(path, count)
        paths.append(str(path))
    large, small = paths
    ours, theirs = BOTH[0].command, subject.peer.command
    commands = [(*ours, large), (*theirs, large), (*ours, small)]
    return interleaved(commands, rounds, PATIENCE)


def line(subject: Subject, found: list[Summary]) -> str:
    """One row; what misses its goal is bold, and what failed has no ratio."""
    ours, theirs, small = found
    ratio, each = ours.busy / theirs.busy, (ours.peak - small.peak) / subject.number
    cells = (f"{ratio:.2f}", ratio <= subject.bound), (f"{each:,.0f}", each <= MOST_BYTES)
    failed = any(summary.code for summary in found)
    shown = ["–" if failed else text if met else f"**{text}**" for text, met in cells]
    times = (f"{ours.busy * 1e3:,.0f} ms", f"{theirs.busy * 1e3:,.0f} ms")
    name = f"{subject.name} (exit codes {ours.code}, {theirs.code})" if failed else subject.name
    more = (shown[0], f"≤ {subject.bound:.2g}", f"{ours.peak / 1e6:,.0f} MB", shown[1])
    return f"| {' | '.join((name, *times, *more))} |\n"


def lines(names: list[str], rounds: int) -> Iterator[str]:
    """The table, a row as soon as it is known."""
    yield HEAD
    for subject in SUBJECTS:
        if subject.name in names:
            with tempfile.TemporaryDirectory(prefix="rnninspect-benchmark-") as folder:
                yield line(subject, measured(subject, Path(folder), rounds))


def main() -> None:
    """Print the table."""
    every = [subject.name for subject in SUBJECTS]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark.hundred_thousand")
    parser.add_argument("--only", nargs="+", choices=every, default=every)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    for text in lines(options.only, options.rounds):
        sys.stdout.write(text)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
