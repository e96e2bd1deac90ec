"""A model in many parts is read within one budget, and each of its files once."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pytest

from making.tensorflow.bundles import field, shape_of, table, write_by_name
from making.torch.pickles import archive, lstm, saved
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.inspection import inspect_file
from rnninspect.source import stores
from rnninspect.source.limits import Limits

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


def test_the_pickles_of_all_shards_share_one_limit(tmp_path: Path) -> None:
    names = [f"shard{at}.bin" for at in range(4)]
    for at, name in enumerate(names):
        shapes = {f"block{at}.{number}.weight": (1,) for number in range(1_000)}
        (tmp_path / name).write_bytes(saved({**lstm(3, 4, f"rnn{at}"), **shapes}))
    index = torch_index(tmp_path, names)
    assert inspect_file(index).totals.tensors == 4 * 1_004
    one = Limits(opcodes=60_000)
    assert inspect_file(tmp_path / names[0], one).totals.tensors == 1_004
    with pytest.raises(RefusedFile, match="opcodes=60000; --limit opcodes=N"):
        inspect_file(index, one)


def test_the_members_of_an_archive_share_what_they_may_grow_to(tmp_path: Path) -> None:
    path = tmp_path / "script.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a/data.pkl", b"\x80\x02}.".ljust(40_000, b"\0"))
        file.writestr("a/constants.pkl", b"\x80\x02).".ljust(40_000, b"\0"))
    inspect = partial(inspect_file, path)
    with pytest.raises(UnreadableFile, match="no tensors"):
        inspect(Limits(expansion=80_000))
    with pytest.raises(RefusedFile, match="expansion=79999; --limit expansion=N"):
        inspect(Limits(expansion=79_999))


def many_fields(path: Path) -> None:
    path.write_bytes(b"\x08\x08" + field(7, field(1, b"")) + field(3_000, 0) * 20_000)


def many_attributes(path: Path) -> None:
    again = field(5, field(1, "hidden_size") + field(3, 2**40))
    path.write_bytes(b"\x08\x08" + field(7, field(1, field(4, "LSTM") + again * 5_000)))


def many_keys(path: Path) -> None:
    spec = {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}
    text = json.dumps({f"k{at}": spec for at in range(3_000)}).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(4))


def many_opcodes(path: Path) -> None:
    path.write_bytes(archive(b"\x80\x02" + b"N0" * 30_000 + b"}."))


def many_groups(path: Path) -> None:
    with h5py.File(path, "w") as file:
        for at in range(3_000):
            file.create_group(f"g{at}")


def many_entries(path: Path) -> None:
    write_by_name(path.with_name("ck"), {f"v{at}": (1,) for at in range(3_000)}).rename(path)


@pytest.mark.parametrize(
    ("make", "label"),
    [
        (many_fields, "model.onnx"),
        (many_attributes, "model.onnx"),
        (many_keys, "model.safetensors"),
        (many_opcodes, "model.pt"),
        (many_groups, "model.h5"),
        (many_entries, "ck.index"),
    ],
)
def test_work_of_every_kind_is_counted_in_steps(
    tmp_path: Path, make: Callable[[Path], None], label: str
) -> None:
    path = tmp_path / label
    make(path)
    with pytest.raises(RefusedFile, match="the model exceeds the limit steps=10000; --limit steps"):
        inspect_file(path, Limits(steps=10_000))
    reason = ""
    try:
        inspect_file(path, Limits(steps=100_000))
    except UnreadableFile as error:
        reason = str(error)
    assert "steps" not in reason
