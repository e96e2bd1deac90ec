"""The promises that the map of the core makes name tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "inspector/README.md").read_text(encoding="utf-8")
PROMISES = TEXT.partition("## What is promised about files from strangers")[2]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PROMISES)


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_holds_a_promise_exists(path: str, name: str) -> None:
    assert f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_every_promise_is_held() -> None:
    rows = [line for line in PROMISES.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if row != "| promise | held by |"]
    assert len(rows) > 10
    assert all("::test_" in row for row in rows)
