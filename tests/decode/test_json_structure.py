"""JSON that is scanned for its structure, compared with what Python's json makes of it."""

from __future__ import annotations

import json
import math
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rnninspect.decode.json_structure import text as text_module
from rnninspect.decode.json_structure.scanner import scan_json
from rnninspect.decode.json_structure.values import (
    Irregular,
    LongText,
    Numbers,
    Structure,
    count_numbers,
    read_numbers,
    split_numbers,
)
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import Source, holding_source

NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=8)
        | st.lists(NUMBERS, max_size=40)
        | st.dictionaries(st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=60,
)
ARRAYS = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)
LAYOUTS = st.sampled_from([{}, {"indent": 4}, {"separators": (",", ":")}])
BLOCKS = st.sampled_from([1, 7, 64, 1 << 18])


def source_of(data: bytes | str, **limits: int) -> Source:
    content = data.encode() if isinstance(data, str) else data
    return holding_source("weights.json", content, Limits()._replace(**limits))


def scanned(data: bytes | str, *keys: str, block: int = 1 << 18) -> Structure:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_module, "_BLOCK", block)
        return scan_json(source_of(data), keys)


def is_number(value: object) -> bool:
    return type(value) in (int, float)


def shape_in(value: object) -> tuple[int, ...] | None:
    """The shape of a list as an array; None if it has none."""
    if is_number(value):
        return ()
    if not isinstance(value, list) or not value:
        return None
    shapes = {shape_in(item) for item in value}
    shape = shapes.pop()
    return None if shapes or shape is None else (len(value), *shape)


def agrees(found: Structure, value: object) -> bool:
    """Whether a scan says of a value what there is to say; short mixed lists are kept."""
    match found:
        case Numbers():
            return shape_in(value) == found.shape
        case Irregular():
            return shape_in(value) is None and count_numbers(value) == found.total
        case dict():
            return isinstance(value, dict) and all(
                key == other and agrees(found[key], value[other])
                for key, other in zip(found, value, strict=True)
            )
        case list():
            return isinstance(value, list) and all(map(agrees, found, value))
    if is_number(found) and is_number(value):  # many digits make a float of a whole number
        return str(float(found)) == str(float(value))  # type: ignore[arg-type] # numbers
    return type(found) is type(value) and found == value


def nested(shape: tuple[int, ...]) -> list[object]:
    """Lists of fractions, of as many digits as Python writes."""
    return [nested(shape[1:]) if shape[1:] else at / 7 - 1 for at in range(shape[0])]


@given(VALUES, LAYOUTS, BLOCKS)
@example([0.5, 1e-300, -1.5e300, 2, -0.0], {}, 1)
def test_a_document_has_the_structure_that_python_reads(
    value: object, layout: dict[str, object], block: int
) -> None:
    assert agrees(scanned(json.dumps(value, **layout), block=block), value)  # type: ignore[arg-type] # of a dict


@given(ARRAYS, LAYOUTS, BLOCKS)
def test_an_array_has_its_shape_and_place(
    shape: tuple[int, ...], layout: dict[str, object], block: int
) -> None:
    value = nested(shape)
    document = json.dumps({"first": 1, "w": value, "last": [2]}, **layout)  # type: ignore[arg-type] # of a dict
    found = scanned(document, block=block)
    assert isinstance(found, dict)
    assert found["w"].shape == shape
    assert json.loads(document[found["w"].start : found["w"].stop]) == value


@pytest.mark.parametrize("shape", [(1000,), (1000, 1), (300, 7), (40, 3, 2), (500, 100)])
@pytest.mark.parametrize("block", [1000, 1 << 18])
def test_long_arrays_are_passed_over_in_runs(shape: tuple[int, ...], block: int) -> None:
    document = json.dumps(nested(shape))
    assert scanned(document, block=block) == Numbers(shape, 0, len(document))


@pytest.mark.parametrize("row", [20, 500, 999])
def test_one_row_of_another_length_makes_an_array_irregular(row: int) -> None:
    value = nested((1000, 3))
    value[row] = [1.0, 2.0]
    found = scanned(json.dumps(value))
    assert isinstance(found, Irregular)
    assert found.total == 2999


def test_the_items_of_a_list_of_arrays_stay_apart() -> None:
    document = '{"weights": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], "w": [[1], [2]], "f": [1, 2]}'
    found = scanned(document, "weights", "f")
    assert isinstance(found, dict)
    assert [array.shape for array in found["weights"]] == [(2, 2), (2, 2)]
    assert found["w"].shape == (2, 1)
    assert found["f"].shape == (2,)


def test_nan_and_infinity_are_numbers() -> None:
    values = [math.nan, math.inf, -math.inf, 1.5]
    assert scanned(json.dumps(values)) == Numbers((4,), 0, 31)
    assert scanned(json.dumps([values] * 40)).shape == (40, 4)  # type: ignore[attr-defined] # it is Numbers
    assert scanned("-Infinity") == -math.inf


def test_a_byte_order_mark_is_passed_over() -> None:
    assert scanned(b'\xef\xbb\xbf{"a": "\xc3\xa9"}') == {"a": "é"}


def test_a_long_text_is_not_kept() -> None:
    document = json.dumps({"a": 'é\\"x' * 200_000, "b": 1}, ensure_ascii=False)
    found = scanned(document)
    assert isinstance(found, dict)
    assert found == {"a": found["a"], "b": 1}
    assert isinstance(found["a"], LongText)
    held = document.encode()[found["a"].start : found["a"].stop]
    assert held == json.dumps('é\\"x' * 200_000, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "truncated JSON: it ends at offset 0"),
        ("[1, 2", "truncated JSON: it ends at offset 5"),
        ('{"a": "b', "truncated JSON: it ends at offset 8"),
        ('["\\u00', "truncated JSON: it ends at offset 6"),
        ("[tru", "truncated JSON: it ends at offset 4"),
        ("[1, 2,]", "malformed JSON at offset 6: expected a value"),
        ("[1 2]", "malformed JSON at offset 3: expected ',' or ']'"),
        ("[01]", "malformed JSON at offset 1: expected a value"),
        ("[1.]", "malformed JSON at offset 1: expected a value"),
        ("[[1.5], [x]]", "malformed JSON at offset 9: expected a value"),
        ('{"a" 1}', "malformed JSON at offset 5: expected ':'"),
        ("{a: 1}", "malformed JSON at offset 1: expected a key"),
        ('{"a": 1,}', "malformed JSON at offset 8: expected a key"),
        ('{"a": 1, "b": 2, "a": 3}', "malformed JSON at offset 17: duplicate key 'a'"),
        ('["\\q"]', "malformed JSON at offset 2: a text has a control character or an unknown"),
        ('["\n"]', "malformed JSON at offset 2: a text has a control character or an unknown"),
        ("[1] 2", "malformed JSON at offset 4: more after the end of the document"),
        (f"[{'1' * 70_000}]", "malformed JSON at offset 1: a number of more than 65,536"),
        (f'{{"{"a" * 70_000}": 1}}', "malformed JSON at offset 1: a key is too long"),
    ],
)
def test_malformed_json_is_one_error_with_its_offset(document: str, reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        scanned(document)
    assert str(caught.value).startswith(reason)
    assert caught.value.place is not None


def test_a_text_that_is_not_utf_8_is_an_error() -> None:
    with pytest.raises(UnreadableFile, match="malformed JSON at offset 2: a text is not UTF-8"):
        scanned(b'["\xff"]')


@given(VALUES, st.integers(0, 10**6), st.sampled_from(list('0.e-+,:[]{}" x\\')), BLOCKS)
def test_a_changed_document_is_refused_where_python_refuses_it(
    value: object, place: int, letter: str, block: int
) -> None:
    document = json.dumps(value)
    place %= len(document)
    changed = document[:place] + letter + document[place + 1 :]
    try:
        expected = json.loads(changed, object_pairs_hook=unlike)
    except ValueError:
        with pytest.raises(UnreadableFile):
            scanned(changed, block=block)
    else:
        assert agrees(scanned(changed, block=block), expected)


def unlike(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("duplicate key")
    return dict(pairs)


@pytest.mark.parametrize("document", ["[" * 200, '{"a":' * 200, "[[" * 100_000])
def test_the_limit_of_nesting_is_named(document: str) -> None:
    with pytest.raises(RefusedFile, match="nesting=100"):
        scanned(document)


@pytest.mark.parametrize("item", ["{}", '"x"', "[1], [1, 2]", "null", f'"{"x" * 100}"'])
def test_many_values_meet_the_limit_of_steps(item: str) -> None:
    document = "[" + f"{item}, " * (2_400_000 // len(item)) + "0]"
    with pytest.raises(RefusedFile, match="steps=300000"):
        scan_json(source_of(document, steps=300_000))


def test_memory_does_not_grow_with_the_numbers() -> None:
    row = json.dumps(nested((64,)))
    data = ("[" + f"{row}, " * 20_000 + f"{row}]").encode()
    source = source_of(data)
    tracemalloc.start()
    try:
        found = scan_json(source)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == Numbers((20_001, 64), 0, len(data))
    assert peak < 2**21 < len(data) / 10


VALUES_OF_A_LIST = [number / 8 for number in range(12_000)]
FLAT = {indent: json.dumps({"w": VALUES_OF_A_LIST}, indent=indent) for indent in (None, 4)}


@settings(max_examples=25)
@given(st.lists(st.integers(0, 9_000), max_size=6), st.sampled_from(list(FLAT)))
def test_a_flat_list_is_split_at_its_commas(counts: list[int], indent: int | None) -> None:
    document = FLAT[indent]
    source = source_of(document)
    found = scan_json(source)
    assert isinstance(found, dict)
    runs = list(split_numbers(source, found["w"], counts))
    parts = [json.loads(f"[{document[run.start : run.stop].rstrip().rstrip(',')}]") for run in runs]
    assert [value for part in parts for value in part] == VALUES_OF_A_LIST
    assert [len(part) for part in parts] == [run.total for run in runs]
    wanted = [count for count in counts if count]
    assert [run.total for run in runs[: len(wanted)]][:-1] == wanted[: len(runs) - 1][
        : len(wanted) - 1
    ]


def test_only_short_lists_of_numbers_are_read() -> None:
    source = source_of(f"[{'1, ' * 40_000}2]")
    found = scan_json(source)
    assert isinstance(found, Numbers)
    with pytest.raises(UnreadableFile, match="a list of 40,001 numbers at offset 0"):
        read_numbers(source, found)
    assert read_numbers(source_of("[1, 2.5]"), Numbers((2,), 0, 8)) == [1, 2.5]
