"""Which known word a misspelt one means."""

from __future__ import annotations

import pytest

from rnninspect.wording.nearest import LONGEST, MOST, nearest, suggestion


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("tensor-shap", ["tensor-shape"]),
        ("JSOM", ["json"]),
        ("json", ["json"]),
        ("xml", []),
        ("", []),
    ],
)
def test_the_nearest_word_ignores_case(word: str, near: list[str]) -> None:
    assert nearest(word, ("json", "table", "tensor-shape", "json")) == near


def test_several_come_the_closest_first() -> None:
    assert nearest("gru", ("minGRU", "GRU", "LSTM", "ConvGRU"), 3) == ["GRU", "minGRU", "ConvGRU"]


def test_the_least_similarity_can_be_raised() -> None:
    assert nearest("lstn", ["lstm"]) == ["lstm"]
    assert nearest("lstn", ["lstm"], alike=0.9) == []


def test_what_a_file_names_is_compared_within_bounds() -> None:
    long = "a" * LONGEST
    assert nearest(long, [f"{long}b"]) == []
    assert nearest(f"{long}b", [long]) == []
    assert nearest(long, [long]) == [long]
    known = [*(f"x{number}" for number in range(MOST)), "lstm"]
    assert nearest("lstm", known) == []
    assert nearest("lstm", known[1:]) == ["lstm"]


def test_a_suggestion_is_appended_to_an_error() -> None:
    assert suggestion([]) == ""
    assert suggestion(["a"]) == "; did you mean a?"
    assert suggestion(["a", "b"]) == "; did you mean a or b?"
