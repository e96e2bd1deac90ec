"""The cost of JSON is estimated before it is parsed, and each failure has a reason."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnninspect.decode.json import Json, most_values, parse_json, spend_steps
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def number_of(value: Json) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(number_of, value.values()))
    return 1 + sum(map(number_of, value)) if isinstance(value, list) else 1


@given(VALUES)
def test_a_document_comes_back_and_was_weighed(value: Json) -> None:
    text = json.dumps(value)
    assert parse_json(text, "it") == parse_json(text.encode(), "it") == value
    assert number_of(value) <= 1 + most_values(text)
    assert most_values(text) == most_values(text.encode())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"a":' * 100_000, "it is nested too deeply"),
        (b"9" * 5_000, "a number has too many digits"),
        (b'{"a": 1', "Expecting"),
        (b"", "Expecting value"),
        (b'"\xff"', "its text is not UTF-8"),
        (b'{"a": 1} {}', "Extra data"),
    ],
)
def test_a_malformed_document_is_one_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=f"^cannot parse the header: {reason}") as caught:
        parse_json(data, "the header")
    assert "\n" not in str(caught.value)
    assert "Error" not in str(caught.value)


def test_of_equal_keys_the_last_counts_unless_the_reader_looks() -> None:
    assert parse_json(b'{"a": 1, "a": 2}', "it") == {"a": 2}
    assert parse_json(b'{"a": 1, "a": 2}', "it", make_object=len) == 2


def test_a_longer_number_becomes_a_float() -> None:
    assert parse_json(b"[123, 1234, -12]", "it", digits=3) == [123, 1234.0, -12]
    for text in (b"1234", b"-123", "1234"):  # the sign is one of the characters
        assert isinstance(parse_json(text, "it", digits=3), float)
    assert isinstance(parse_json(b'["1234", 987]', "it", digits=3)[1], int)  # type: ignore[index]
    assert parse_json(b"9" * 400, "it", digits=18) == float("inf")
    assert parse_json(b"9" * 400, "it") == 10**400 - 1


def test_bytes_that_are_not_text_can_be_replaced() -> None:
    assert parse_json(b'"\xff"', "it", errors="replace") == "\ufffd"
    assert parse_json(b"\xef\xbb\xbf[1]", "it") == [1]


def test_work_is_booked_by_bytes_and_by_values() -> None:
    source = holding_source("it", b"", Limits(steps=10))
    spend_steps(source, 128 * 4)
    spend_steps(source, 128, 8)
    with pytest.raises(RefusedFile, match="steps=10"):
        spend_steps(source, 0, 4)
