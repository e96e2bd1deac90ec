"""A model in many parts is read within one budget, and each of its files once."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from torch_pickles import lstm, saved

from bundles import field, shape_of, table
from rnninspect import stores
from rnninspect.inspection import inspect_file

SHARDS = 40


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of all reads from files."""
    lengths: list[int] = []
    read_at = stores.File.read_at

    def counted(self: stores.File, offset: int, length: int) -> bytes:
        lengths.append(length)
        return read_at(self, offset, length)

    monkeypatch.setattr(stores.File, "read_at", counted)
    return lengths


def linked(path: Path, number: int, pattern: str) -> list[str]:
    """Names of hard links to a file, beside it."""
    names = [pattern.format(at) for at in range(number)]
    for name in names:
        if name != path.name:
            path.with_name(name).hardlink_to(path)
    return names


def torch_index(folder: Path, names: list[str]) -> Path:
    """An index that leads each tensor of an LSTM, and as many others, to one of the files."""
    keys = [*lstm(3, 4), *(f"other{at}" for at in range(len(names)))]
    places = {key: names[at % len(names)] for at, key in enumerate(keys)}
    index = folder / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": places}))
    return index


@pytest.mark.parametrize("how", ["spellings", "links"])
def test_a_shard_of_torch_by_many_names_is_read_once(
    tmp_path: Path, how: str, read: list[int]
) -> None:
    shard = tmp_path / "shard.bin"
    shard.write_bytes(saved({**lstm(3, 4), **{f"other{at}": (1,) for at in range(200)}}))
    once = inspect_file(torch_index(tmp_path, [shard.name]))
    cost = sum(read)
    spellings = ["./" * at + shard.name for at in range(SHARDS)]
    names = spellings if how == "spellings" else linked(shard, SHARDS, "link{}.bin")
    report = inspect_file(torch_index(tmp_path, names))
    assert report.totals == once.totals
    assert report.findings == once.findings
    assert report.file_bytes - once.file_bytes < 10_000  # the longer index
    assert sum(read) - cost < 2 * cost


def test_a_shard_of_keras_by_many_names_is_read_once(tmp_path: Path, read: list[int]) -> None:
    first = tmp_path / "first.weights.h5"
    with h5py.File(first, "w") as file:
        for number, shape in enumerate(((3, 16), (4, 16), (16,))):
            file[f"layers/lstm/cell/vars/{number}"] = np.zeros(shape, "f4")
    index = tmp_path / "model.weights.json"
    group = "/layers/lstm/cell/vars"
    index.write_text(json.dumps({"metadata": {}, "weight_map": {group: [first.name]}}))
    once = inspect_file(index)
    cost = sum(read)
    names = linked(first, SHARDS, "link{}.weights.h5")
    index.write_text(json.dumps({"metadata": {}, "weight_map": {group: names}}))
    report = inspect_file(index)
    assert report.totals == once.totals
    assert report.findings == once.findings
    assert sum(read) - cost < 2 * cost


def test_a_shard_of_an_old_checkpoint_by_many_names_is_read_once(
    tmp_path: Path, read: list[int]
) -> None:
    names = [f"kernel{number}" for number in range(5_000)]
    saved_shapes = [field(1, name) + field(2, shape_of((1,))) + field(3, 1) for name in names]
    first = field(1, b"".join(field(1, meta) for meta in saved_shapes))
    path = tmp_path / f"ck-00000-of-{SHARDS:05}"
    path.write_bytes(table([(b"", first)]))
    linked(path, SHARDS, f"ck-{{:05}}-of-{SHARDS:05}")
    assert inspect_file(path).totals.tensors == len(names)
    assert sum(read) < 5 * path.stat().st_size
