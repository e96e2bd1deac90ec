"""Entries of an index that begin alike are read as field by field, errors included."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnninspect.decode.protobuf import WireReader
from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source
from rnninspect_keras.tensorflow.checkpoints.entries import FEW, Entries


def varint(number: int) -> bytes:
    low, number = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(number) if number else bytes([low])


def entry(dtype: int, shape: tuple[int, ...], shard: int, offset: int, size: int) -> bytes:
    dims = b"".join(
        b"\x12" + varint(len(dim)) + dim for dim in (b"\x08" + varint(n) for n in shape)
    )
    place = ((b"\x18", shard), (b"\x20", offset), (b"\x28", size))
    return (
        b"\x08" + varint(dtype) + b"\x12" + varint(len(dims)) + dims
        + b"".join(tag + varint(number) for tag, number in place if number)
        + b"\x35\1\2\3\4"
    )  # fmt: skip


NUMBERS = st.integers(0, 300) | st.integers(0, 2**64 - 1)
ENTRIES = st.builds(
    entry,
    st.integers(1, 25),
    st.lists(st.integers(0, 300), max_size=4).map(tuple),
    *(NUMBERS, NUMBERS, NUMBERS),
)


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(ENTRIES))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(data) - 1))
        data[place] = draw(st.integers(0, 255) | st.sampled_from(b"\x08\x12\x18\x20\x28\x35\x3a"))
    return bytes(data[: draw(st.integers(len(data) - 6, len(data)))])


def outcome(entries: Entries, value: bytes) -> object:
    try:
        return entries.read("layer/kernel", value)
    except UnreadableFile as error:
        return str(error)


def after_many() -> Entries:
    """One that has decoded so many entries that it looks for like ones."""
    entries = fresh()
    for _ in range(FEW):
        entries.read("layer/bias", entry(1, (4,), 0, 0, 16))
    return entries


def fresh() -> Entries:
    return Entries(WireReader(holding_source("index", b"", Limits())))


@given(st.lists(changed(), min_size=1, max_size=8))
def test_entries_are_read_alike_in_any_order(values: list[bytes]) -> None:
    together = after_many()
    for value in (*values, *values):
        assert outcome(together, value) == outcome(fresh(), value)


def test_a_known_beginning_is_not_decoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = after_many()
    first = entries.read("a", entry(1, (4, 2), 0, 0, 32))
    monkeypatch.setattr(entries._wire, "held", None)
    second = entries.read("b", entry(1, (4, 2), 1, 700_000, 32))
    assert second == first._replace(key="b", shard=1, offset=700_000)
