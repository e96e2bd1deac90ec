"""JSON is written as the standard library writes it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnninspect.render.json_text import json_text

PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
)


@given(VALUES)
def test_a_value_is_written_as_by_json(value: object) -> None:
    assert json_text(value) == json.dumps(value, indent=1)


@pytest.mark.parametrize("value", [b"text", {1: "a"}, [object()]])
def test_what_json_has_no_value_for_is_an_error(value: object) -> None:
    with pytest.raises(TypeError):
        json_text(value)
