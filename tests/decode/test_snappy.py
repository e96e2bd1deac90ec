"""Snappy's elements, one kind after the other, and malformed data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making.tensorflow.bundles import literal, varint
from rnninspect.decode.sstable.snappy import decompress
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source

SOURCE = holding_source("table", b"", Limits(table_bytes=10_000))


@pytest.mark.parametrize(
    ("elements", "whole"),
    [
        (b"\x08abc", b"abc"),
        (b"\xf0\x02abc", b"abc"),  # a length of one byte
        (b"\xf4\x02\x00abc", b"abc"),  # of two bytes
        (b"\x08abc\x01\x03", b"abcabca"),  # a near copy: 4 bytes from 3 before
        (b"\x08abc\x16\x03\x00", b"abcabcabc"),  # a far one, of 6
        (b"\x08abc\x17\x03\x00\x00\x00", b"abcabcabc"),  # a very far one
        (b"\x00a\x15\x01", b"a" * 10),  # one that runs into itself
    ],
)
def test_each_kind_of_element(elements: bytes, whole: bytes) -> None:
    assert decompress(varint(len(whole)) + elements, SOURCE) == whole


@given(st.binary(max_size=500))
def test_literals_come_back(data: bytes) -> None:
    assert decompress(literal(data), SOURCE) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xff\xff\xff\xff\x01",  # a length of more than 32 bits
        b"\x03\x08ab",  # a literal that is cut off
        b"\x02\x08abc",  # more than is stated
        b"\x05\x08abc",  # less than is stated
        b"\x07\x08abc\x01\x04",  # a copy of what was not there
        b"\x07\x08abc\x01\x00",  # from no distance
        b"\x07\x08abc\x16\x03",  # a copy that is cut off
        b"\x03\xf0",  # a literal without its length
    ],
)
def test_malformed_data_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        decompress(data, SOURCE)


def test_a_bomb_is_refused_by_the_length_that_it_states() -> None:
    with pytest.raises(RefusedFile, match="table_bytes"):
        decompress(varint(10_001) + b"\x00a", SOURCE)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        whole = decompress(data, SOURCE)
    except (UnreadableFile, RefusedFile):
        return
    assert len(whole) <= SOURCE.limits.table_bytes
