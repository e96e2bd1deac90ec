"""The interpreter of opcodes, compared with pickle on plain data, and on bombs."""

from __future__ import annotations

import pickle
import pickletools
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making.torch import bombs
from rnninspect.decode.pickles.interpreter import load_from
from rnninspect.decode.pickles.stack_opcodes import HANDLERS
from rnninspect.decode.pickles.values import Blob, Global, Instance, Mapping
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source, open_source
from rnninspect_torch.tensors.calls import TorchCalls

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


def loaded(data: bytes) -> object:
    source = holding_source("pickle", data, Limits())
    return load_from(source, TorchCalls(source))


def plain(value: object) -> object:
    """The Python value of an inert value."""
    match value:
        case Mapping():
            return {plain(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return type(value)(plain(item) for item in value)
        case _:
            return value


@settings(max_examples=150, deadline=None, derandomize=True)
@given(value=PLAIN, protocol=st.integers(0, 5))
def test_plain_data_equal_those_of_pickle(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    found = plain(loaded(data))
    if protocol < 3:  # bytes are then encoded strings in a call
        data, found = pickle.dumps(_without_bytes(value), protocol), None
        found = plain(loaded(data))
        assert found == _without_bytes(value)
    else:
        assert found == value


def _without_bytes(value: object) -> object:
    match value:
        case bytes():
            return value.hex()
        case list() | tuple():
            return type(value)(_without_bytes(item) for item in value)
        case dict():
            return {key: _without_bytes(item) for key, item in value.items()}
        case _:
            return value


@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.binary(max_size=60))
def test_any_bytes_result_in_a_value_or_an_error(data: bytes) -> None:
    try:
        loaded(data)
    except UnreadableFile as error:
        assert "\n" not in str(error)  # noqa: PT017 - random bytes may be a pickle too


@settings(max_examples=200, deadline=None, derandomize=True)
@given(value=PLAIN, cut=st.integers(0, 400), byte=st.integers(0, 255), protocol=st.integers(0, 5))
def test_a_changed_pickle_results_in_a_value_or_an_error(
    value: object, cut: int, byte: int, protocol: int
) -> None:
    data = bytearray(pickle.dumps(value, protocol))
    data[cut % len(data)] = byte
    try:
        loaded(bytes(data))
    except UnreadableFile as error:
        assert "\n" not in str(error)  # noqa: PT017 - many changes do no harm


def test_each_opcode_of_python_is_known_or_named_in_the_error() -> None:
    refused = {"EXT1", "EXT2", "EXT4", "NEXT_BUFFER"}
    unknown = HANDLERS[0]
    for opcode in pickletools.opcodes:
        is_refused = HANDLERS[ord(opcode.code)] is unknown
        assert is_refused == (opcode.name in refused), opcode.name


@pytest.mark.parametrize("protocol", range(6))
def test_a_memoised_value_is_one_object(protocol: int) -> None:
    shared = ["x"]
    value = loaded(pickle.dumps([shared, shared], protocol))
    assert isinstance(value, list)
    assert value[0] is value[1]


def test_a_long_payload_is_skipped() -> None:
    payload = bytes(range(256)) * 1000
    value = loaded(pickle.dumps({"a": payload, "b": 1}, 4))
    assert isinstance(value, Mapping)
    blob = value.named["a"]
    assert isinstance(blob, Blob)
    assert (blob.source.size, blob.head(4), value.named["b"]) == (len(payload), b"\0\1\2\3", 1)


def test_a_long_string_as_a_key() -> None:
    label = "x" * 100_000
    value = loaded(pickle.dumps({label: 1}, 2))
    assert isinstance(value, Mapping)
    assert value.named == {label: 1}


def test_module_names_of_python_2() -> None:
    value = loaded(b"c__builtin__\nprint\n.")
    assert isinstance(value, Global)
    assert value.path == "builtins.print"


def test_a_duplicate_key_has_its_last_value() -> None:
    value = loaded(b"}X\1\0\0\0aK\1sX\1\0\0\0aK\2s.")
    assert isinstance(value, Mapping)
    assert value.named == {"a": 2}


def test_unknown_calls_result_in_inert_instances() -> None:
    source = holding_source("pickle", b"cos\nsystem\nX\2\0\0\0ls\x85R}X\1\0\0\0aK\1sb.", Limits())
    calls = TorchCalls(source)
    value = load_from(source, calls)
    assert isinstance(value, Instance)
    assert (value.path, value.args, value.attributes) == ("os.system", ("ls",), {"a": 1})
    assert list(calls.foreign) == ["os.system"]


@pytest.mark.parametrize("name", sorted(bombs.BOMBS))
def test_bombs_result_in_a_value_or_an_error(name: str) -> None:
    bomb = bombs.BOMBS[name]
    if bomb.refused:
        with pytest.raises(UnreadableFile):
            loaded(bomb.data())
    else:
        loaded(bomb.data())


def test_the_limit_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pickle"
    path.write_bytes(b"]" * 20_000 + b".")
    source = open_source(path, Limits(opcodes=10_000))
    with source, pytest.raises(RefusedFile, match="opcodes=10000; --limit opcodes=N"):
        load_from(source, TorchCalls(source))


def test_claimed_lengths_are_not_allocated() -> None:
    claim = b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b"x."
    with pytest.raises(
        UnreadableFile, match="truncated: 4611686018427387904 bytes expected at offset"
    ):
        loaded(claim)
