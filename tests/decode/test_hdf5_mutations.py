"""The HDF5 reader on mutated files: it reads what h5py reads, or refuses the file."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from making.keras.hdf5_pair import by_h5py, by_us
from making.keras.hdf5_samples import write_crowd, write_sample
from rnninspect.errors import UnreadableFile

if TYPE_CHECKING:
    from pathlib import Path

MUTATIONS = 700
# h5py looks at more than is needed to list a file (B-tree keys, fill values, flags of messages):
# so many in a hundred of the changed files may be read by us alone.
READ_BY_US_ALONE = 12


def mutated(data: bytes, draw: random.Random) -> bytes:
    """The bytes with one to four of them changed."""
    changed = bytearray(data)
    for _ in range(draw.randrange(1, 5)):
        at = draw.randrange(len(changed))
        flipped = changed[at] ^ 1 << draw.randrange(8)
        changed[at] = draw.choice((0, 1, 255, draw.randrange(256), flipped))
    return bytes(changed)


@pytest.mark.parametrize(
    ("version", "seed"),
    [("earliest", 1), ("earliest", 2), ("earliest", 11), ("v110", 4), ("latest", 3)],
)
def test_changed_bytes(tmp_path: Path, version: str, seed: int) -> None:
    path = tmp_path / "file.h5"
    write_sample(path, seed, version)
    outcomes = run(path, random.Random(seed))  # noqa: S311 - reproducible, and nothing secret
    assert outcomes["alike"] > 0
    assert outcomes["refused"] > 0
    assert outcomes["alone"] * 100 <= READ_BY_US_ALONE * MUTATIONS


@pytest.mark.parametrize("version", ["earliest", "latest"])
def test_changed_bytes_of_crowded_groups(tmp_path: Path, version: str) -> None:
    path = tmp_path / "file.h5"
    write_crowd(path, 30, version)
    outcomes = run(path, random.Random(7))  # noqa: S311 - reproducible, and nothing secret
    assert outcomes["alike"] > 0
    assert outcomes["alone"] * 100 <= READ_BY_US_ALONE * MUTATIONS


def run(path: Path, draw: random.Random) -> Counter[str]:
    """Change the file again and again; h5py is asked only about what we read.

    libhdf5 loops without end over some broken global heaps, which our reader refuses.
    """
    data = path.read_bytes()
    outcomes: Counter[str] = Counter()
    for number in range(MUTATIONS):
        path.write_bytes(mutated(data, draw))
        try:
            ours = by_us(path)
        except UnreadableFile:
            outcomes["refused"] += 1
            continue
        try:
            theirs = by_h5py(path)
        except (OSError, RuntimeError, KeyError, ValueError, TypeError):
            outcomes["alone"] += 1
            continue
        assert ours == theirs, number
        outcomes["alike"] += 1
    return outcomes


@pytest.mark.parametrize("version", ["earliest", "v110", "latest"])
def test_cut_anywhere(tmp_path: Path, version: str) -> None:
    path = tmp_path / "file.h5"
    write_sample(path, 5, version)
    data = path.read_bytes()
    for length in range(0, len(data), max(1, len(data) // 400)):
        path.write_bytes(data[:length])
        with pytest.raises(UnreadableFile):
            by_us(path)
