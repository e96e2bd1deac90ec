"""Numbers with their nouns, and no message that counts one of several things as several."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from rnninspect.wording import plural

ROOT = Path(__file__).parents[2]
# A number that is put before a word in the plural, as in f"{count} activations are named".
COUNTED = re.compile(r"\{(?:len\(|count\b|number\b|more\b)[^{}]*\} (?!is\b|has\b)[a-z]+s\b")
# None of these can be 1, or the noun is not what the number counts.
NEVER_ONE = {
    "{len(levels)} levels",
    "{count} tensors",
    "{len(outlines):,} files",
    "{len(shards)} shards",
    "{len(args)} arguments",
    "{len(line)} digits",
    "{len(alike)} times",
    "{len(report.layers):,} layers",
    "{number:,} contradicts",
    "{number} declares",
    "{len(spans)} axes",
    "{len(spans)} directions",
    "{len(fields)} fields",
    "{len(found)} arrays",
    "{len(numbers)} kinds",
    "{len(last):,} bytes",
}


AFTER_NOUN = re.compile(r" (?:of|in|with|at|that|through|together)\b")


@pytest.mark.parametrize(
    ("number", "nouns", "text"),
    [
        (0, "", "0 tensors"),
        (1, "", "1 tensor"),
        (2, "", "2 tensors"),
        (1, "tensorflows", "1 tensor"),
        (12_345, "tensorflows", "12,345 tensorflows"),
    ],
)
def test_a_noun_follows_its_number(number: int, nouns: str, text: str) -> None:
    assert plural(number, "tensor", nouns) == text


def test_no_message_counts_one_thing_as_several() -> None:
    found = set()
    for path in (*ROOT.glob("inspector/**/*.py"), *ROOT.glob("plugins/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                found.update(COUNTED.findall(ast.unparse(node)))
    assert found - NEVER_ONE == set()


def test_what_exceeds_a_limit_is_one_thing() -> None:
    """The message goes on with "exceeds the limit"."""
    calls = [
        node
        for path in (*ROOT.glob("inspector/**/*.py"), *ROOT.glob("plugins/**/*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    places = {
        ast.unparse(said).lstrip("f").strip("'\"")
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("require", "spend")
        for said in call.args[2:]
        if isinstance(said, ast.Constant | ast.JoinedStr)
    }
    assert len(places) > 20
    named = {AFTER_NOUN.split(place)[0] for place in places}
    assert [noun for noun in named if noun.endswith("s") and not noun.startswith("what")] == []
