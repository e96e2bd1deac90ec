"""Very many tensors of safetensors beside safe_open: `python -m tests.benchmark.many_tensors`.

Whole processes, interleaved. Most tensors are those of experts, two LSTMs are among them; the last
lines have them in shards. Prints the ratio by the processor's time, bytes of memory for each tensor
beyond those of the smallest file, and the exponents of the time from 1,000 tensors on.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from .measure import Summary, exponent, interleaved
from .peers import BOTH, PEERS
from .shards import Shapes, write_header, write_shards

COUNTS = (10, 1_000, 10_000, 50_000, 100_000, 199_000)
SHARDS = (1, 120)
IN_A_SHARD = 1_000
ROUNDS = 7
HEAD = "| tensors | ours | safe_open | ratio | peak | bytes a tensor |\n" + "|---:" * 6 + "|\n"


def experts(count: int) -> Shapes:
    """So many tensors: two LSTMs, and layers of 128 experts."""
    shapes: Shapes = {}
    for name in ("encoder", "decoder"):
        shapes |= {f"{name}.weight_ih_l0": (64, 16), f"{name}.weight_hh_l0": (64, 16)}
        shapes |= {f"{name}.bias_ih_l0": (64,), f"{name}.bias_hh_l0": (64,)}
    for at in range(count - len(shapes)):
        expert, part = divmod(at, 3)
        layer, expert = divmod(expert, 128)
        name = f"model.layers.{layer}.mlp.experts.{expert}.{('gate', 'up', 'down')[part]}_proj"
        shapes[f"{name}.weight"] = (64, 32) if part < 2 else (32, 64)
    return shapes


def measured(path: Path, family: str) -> list[Summary]:
    """Ours, and the library's."""
    peers = (BOTH[0], PEERS[family][0])
    return interleaved([(*peer.command, str(path)) for peer in peers], ROUNDS, patience=60)


def _line(name: str, count: int, found: list[Summary], floor: int) -> str:
    ours, theirs = found
    each = (ours.peak - floor) / count
    name += "" if ours.code == 0 else f" (exit code {ours.code})"
    cells = (name, f"{ours.busy * 1e3:,.0f} ms", f"{theirs.busy * 1e3:,.0f} ms")
    more = (f"{ours.busy / theirs.busy:.2f}", f"{ours.peak / 1e6:,.0f} MB", f"{each:,.0f}")
    return f"| {' | '.join((*cells, *more))} |\n"


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        _table(Path(folder), "safetensors", COUNTS)
        _table(Path(folder), "sharded", SHARDS)


def _table(folder: Path, family: str, counts: tuple[int, ...]) -> None:
    sys.stdout.write(HEAD)
    busy: list[tuple[int, float]] = []
    floor, least = 0, 0.0
    for count in counts:
        path, tensors, name = folder / f"{count}.safetensors", count, f"{count:,}"
        if family == "sharded":
            tensors, name = count * IN_A_SHARD, f"{count} × {IN_A_SHARD:,}"
            path = folder / f"{count}" / "model.safetensors.index.json"
            path.parent.mkdir()
            write_shards(path, experts(tensors), count)
        else:
            write_header(path, experts(count))
        found = measured(path, family)
        floor, least = floor or found[0].peak, least or found[0].busy
        sys.stdout.write(_line(name, tensors, found, floor))
        busy.append((tensors, found[0].busy - least))
    growing = [(count, seconds) for count, seconds in busy if seconds > 0]
    if len(growing) > 1:
        sys.stdout.write(f"\nexponent {exponent(growing):.2f}\n")
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
