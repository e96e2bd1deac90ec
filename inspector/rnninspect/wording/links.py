"""Where the project is on the web, and the page on each rule."""

from __future__ import annotations

HOME = "https://github.com/rnninspect/rnninspect"
RULES_PAGE = "docs/rules.md"


def rule_page(code: str) -> str:
    """The URL of the description of a rule, by its code."""
    return f"{HOME}/blob/main/{RULES_PAGE}#{code.lower()}"
