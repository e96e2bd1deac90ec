"""Checkpoints of TensorFlow in each form in which one may be given, whole and broken."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from making.tensorflow.bundles import (
    entry,
    field,
    header,
    table,
    varint,
    write_by_name,
)
from making.tensorflow.checkpoints import DATA, KERNEL, LSTM, errors, state, stored
from rnninspect import inspect_file
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return write_by_name(tmp_path / "model.ckpt", LSTM)


@pytest.mark.parametrize("given", ["model.ckpt", "model.ckpt.index", "."])
def test_a_checkpoint_is_found_by_prefix_index_or_folder(index: Path, given: str) -> None:
    report = inspect_file(index.parent / given)
    assert report.format == "tf checkpoint"
    assert stored(report) == [("LSTM", 1600, 1600)]
    assert errors(report) == set()
    assert report.file_bytes == index.stat().st_size + 4 * 1600


def test_a_missing_file_that_is_not_a_prefix_stays_missing(index: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        inspect_file(index.parent / "model")


@pytest.mark.parametrize("name", ["model.ckpt", "/home/somebody/model.ckpt", "./model.ckpt"])
def test_the_state_file_names_the_newest(index: Path, name: str) -> None:
    write_by_name(index.with_name("other.ckpt"), {"dense/kernel": (2, 2)})
    state(index.parent, f'model_checkpoint_path: "{name}"\nall_model_checkpoint_paths: "other"\n')
    assert stored(inspect_file(index.parent)) == [("LSTM", 1600, 1600)]


@pytest.mark.parametrize("text", ["", "model_checkpoint_path: '../out/model.ckpt'", "no", "\0\xff"])
def test_a_state_file_that_leads_nowhere_or_outside_is_refused(index: Path, text: str) -> None:
    write_by_name(index.parent.parent / "out" / "model.ckpt", LSTM)
    state(index.parent, text)
    with pytest.raises(UnreadableFile):
        inspect_file(index.parent)


def test_several_checkpoints_without_a_state_file_are_refused(index: Path) -> None:
    write_by_name(index.with_name("other.ckpt"), LSTM)
    with pytest.raises(UnreadableFile, match="several"):
        inspect_file(index.parent)


@pytest.mark.parametrize("size", [6140, 6148])
def test_an_entry_of_another_size_than_its_shape_is_an_error(tmp_path: Path, size: int) -> None:
    entries = [(b"", header()), (KERNEL.encode(), entry((24, 64), 0, size))]
    (tmp_path / "model.ckpt.index").write_bytes(table(entries))
    (tmp_path / DATA).write_bytes(bytes(6148))
    rule = "R201" if size < 6144 else "R202"
    assert (rule, KERNEL) in errors(inspect_file(tmp_path / "model.ckpt"))


def test_more_cells_than_make_the_layers_of_the_limit_are_refused(tmp_path: Path) -> None:
    shapes = {f"cell_{at}/recurrent_kernel": (2, 8) for at in range(7)}
    index = write_by_name(tmp_path / "ck", shapes)
    assert len(inspect_file(index, Limits(recurrent=4)).skipped) == 7
    with pytest.raises(RefusedFile, match="recurrent=3"):
        inspect_file(index, Limits(recurrent=3))


@pytest.mark.parametrize(
    "value",
    [
        entry((2,), 0, 8, shard=1),  # beyond the last shard
        entry((2,), -8, 8),
        entry((2,), 0, -8),
        b"\x0a\x05ab",  # a length beyond the end
        varint(1 << 70),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(tmp_path: Path, value: bytes) -> None:
    (tmp_path / "m.index").write_bytes(table([(b"", header()), (b"a", value)]))
    (tmp_path / "m.data-00000-of-00001").write_bytes(bytes(8))
    with pytest.raises(UnreadableFile):
        inspect_file(tmp_path / "m")


@pytest.mark.parametrize("shape", [(-5, 3), (2**40, 2**40)])
def test_an_impossible_shape_is_an_error(tmp_path: Path, shape: tuple[int, ...]) -> None:
    size = min(math.prod(shape) * 4, 2**62) if min(shape) > 0 else 8
    (tmp_path / "m.index").write_bytes(table([(b"", header()), (b"a", entry(shape, 0, size))]))
    (tmp_path / "m.data-00000-of-00001").write_bytes(bytes(8))
    assert {rule for rule, _ in errors(inspect_file(tmp_path / "m"))} & {"R201", "R206"}


def test_an_index_of_the_other_byte_order_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.index").write_bytes(table([(b"", field(1, 1) + field(2, 1))]))
    with pytest.raises(UnreadableFile, match="big-endian"):
        inspect_file(tmp_path / "m")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("m.tflite", b"\x1c\0\0\0TFL3" + bytes(60), "the vtable of the table at offset 28"),
        ("m.data-00000-of-00001", bytes(40), "shard"),
        ("m.index", bytes(100), "cut off"),
    ],
)
def test_what_is_not_read_is_named_in_one_line(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableFile, match=message):
        inspect_file(tmp_path / name)
