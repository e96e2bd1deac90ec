"""What the documents say of rules, cells, commands and formats is generated from the code."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from documents import cell_pages, command_pages, format_pages, rule_pages
from rnninspect.rules import RULES

DOCS = Path(__file__).parents[2] / "docs"
PARTS: dict[tuple[str, str], Callable[[], str]] = {
    ("rules", "rules"): rule_pages.page,
    ("cells", "gated"): cell_pages.gated,
    ("cells", "own-sizes"): cell_pages.with_own_sizes,
    ("commands", "commands"): command_pages.page,
    ("commands", "limits"): command_pages.limits,
    ("policy", "keys"): command_pages.keys,
    ("formats", "readers"): format_pages.readers,
    ("formats", "foreign"): format_pages.foreign,
}


@pytest.mark.parametrize(("page", "part"), PARTS)
def test_a_generated_part_is_fresh(page: str, part: str, pytestconfig: pytest.Config) -> None:
    path = DOCS / f"{page}.md"
    marks = rf"(<!-- generated: {part} -->\n\n).*?(\n\n<!-- until here -->)"
    pattern = re.compile(marks, re.DOTALL)
    text = path.read_text()
    made = PARTS[page, part]()
    fresh, number = pattern.subn(lambda match: match[1] + made + match[2], text)
    assert number == 1, f"no place for {part} in {path.name}"
    if pytestconfig.getoption("--renew-golden"):
        path.write_text(fresh)
    assert fresh == path.read_text()


def test_each_rule_has_an_example() -> None:
    assert set(RULES) == {*rule_pages.examples(), *rule_pages.SCENES}
