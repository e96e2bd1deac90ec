"""The HDF5 reader against h5py, object by object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h5py
import pytest

from making.keras.hdf5_pair import by_h5py, by_us
from making.keras.hdf5_samples import VERSIONS, write_crowd, write_sample
from rnninspect.decode.hdf5 import Dataset, File
from rnninspect.source.limits import Limits
from rnninspect.source.source import open_source

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


def test_the_limits_leave_room_for_a_hundred_thousand_groups(tmp_path: Path) -> None:
    """A group for each dataset, a fiftieth of the file and of the limits."""
    path, share = tmp_path / "many.h5", 50
    with h5py.File(path, "w") as file:
        for number in range(100_000 // share):
            file.create_dataset(f"layers/{number}/kernel", data=[0.0])
    limits = Limits(steps=Limits().steps // share, members=Limits().members // share)
    with open_source(path, limits) as source:
        found = [each for _, each in File(source).walk() if isinstance(each, Dataset)]
    assert len(found) == 100_000 // share
