"""Indices of shards: read by whole pieces and member by member, with the same result."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnninspect.decode.json_structure import texts
from rnninspect.decode.json_structure.texts import scan_texts
from rnninspect.decode.weight_map import missing_tensors, read_weight_map
from rnninspect.errors import RefusedFile, RnnInspectError, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import Source, holding_source

PLACES = {f"layers.{at}.weight": f"model-{at % 3}.safetensors" for at in range(40)}
INDEX = {"metadata": {"total_size": 7, "note": "}"}, "weight_map": PLACES, "other": [1, [2]]}
ODD = {
    "a brace in a name": {**PLACES, "a}b": "c", "}": "}"},
    "the end of a member in a name": {**PLACES, 'a","b': "c", 'd": "e': "f"},
    "a name with escapes": {**PLACES, 'a\\"\n': "c", "é\u2028\U0001f600": "ü"},
    "a bracket in a name": {"[": "[", **PLACES, "{": "{"},
    "no name": {"": ""},
}
SMALL = '{"weight_map": {"a": "x", "b\\"": "y", "a": "z", "c}": "x"}, "metadata": {"n": 1}}'


def source_of(text: str | bytes, **limits: int) -> Source:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return holding_source("index.json", data, Limits(**limits))


def found(text: str | bytes, piece: int) -> tuple[object, object]:
    """What a scan with pieces of this length gives, and its members in order."""
    members: list[tuple[str, str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "_PIECE", piece)
        try:
            rest = scan_texts(
                source_of(text), "weight_map", lambda some: members.extend(some.items())
            )
        except RnnInspectError as error:
            return type(error), str(error)
    return rest, members


@pytest.mark.parametrize("places", [PLACES, *ODD.values()], ids=["plain", *ODD])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":"), (" ,", " : ")])
def test_all_members_are_handed_over(
    places: dict[str, str], indent: int | None, separators: tuple[str, str]
) -> None:
    for is_ascii in (True, False):
        document = {"metadata": {"a": 1}, "weight_map": places}
        text = json.dumps(document, indent=indent, separators=separators, ensure_ascii=is_ascii)
        for piece in (0, 32, 100, 2**16):
            rest, members = found(text, piece)
            assert rest == {"metadata": {"a": 1}, "weight_map": {}}
            assert members == list(places.items())


def test_a_repeated_name_comes_again_wherever_pieces_end() -> None:
    expected = [("a", "x"), ('b"', "y"), ("a", "z"), ("c}", "x")]
    for piece in (0, 20, 40, 2**16):
        assert found(SMALL, piece) == ({"weight_map": {}, "metadata": {"n": 1}}, expected)


@given(
    st.lists(
        st.tuples(st.integers(0, len(SMALL) - 1), st.sampled_from('"{}[],:01 \\nabu\n\u00e9')),
        min_size=1,
        max_size=3,
    ),
    st.booleans(),
)
def test_each_mutation_is_scanned_alike(changes: list[tuple[int, str]], insert: bool) -> None:
    text = SMALL
    for at, letter in changes:
        text = text[:at] + letter + text[at + (not insert) :]
    assert found(text, 0) == found(text, 30) == found(text, 2**16)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            '{"weight_map": {"a": "b", "c": 3, "d": "e"}}',
            "offset 31: a member of weight_map",
        ),
        ('{"weight_map": {"a": "b", "c": {"d": "e"}}}', "offset 31: a member of weight_map"),
        ('{"weight_map": {"a": "b", "c": "b"', "truncated JSON: it ends at offset 34"),
        ('{"weight_map": {"a": "b", "c" "d"}}', "offset 30: expected ':'"),
        ('{"weight_map": {"a": "b",}}', "offset 25: expected a key"),
        ('{"weight_map": {"a": "b"}} {', "offset 27: more after the end"),
        ('{"weight_map": {"a": "b"}, "weight_map": {}}', "offset 27: duplicate key 'weight_map'"),
        ('{"weight_map": {"a": "' + "b" * 70_000 + '"}}', "a text in weight_map is too long"),
        ('{"weight_map": {"' + "b" * 70_000 + '": "a"}}', "a key is too long"),
        ('["weight_map"]', "expected an object"),
        ('{"weight_map": {}}', "index of shards without a weight_map"),
        ('{"weight_map": [1]}', "index of shards without a weight_map"),
        ('{"weight_map": {"a": "b", "c": "d"}}', "index of more than 1 shards"),
        (b'{"weight_map": {"a": "b\xff"}}', "offset 23: a text is not UTF-8"),
    ],
)
def test_a_malformed_index(text: str | bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_weight_map(source_of(text), 1)


def test_files_and_metadata_of_an_index() -> None:
    index = read_weight_map(source_of(json.dumps(INDEX)), 3)
    assert index.files == ("model-0.safetensors", "model-1.safetensors", "model-2.safetensors")
    assert index.metadata == INDEX["metadata"]


def test_the_first_names_that_are_missing() -> None:
    names = {name for at, name in enumerate(PLACES) if at % 10}
    for piece in (0, 100, 2**16):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(texts, "_PIECE", piece)
            missing = missing_tensors(source_of(json.dumps(INDEX)), names, 2)
        assert missing == {"layers.0.weight": "model-0.safetensors",
                           "layers.10.weight": "model-1.safetensors"}  # fmt: skip
    assert missing_tensors(source_of(SMALL), {'b"', "c}"}, 2) == {"a": "z"}  # the last counts


def test_the_work_of_each_member_is_bounded() -> None:
    text = json.dumps({"weight_map": {f"}}{at}": "a" for at in range(10_000)}})
    with pytest.raises(RefusedFile, match="steps"):
        read_weight_map(source_of(text, steps=10_000), 1)
    plain = json.dumps({"weight_map": {f"{at}": "a" for at in range(10_000)}})
    assert read_weight_map(source_of(plain, steps=1_000), 1).files == ("a",)
