"""No test leaves itself out: one that needs a framework is marked, and fails without it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
SKIPPING = {"importorskip", "skip", "skipif", "skipIf", "skipUnless", "skipTest"}


def skips(tree: ast.AST) -> Iterator[int]:
    """The lines in which a test is skipped."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in SKIPPING:
            yield node.lineno


@pytest.mark.parametrize(
    "line",
    [
        "torch = pytest.importorskip('torch')",
        "pytest.skip('no network')",
        "@pytest.mark.skipif(True, reason='slow')\ndef test() -> None: ...",
    ],
)
def test_a_skipped_test_is_found(line: str) -> None:
    assert list(skips(ast.parse(line))) == [1]


def test_no_test_is_skipped() -> None:
    found = {
        f"{path.relative_to(TESTS)}:{line}"
        for path in TESTS.rglob("*.py")
        for line in skips(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == set()
