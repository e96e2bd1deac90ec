"""What any reader owes: call `hold(reader, good_file)` from a reader's own tests."""

from __future__ import annotations

from pathlib import Path

from rnninspect.cells import CELLS
from rnninspect.errors import UnreadableFile
from rnninspect.model import SavedModel
from rnninspect.plugin import Read, Reader
from rnninspect.source.source import open_source

STRANGERS = (
    b"",
    b"hello\n" * 50,
    bytes(4096),
    b"\xff" * 4096,
    b"<!doctype html>",
    b"PK\x05\x06" + bytes(18),
    b"\x89HDF\r\n\x1a\n",
    b"{}",
)


def hold(reader: Reader, good: Path, scratch: Path) -> SavedModel:
    """Hold a reader against the contract by one good file; returns what it read."""
    assert reader.name == reader.name.lower()
    assert all(suffix.startswith(".") for suffix in reader.suffixes)
    assert set(reader.implied_suffixes) <= set(reader.suffixes)
    for convention in reader.conventions():
        assert convention.cell in CELLS
        assert convention.with_bias <= CELLS[convention.cell].roles()
        assert convention.options <= CELLS[convention.cell].roles()
    _strangers_are_left_alone(reader, scratch)
    _cut_files_end_in_one_line(reader, good, scratch)
    with open_source(good) as source:
        read = reader.recognise(source)
        assert read is not None
        model = read()
    assert isinstance(model, SavedModel), "the file that is handed in is the model"
    _is_well_formed(model)
    return model


def _strangers_are_left_alone(reader: Reader, scratch: Path) -> None:
    for number, content in enumerate(STRANGERS):
        path = scratch / f"stranger{number}"
        path.write_bytes(content)
        with open_source(path) as source:
            read = reader.recognise(source)
            if read is not None:
                _one_line(read)


def _cut_files_end_in_one_line(reader: Reader, good: Path, scratch: Path) -> None:
    content = good.read_bytes()
    for step in range(1, 20):
        path = scratch / f"cut{step}{good.suffix}"
        path.write_bytes(content[: len(content) * step // 20])
        with open_source(path) as source:
            read = reader.recognise(source)
            if read is not None:
                _one_line(read)


def _one_line(read: Read) -> None:
    try:
        read()
    except UnreadableFile as error:
        assert str(error)  # noqa: PT017 - a cut file may be readable too
        assert "\n" not in str(error)  # noqa: PT017 - as above


def _is_well_formed(model: SavedModel) -> None:
    known = {tensor.identity for tensor in model.tensors}
    for layer in model.layers:
        assert layer.cell in CELLS
        assert layer.roles <= CELLS[layer.cell].roles()
        for operand in layer.operands:
            assert all(0 <= slot.direction < layer.sizes.directions for slot in operand.slots)
            assert {tensor.identity for tensor in operand.tensors} <= known
    for skipped in model.skipped:
        assert skipped.reason
        assert {tensor.identity for tensor in skipped.tensors} <= known
