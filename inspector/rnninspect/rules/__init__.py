"""The rules: one record each, and the one function that applies them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnninspect.rules import coverage, file, formula, trust
from rnninspect.rules.finding import Case, Finding, Level, Rule

if TYPE_CHECKING:
    from rnninspect.counter import LayerCount
    from rnninspect.model import SavedModel

__all__ = ["FAMILIES", "RULES", "Finding", "Level", "Rule", "check"]

FAMILIES = {
    "R1": "formula against tensors",
    "R2": "the file",
    "R3": "trust",
    "R4": "coverage",
}
RULES: dict[str, Rule] = {
    rule.code: rule for rule in (*formula.RULES, *file.RULES, *trust.RULES, *coverage.RULES)
}


def check(model: SavedModel, counts: tuple[LayerCount, ...]) -> tuple[Finding, ...]:
    """Apply every rule to one file; findings come worst first, then by code, in file order."""
    case = Case(model, counts)
    findings = [
        Finding(rule.code, rule.name, rule.level, breach.layer, breach.tensor, breach.message)
        for rule in RULES.values()
        for breach in rule.check(case)
    ]
    return tuple(sorted(findings, key=lambda finding: -finding.level.weight))
