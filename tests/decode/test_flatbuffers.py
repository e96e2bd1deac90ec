"""Tables that the flatbuffers package builds, read in place, and the bounds of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flatbuffers
import pytest

from rnninspect.decode.flatbuffers import (
    FLOAT32,
    FLOAT64,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT16,
    UINT64,
    FlatBuffer,
)
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source

if TYPE_CHECKING:
    from rnninspect.decode.flatbuffers import Table

SLOTS = 12


def root(data: bytes, limits: Limits | None = None) -> Table:
    return FlatBuffer(holding_source("made", data, limits or Limits())).root()


def built() -> bytes:
    """One table with a field of each kind, a child, and vectors."""
    builder = flatbuffers.Builder(64)
    texts = [builder.CreateString(text) for text in ("", "é", "a" * 300)]
    builder.StartVector(4, len(texts), 4)
    for text in reversed(texts):
        builder.PrependUOffsetTRelative(text)
    strings = builder.EndVector()
    builder.StartVector(4, 3, 4)
    for number in (7, -1, 2**31 - 1):
        builder.PrependInt32(number)
    numbers = builder.EndVector()
    children = [child(builder, level) for level in range(2)]
    builder.StartVector(4, 2, 4)
    for offset in reversed(children):
        builder.PrependUOffsetTRelative(offset)
    tables = builder.EndVector()
    builder.StartObject(SLOTS)
    builder.PrependInt8Slot(0, -3, 0)
    builder.PrependBoolSlot(1, True, False)  # noqa: FBT003 - the builder's signature
    builder.PrependUint16Slot(2, 65_535, 0)
    builder.PrependInt64Slot(3, -(2**62), 0)
    builder.PrependFloat32Slot(4, 0.5, 0.0)
    builder.PrependFloat64Slot(5, -0.25, 0.0)
    builder.PrependUOffsetTRelativeSlot(6, texts[1], 0)
    builder.PrependUOffsetTRelativeSlot(7, numbers, 0)
    builder.PrependUOffsetTRelativeSlot(8, children[1], 0)
    builder.PrependUOffsetTRelativeSlot(9, tables, 0)
    builder.PrependUOffsetTRelativeSlot(10, strings, 0)
    builder.Finish(builder.EndObject(), b"MADE")
    return bytes(builder.Output())


def child(builder: flatbuffers.Builder, level: int) -> int:
    builder.StartObject(1)
    builder.PrependUint8Slot(0, level, 0)
    return int(builder.EndObject())


def nested(depth: int) -> bytes:
    builder = flatbuffers.Builder(64)
    inner = 0
    for _ in range(depth):
        builder.StartObject(1)
        if inner:
            builder.PrependUOffsetTRelativeSlot(0, inner, 0)
        inner = builder.EndObject()
    builder.Finish(inner)
    return bytes(builder.Output())


def test_each_kind_of_field_is_read() -> None:
    table = root(built())
    assert table.integer(0, INT8) == -3
    assert table.flag(1)
    assert table.integer(2, UINT16) == 65_535
    assert table.integer(3, INT64) == -(2**62)
    assert (table.real(4, FLOAT32), table.real(5, FLOAT64)) == (0.5, -0.25)
    assert table.text(6) == "é"
    assert table.numbers(7, INT32).integers() == (2**31 - 1, -1, 7)
    assert table.numbers(7, INT32).integers(2) == (2**31 - 1, -1)
    inner = table.table(8)
    assert inner is not None
    assert inner.integer(0, UINT8) == 1
    assert [each.integer(0, UINT8) for each in table.tables(9)] == [0, 1]
    assert table.tables(9)[1].offset == inner.offset
    assert list(table.texts(10)) == ["", "é", "a" * 300]


def test_what_is_absent_has_its_default() -> None:
    table = root(built())
    for slot in (SLOTS - 1, SLOTS, 1000):  # not set, not in the vtable
        assert table.integer(slot, INT16, 5) == 5
        assert table.flag(slot, default=True)
        assert table.real(slot, default=1.5) == 1.5
        assert table.text(slot) is None
        assert table.table(slot) is None
        assert table.numbers(slot, UINT64).integers() == ()
        assert list(table.tables(slot)) == []
        assert list(table.texts(slot)) == []


def test_an_index_of_another_part_of_the_file_is_checked() -> None:
    tables = root(built()).tables(9)
    for index in (-1, 2):
        with pytest.raises(UnreadableFile, match=f"index {index} is out of range: there are 2"):
            tables[index]


def test_the_identifier_is_at_offset_four() -> None:
    assert FlatBuffer(holding_source("made", built(), Limits())).identifier == b"MADE"
    assert FlatBuffer(holding_source("made", b"\0\0", Limits())).identifier == b""


@pytest.mark.parametrize("length", range(7))
def test_a_file_too_short_for_a_table_is_unreadable(length: int) -> None:
    with pytest.raises(UnreadableFile, match="beyond the end"):
        root(b"\x04" + bytes(length))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\0\0\0\0", "the offset of the root table at offset 0 is zero"),
        (b"\xff\xff\xff\x7f", "the root table at offset 2147483647 is beyond the end at 4"),
        (b"\x04\0\0\0\xff\xff\xff\x7f", "the vtable of the table at offset 4"),
        (b"\x04\0\0\0\0\0\0\x80", "the vtable of the table at offset 4"),
        (b"\x04\0\0\0\xfc\xff\xff\xff\x03\0\x04\0", "has 3 bytes"),
        (b"\x04\0\0\0\xfc\xff\xff\xff\x02\0\x04\0", "has 2 bytes"),
        (b"\x04\0\0\0\xfc\xff\xff\xff\x06\0\x04\0", "the vtable of the table at offset 4"),
    ],
)
def test_a_malformed_table_is_named_with_its_place(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        root(data)


def test_a_field_a_vector_and_a_string_stay_within_the_buffer() -> None:
    vtable = b"\x06\0\x04\0"
    beyond = b"\x04\0\0\0\xfc\xff\xff\xff" + vtable + b"\xff\xff"
    with pytest.raises(UnreadableFile, match="a field at offset 65539 is beyond the end"):
        root(beyond).integer(0, INT32)
    vector = b"\x04\0\0\0\xf4\xff\xff\xff\x04\0\0\0\xff\xff\xff\x7f" + vtable + b"\x04\0"
    for read in (
        lambda: root(vector).numbers(0, INT32),
        lambda: root(vector).tables(0),
        lambda: root(vector).texts(0),
        lambda: root(vector).text(0),
    ):
        with pytest.raises(UnreadableFile, match="of 2,147,483,647 items at offset 16 is beyond"):
            read()


def test_the_depth_of_tables_is_limited() -> None:
    table = root(nested(101))
    for _ in range(100):
        inner = table.table(0)
        assert inner is not None
        table = inner
    table = root(nested(102))
    for _ in range(100):
        table = table.table(0) or table
    with pytest.raises(RefusedFile, match="the depth of tables exceeds the limit nesting=100"):
        table.table(0)


def test_tables_texts_and_numbers_cost_steps_and_memory() -> None:
    children = root(built(), Limits(steps=5_000)).tables(9)
    with pytest.raises(RefusedFile, match="steps=5000"):
        [children[0] for _ in range(3_000)]
    with pytest.raises(RefusedFile, match="header_bytes=8"):
        root(built(), Limits(header_bytes=8)).numbers(7, INT32).integers()
    with pytest.raises(RefusedFile, match="header_bytes=300"):
        list(root(built(), Limits(header_bytes=300)).texts(10))


def test_a_long_vector_is_read_only_when_asked() -> None:
    builder = flatbuffers.Builder(64)
    data = builder.CreateByteVector(bytes(range(256)) * 300)
    builder.StartObject(1)
    builder.PrependUOffsetTRelativeSlot(0, data, 0)
    builder.Finish(builder.EndObject())
    whole = bytes(builder.Output())
    numbers = root(whole, Limits(header_bytes=100)).numbers(0, UINT8)
    assert (len(numbers), numbers.bytes) == (76_800, 76_800)
    assert whole[numbers.offset : numbers.offset + 3] == b"\0\1\2"
    assert numbers.integers(3) == (0, 1, 2)
    with pytest.raises(UnreadableFile, match="a string of 76800 bytes"):
        root(whole).text(0)
