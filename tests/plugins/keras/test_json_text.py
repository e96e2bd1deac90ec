"""The JSON of a configuration: what Keras 2 wraps into objects, and long numbers."""

from __future__ import annotations

import pytest

from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source
from rnninspect_keras.containers.json_text import parse_config


@pytest.mark.parametrize(
    "word", ["__tuple__", "TensorShape", r"\u005f_tuple__", r"TensorShap\u0065"]
)
def test_a_wrapped_list_is_a_list_however_its_class_is_written(word: str) -> None:
    text = f'{{"shape": {{"class_name": "{word}", "items": [null, 5]}}}}'
    assert _parsed(text) == {"shape": [None, 5]}


def test_other_objects_with_items_stay_objects() -> None:
    for text in ('{"class_name": "List", "items": [1]}', '{"class_name": "__tuple__"}'):
        assert isinstance(_parsed(text), dict)


def test_a_number_that_no_size_may_be_is_a_float() -> None:
    assert _parsed(f"[{'9' * 18}, {'9' * 19}]") == [10**18 - 1, 1e19]
    assert isinstance(_parsed("9" * 19), float)


def _parsed(text: str) -> object:
    return parse_config(text, holding_source("config", b"", Limits()), "the configuration")
