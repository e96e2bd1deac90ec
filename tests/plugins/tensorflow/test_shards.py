"""Shards and slices of checkpoints of both formats, complete and incomplete."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.tensorflow.bundles import (
    entry,
    field,
    header,
    shape_of,
    table,
    write_by_name,
)
from making.tensorflow.checkpoints import BIAS, DATA, KERNEL, LSTM, errors, state, stored
from rnninspect import inspect_file


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return write_by_name(tmp_path / "model.ckpt", LSTM)


def test_a_missing_shard_is_an_error_and_the_shapes_are_still_read(index: Path) -> None:
    index.with_name(DATA).unlink()
    report = inspect_file(index)
    assert errors(report) == {("R204", None)}
    assert stored(report) == [("LSTM", 1600, 1600)]


def test_a_short_shard_is_an_error_of_each_tensor_that_it_cuts(index: Path) -> None:
    data = index.with_name(DATA)
    data.write_bytes(data.read_bytes()[:-4])
    assert errors(inspect_file(index)) == {("R201", KERNEL)}
    data.write_bytes(b"")
    assert errors(inspect_file(index)) == {("R201", KERNEL), ("R201", BIAS)}


def test_each_of_two_shards_is_compared_with_its_own_entries(tmp_path: Path) -> None:
    entries = [
        (b"", header(2)),
        (BIAS.encode(), entry((64,), 0, 256, shard=1)),
        (KERNEL.encode(), entry((24, 64), 0, 6144)),
    ]
    (tmp_path / "m.index").write_bytes(table(entries))
    (tmp_path / "m.data-00000-of-00002").write_bytes(bytes(6144))
    report = inspect_file(tmp_path / "m")
    missing = {f.layer: f.message for f in report.findings if f.rule == "R204"}
    assert missing == {
        None: "m.data-00001-of-00002",
        "rnn": "its weights are in m.data-00001-of-00002, which is missing",
    }
    (tmp_path / "m.data-00001-of-00002").write_bytes(bytes(255))
    assert errors(inspect_file(tmp_path / "m")) == {("R201", BIAS)}


def sliced(sizes: tuple[int, ...]) -> list[tuple[bytes, bytes]]:
    """A kernel of 24 rows in slices of these sizes in bytes."""
    name, found, at = KERNEL.encode().replace(b"\0", b"\0\xff"), [(b"", header())], 0
    for number, size in enumerate(sizes):
        key = b"\0" + name + b"\0\1" + bytes((1, 2, number))
        found.append((key, entry((size // 256, 64), at, size)))
        at += size
    whole = entry((24, 64), 0, 0) + field(7, field(1, b""))
    return [*found, (KERNEL.encode(), whole)]


def test_a_partitioned_variable_is_one_tensor_of_several_slices(tmp_path: Path) -> None:
    (tmp_path / "model.ckpt.index").write_bytes(table(sliced((2048, 4096))))
    (tmp_path / DATA).write_bytes(bytes(6144))
    report = inspect_file(tmp_path / "model.ckpt")
    assert report.totals.parameters == 24 * 64
    assert report.totals.bytes == 6144
    assert "R201" not in {rule for rule, _ in errors(report)}
    (tmp_path / DATA).write_bytes(bytes(6143))
    assert ("R201", KERNEL) in errors(inspect_file(tmp_path / "model.ckpt"))


def test_a_slice_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "model.ckpt.index").write_bytes(table(sliced((2048,))))
    (tmp_path / DATA).write_bytes(bytes(6144))
    assert ("R201", KERNEL) in errors(inspect_file(tmp_path / "model.ckpt"))


def old(shapes: dict[str, tuple[int, ...]]) -> bytes:
    """A V1 checkpoint: all names in the first entry, then the tensors."""
    metas = (
        field(1, field(1, name) + field(2, shape_of(shape)) + field(3, 1))
        for name, shape in shapes.items()
    )
    first = field(1, b"".join(metas))
    return table([(b"", first), *((f"\0{name}".encode(), bytes(64)) for name in shapes)])


def test_a_v1_checkpoint_is_read_by_its_first_entry(tmp_path: Path) -> None:
    (tmp_path / "model.ckpt").write_bytes(old(LSTM))
    state(tmp_path, 'model_checkpoint_path: "model.ckpt"')
    for path in (tmp_path, tmp_path / "model.ckpt"):
        assert stored(inspect_file(path)) == [("LSTM", 1600, 1600)]


def test_v1_shards_are_read_together(tmp_path: Path) -> None:
    first, second = (tmp_path / f"model.ckpt-0000{number}-of-00002" for number in range(2))
    first.write_bytes(old({KERNEL: (24, 64)}))
    assert ("R204", None) in errors(inspect_file(first))
    second.write_bytes(old({BIAS: (64,)}))
    for path in (first, second):
        assert stored(inspect_file(path)) == [("LSTM", 1600, 1600)]


def test_a_number_of_shards_costs_nothing_until_entries_refer_to_them(tmp_path: Path) -> None:
    (tmp_path / "m.index").write_bytes(table([(b"", header(2**31)), (b"a", entry((2,), 0, 8))]))
    report = inspect_file(tmp_path / "m")
    (missing,) = [finding.message for finding in report.findings if finding.rule == "R204"]
    assert missing == f"m.data-00000-of-{2**31:05}"
