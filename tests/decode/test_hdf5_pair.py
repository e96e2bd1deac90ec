"""The HDF5 reader against h5py, object by object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from making.keras.hdf5_pair import by_h5py, by_us
from making.keras.hdf5_samples import VERSIONS, write_crowd, write_sample

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = range(40)


@pytest.mark.parametrize("version", VERSIONS)
def test_drawn_files(tmp_path: Path, version: str) -> None:
    objects = 0
    for seed in SEEDS:
        path = tmp_path / f"{seed}.h5"
        write_sample(path, seed, version)
        ours, theirs = by_us(path), by_h5py(path)
        assert ours == theirs, seed
        objects += len(ours)
    assert objects > 10 * len(SEEDS)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("number", [7, 9, 100, 1500])
def test_crowded_groups(tmp_path: Path, version: str, number: int) -> None:
    path = tmp_path / "crowd.h5"
    write_crowd(path, number, version)
    ours = by_us(path)
    assert ours == by_h5py(path)
    assert len(ours) == number + 2
