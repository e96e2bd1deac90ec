"""The walker of protobuf's wire format on bytes written by hand, by the rules of the encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from making.tensorflow.bundles import varint
from rnninspect.decode.protobuf import (
    FIXED32,
    FIXED64,
    KEPT_NUMBERS,
    LENGTH,
    VARINT,
    CutField,
    WireReader,
    signed,
    signed32,
)
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import Source, open_source

if TYPE_CHECKING:
    from pathlib import Path

WINDOW = 16 * 2**10


class Counting(Source):
    """A source that counts what is read of it."""

    taken = 0

    def read(self, offset: int, length: int) -> bytes:
        self.taken += length
        return super().read(offset, length)


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | LENGTH) + varint(len(content)) + content


def wire(tmp_path: Path, data: bytes, limits: Limits | None = None) -> WireReader:
    path = tmp_path / "message"
    path.write_bytes(data)
    return WireReader(open_source(path, limits))


def walked(tmp_path: Path, data: bytes) -> list[tuple[int, int, int, int]]:
    reader = wire(tmp_path, data)
    return list(reader.fields(reader.whole()))


def test_each_wire_type(tmp_path: Path) -> None:
    data = b"\x08\x96\x01" + field(2, b"abc") + b"\x1d\x01\0\0\0" + b"\x21" + b"\xff" * 8
    assert walked(tmp_path, data) == [
        (1, VARINT, 150, 0),
        (2, LENGTH, 5, 3),
        (3, FIXED32, 1, 0),
        (4, FIXED64, 2**64 - 1, 0),
    ]


def test_an_empty_message_has_no_fields(tmp_path: Path) -> None:
    assert walked(tmp_path, b"") == []


def test_negative_numbers_are_ten_bytes(tmp_path: Path) -> None:
    (_, _, value, _), *_ = walked(tmp_path, b"\x08" + b"\xff" * 9 + b"\x01")
    assert (signed(value), signed32(value)) == (-1, -1)
    assert signed32(2**32 + 5) == 5
    assert signed(2**63 - 1) == 2**63 - 1


def test_a_message_that_occurs_twice_is_one(tmp_path: Path) -> None:
    first, second = b"\x08\x01", b"\x08\x02\x10\x03"
    reader = wire(tmp_path, field(7, first) + field(1, b"x") + field(7, second))
    merged = reader.collect(reader.whole(), {7}).message(7)
    assert [value for _, _, value, _ in reader.fields(merged)] == [1, 2, 3]
    assert reader.collect(merged, {1}).number(1) == 2


def test_groups_are_passed_over(tmp_path: Path) -> None:
    group = b"\x9b\x06" + b"\x08\x01" + field(2, b"in") + b"\xa3\x06\xa4\x06" + b"\x9c\x06"
    assert walked(tmp_path, b"\x08\x01" + group + b"\x10\x02") == [
        (1, VARINT, 1, 0),
        (2, VARINT, 2, 0),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\x01", "no field number at offset 0"),
        (b"\x08\x05\x02\x00", "no field number at offset 2"),
        (b"\x88\x80\x80\x80\x80\x00\x07", "no field number at offset 0"),
        (b"\x88\x80\x80\x80\x10\x07", "no field number at offset 0"),
        (b"\x0e\x05", "does not start a field"),
        (b"\x0f\x05", "does not start a field"),
        (b"\x0c", "does not start a field"),
        (b"\x9b\x06\xa4\x06", "does not start a field"),
        (b"\x9b\x06\x08\x01", "unterminated group at offset 4"),
        (b"\x08" + b"\xff" * 10 + b"\x01", "at offset 1 never ends"),
        (b"\x08", "at offset 1 passes the end"),
        (b"\x08\xff", "at offset 1 passes the end"),
        (b"\x08\x01\x12\x05abcd", "field 2 at offset 2 claims 5 bytes"),
        (b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "field 2 at offset 0 claims"),
        (b"\x1d\x01\x02\x03", "field 3 at offset 0 claims 4 bytes"),
        (b"\x19\x01\x02\x03\x04\x05\x06\x07", "field 3 at offset 0 claims 8 bytes"),
    ],
)
def test_malformed_bytes_are_refused_with_their_offset(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        walked(tmp_path, data)


def test_a_field_must_end_within_its_message(tmp_path: Path) -> None:
    reader = wire(tmp_path, field(1, b"\x12\x05ab") + b"cdefgh")
    inner = reader.collect(((0, 6),), {1}).message(1)
    with pytest.raises(CutField) as caught:
        list(reader.fields(inner))
    assert caught.value.number == 2


@pytest.mark.parametrize("padding", range(WINDOW - 24, WINDOW + 4))
def test_fields_across_the_edge_of_a_window(tmp_path: Path, padding: int) -> None:
    rest = b"\x08" + b"\xff" * 9 + b"\x01" + field(3, b"x" * 300) + b"\x21" + bytes(range(8))
    fields = walked(tmp_path, b"\x10\x01" * (padding // 2) + b"\x90\x00\x01" * (padding % 2) + rest)
    assert [number for number, *_ in fields[-3:]] == [1, 3, 4]
    assert fields[-3][2] == 2**64 - 1
    assert fields[-1][2] == int.from_bytes(bytes(range(8)), "little")


def test_nested_messages_may_be_walked_while_the_outer_one_is(tmp_path: Path) -> None:
    inner = [field(2, str(number).encode() * 400) for number in range(100)]
    reader = wire(tmp_path, b"".join(field(1, item) for item in inner))
    texts = [
        reader.text(value, size)
        for _, _, start, length in reader.fields(reader.whole())
        for _, _, value, size in reader.fields(((start, start + length),))
    ]
    assert texts == [str(number) * 400 for number in range(100)]


def test_a_payload_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large"
    size = 3 * 2**30  # more than protobuf itself takes
    with path.open("wb") as file:
        file.write(b"\x4a" + varint(size))
        file.seek(size, 1)
        file.write(b"\x08\x07")
    opened = open_source(path)
    source = Counting(str(path), opened._store, 0, opened.size, opened.reading)
    reader = WireReader(source)
    assert [number for number, *_ in reader.fields(reader.whole())] == [9, 1]
    assert source.taken <= 2 * WINDOW
    opened.close()


def test_packed_and_single_numbers_mix(tmp_path: Path) -> None:
    data = b"\x08\x01" + field(1, varint(2) + varint(300)) + b"\x08\x04" + b"\x09" + bytes(8)
    reader = wire(tmp_path, data)
    found = reader.collect(reader.whole(), {1})
    assert reader.integers(found, 1) == ([1, 2, 300, 4], 4)
    assert found.number(1) == 4


@pytest.mark.parametrize("packed", [True, False])
def test_of_many_numbers_the_first_are_kept_and_all_counted(tmp_path: Path, packed: bool) -> None:
    numbers = [varint(number) for number in range(5000)]
    data = (
        field(8, b"".join(numbers)) if packed else b"".join(b"\x40" + number for number in numbers)
    )
    reader = wire(tmp_path, data)
    values, count = reader.integers(reader.collect(reader.whole(), {8}), 8)
    assert values == list(range(KEPT_NUMBERS))
    assert count == 5000


def test_of_single_numbers_the_last_counts(tmp_path: Path) -> None:
    reader = wire(tmp_path, b"".join(b"\x10" + varint(number) for number in range(200)))
    assert reader.collect(reader.whole(), {2}).number(2) == 199


def test_elements_of_fixed_size(tmp_path: Path) -> None:
    data = field(4, bytes(12)) + b"\x25" + bytes(4) + b"\x20\x01" + field(5, bytes(3))
    reader = wire(tmp_path, data)
    found = reader.collect(reader.whole(), {4, 5})
    assert reader.count_fixed(found, 4, FIXED32) == 4
    with pytest.raises(UnreadableFile, match="are not packed numbers"):
        reader.count_fixed(found, 5, FIXED32)


def test_packed_numbers_may_not_end_inside_one(tmp_path: Path) -> None:
    for count, reason in ((1, "passes the end"), (100, "end within a number")):
        reader = wire(tmp_path, field(8, b"\x01" * count + b"\x80"))
        with pytest.raises(UnreadableFile, match=reason):
            reader.integers(reader.collect(reader.whole(), {8}), 8)


def test_texts_that_are_not_utf8_stay_different(tmp_path: Path) -> None:
    reader = wire(tmp_path, field(1, b"\xff") + field(1, b"\xfe") + field(1, "ü".encode()))
    found = reader.collect(reader.whole(), {1})
    assert reader.texts(found, 1) == ("\udcff", "\udcfe", "ü")
    assert reader.last_text(found, 1) == "ü"
    assert reader.last_text(found, 2) == ""


def test_a_name_has_bounds(tmp_path: Path) -> None:
    reader = wire(tmp_path, field(1, b"x" * 70_000))
    with pytest.raises(UnreadableFile, match="a name of 70000 bytes"):
        reader.last_text(reader.collect(reader.whole(), {1}), 1)


def test_limits(tmp_path: Path) -> None:
    data = b"\x08\x01" * 101
    with pytest.raises(RefusedFile, match="fields=100"):
        list(wire(tmp_path, data, Limits(fields=100)).fields(((0, len(data)),)))
    deep = b"\x9b\x06" * 101 + b"\x9c\x06" * 101
    with pytest.raises(RefusedFile, match="nesting=100"):
        walked(tmp_path, deep)
    assert walked(tmp_path, deep[2:-2]) == []
    names = b"".join(field(1, b"%090d" % number) for number in range(20))
    reader = wire(tmp_path, names, Limits(header_bytes=1000))
    with pytest.raises(RefusedFile, match="header_bytes=1000"):
        reader.texts(reader.collect(reader.whole(), {1}), 1)
