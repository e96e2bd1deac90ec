"""One rule as JSON; see SCHEMA_VERSION."""

from __future__ import annotations

from rnninspect.render.report.json import dump, heading
from rnninspect.rules import FAMILIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.render.report.json import Json
    from rnninspect.render.view import View
    from rnninspect.rules import Rule


def render(rule: Rule, _: View) -> Iterator[str]:
    """One document."""
    yield f"{dump({**heading(), 'rule': rule_json(rule)})}\n"


def rule_json(rule: Rule) -> Json:
    """The texts of a rule as plain values."""
    return {
        "code": rule.code,
        "name": rule.name,
        "level": rule.level.value,
        "family": FAMILIES[rule.code[:2]],
        "summary": rule.summary,
        "why": rule.why,
        "fix": rule.fix,
    }
