"""The reader of sorted tables, on tables made by hand and broken one by one."""

from __future__ import annotations

from pathlib import Path
from struct import pack

import pytest

from making.tensorflow.bundles import block, sealed, table, varint
from rnninspect.decode.sstable.tables import FOOTER, MAGIC, first_entry, is_table, read_table
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import Source, open_source

ENTRIES = [(b"", b"head"), *((b"name/%03d" % at, b"value %d" % at) for at in range(40))]


def opened(path: Path, data: bytes, limits: Limits | None = None) -> Source:
    path.write_bytes(data)
    return open_source(path, limits)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table"


@pytest.mark.parametrize("per_block", [1, 7, 1000])
def test_entries_come_back_in_order_whatever_the_blocks(path: Path, per_block: int) -> None:
    with opened(path, table(ENTRIES, per_block)) as source:
        assert is_table(source)
        assert list(read_table(source)) == ENTRIES


def test_packed_blocks_are_unpacked(path: Path) -> None:
    with opened(path, table(ENTRIES, 9, kind=1)) as source:
        assert list(read_table(source)) == ENTRIES


def test_the_first_entry_is_read_alone(path: Path) -> None:
    with opened(path, table(ENTRIES)) as source:
        assert first_entry(source) == ENTRIES[0]


def test_a_table_without_entries_has_none(path: Path) -> None:
    with opened(path, table([])) as source:
        assert list(read_table(source)) == []


@pytest.mark.parametrize("at", [0, 5, 60, 200])
def test_a_changed_byte_of_a_block_is_seen_by_its_checksum(path: Path, at: int) -> None:
    data = bytearray(table(ENTRIES))
    data[at] ^= 1
    with opened(path, bytes(data)) as source, pytest.raises(UnreadableFile, match="checksum"):
        list(read_table(source))


def test_a_block_packed_by_an_unknown_method_is_refused(path: Path) -> None:
    with (
        opened(path, table(ENTRIES, kind=2)) as source,
        pytest.raises(UnreadableFile, match="unknown compression"),
    ):
        list(read_table(source))


@pytest.mark.parametrize("kept", [0, 7, FOOTER - 1, FOOTER, 200])
def test_a_table_that_is_cut_off_is_refused(path: Path, kept: int) -> None:
    with opened(path, table(ENTRIES)[:kept]) as source, pytest.raises(UnreadableFile):
        list(read_table(source))


def footer(*numbers: int) -> bytes:
    return b"".join(map(varint, numbers)).ljust(FOOTER - 8, b"\0") + MAGIC


@pytest.mark.parametrize("numbers", [(0, 0, 2**40, 8), (0, 0, 0, 2**26), (0, 0, 2**63, 2**63)])
def test_a_handle_that_leads_out_of_the_file_is_refused(
    path: Path, numbers: tuple[int, ...]
) -> None:
    data = sealed(block([])) + footer(*numbers)
    with opened(path, data) as source, pytest.raises(UnreadableFile):
        list(read_table(source))


def test_a_block_beyond_the_limit_is_refused_before_it_is_read(path: Path) -> None:
    data = sealed(block([])) + footer(0, 0, 0, 2**30)
    with opened(path, data) as source, pytest.raises(RefusedFile, match="table_bytes"):
        list(read_table(source))


def test_more_entries_than_the_limit_are_refused(path: Path) -> None:
    with (
        opened(path, table(ENTRIES), Limits(entries=10)) as source,
        pytest.raises(RefusedFile, match="entries"),
    ):
        list(read_table(source))


@pytest.mark.parametrize(
    "content",
    [
        pack("<II", 0, 2**31),  # more restarts than the block has bytes
        b"\1\1\1kv" + pack("<II", 0, 1),  # shares a byte of a key that is not there
        b"\0\x7f\1kv" + pack("<II", 0, 1),  # a key beyond the end
        b"\0\1\x7fkv" + pack("<II", 0, 1),  # a value beyond the end
        b"\xff" * 12 + pack("<II", 0, 1),  # a number without an end
    ],
)
def test_a_block_that_contradicts_itself_is_refused(path: Path, content: bytes) -> None:
    index = block([(b"k", varint(0) + varint(len(content)))])
    first, second = sealed(content), sealed(index)
    data = first + second + footer(0, 0, len(first), len(index))
    with opened(path, data) as source, pytest.raises(UnreadableFile):
        list(read_table(source))
