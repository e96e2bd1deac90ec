"""MessagePack as a list of leaves, compared with the msgpack package."""

from __future__ import annotations

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnninspect.decode.cursor import Cursor
from rnninspect.decode.msgpack import Extension, leaves
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import Source, holding_source

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=300)
    | st.binary(max_size=300)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=5), inner, max_size=20)
    ),
    max_leaves=40,
)


def at_start(data: bytes, **limits: int) -> Cursor:
    source = holding_source("tree.msgpack", data, Limits()._replace(**limits))
    return Cursor(source)


def flat(value: object, path: str = "") -> list[tuple[str, object]]:
    match value:
        case dict():
            items = [(str(key), inner) for key, inner in value.items()]
        case list():
            items = [(str(index), inner) for index, inner in enumerate(value)]
        case _:
            return [(path, value)]
    joined = [(f"{path}/{key}" if path else key, inner) for key, inner in items]
    return [part for name, inner in joined for part in flat(inner, name)]


@given(TREES)
def test_each_leaf_is_found_with_its_path(tree: object) -> None:
    found = [
        (path, value.read(0, value.size) if isinstance(value, Source) else value)
        for path, value in leaves(at_start(msgpack.packb(tree)))
    ]
    assert found == flat(tree)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 8, 16, 17, 300, 70_000])
def test_an_extension_is_a_window(length: int) -> None:
    data = msgpack.packb({"a": msgpack.ExtType(5, bytes(length))})
    ((path, value),) = leaves(at_start(data))
    assert isinstance(value, Extension)
    assert (path, value.code, value.data.size) == ("a", 5, length)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x82\xa1a\x01", "truncated"),
        (b"\xc7\x09\x01abc", "truncated"),
        (b"\xdb\xff\xff\xff\xff", "truncated"),
        (b"\xc1", "byte 0xc1 at offset 0 starts no value"),
        (b"\x81\x90\x01", "a key that is not a string at offset 2"),
        (b"\x81\x01\x01", "a key that is not a string at offset 2"),
        (b"\x91" * 100, "nested more than 64 deep"),
        (b"", "truncated"),
    ],
)
def test_malformed_data_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        list(leaves(at_start(data)))


def test_an_array_of_four_billion_ends_where_the_file_does() -> None:
    with pytest.raises(UnreadableFile, match="truncated"):
        list(leaves(at_start(b"\xdd\xff\xff\xff\xff" + bytes(100))))


def test_the_work_is_bounded() -> None:
    with pytest.raises(RefusedFile):
        list(leaves(at_start(b"\xdd\x00\x00\xff\xff" + bytes(70_000), steps=1_000)))
