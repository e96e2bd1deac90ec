"""The rules: one record each, and the one function that applies them."""

from __future__ import annotations

from rnninspect.rules import budgets, coverage, file, formula, trust
from rnninspect.rules.finding import Breach, Case, Finding, Level, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.counter import LayerCount
    from rnninspect.model import SavedModel

__all__ = ["FAMILIES", "RULES", "Breach", "Finding", "Level", "Rule", "check"]

FAMILIES = {
    "R1": "formula against tensors",
    "R2": "the file",
    "R3": "trust",
    "R4": "coverage",
    "R5": "budgets and growth",
}
RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        *formula.RULES,
        *file.RULES,
        *trust.RULES,
        *coverage.RULES,
        *budgets.RULES,
    )
}


def check(model: SavedModel, counts: tuple[LayerCount, ...]) -> tuple[Finding, ...]:
    """Apply every rule that needs no policy; findings come worst first, by code, in file order."""
    case = Case(model, counts)
    findings = [
        rule.finding(breach) for rule in RULES.values() if rule.check for breach in rule.check(case)
    ]
    return tuple(sorted(findings, key=lambda finding: -finding.level.weight))
