"""The rules: one record each, and the one function that applies them."""

from __future__ import annotations

from rnninspect.rules import budgets, coverage, file, formula, trust
from rnninspect.rules.finding import Breach, Case, Finding, Level, Rule
from rnninspect.rules.mismatch import mismatches
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

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
MOST_LOOSE = 1_000  # findings of one rule that concern no layer
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
    differing = [(counted, *found) for counted in counts for found in mismatches(counted)]
    case = Case(model, counts, tuple(differing))
    findings = [finding for rule in RULES.values() for finding in _findings(rule, case)]
    return tuple(sorted(findings, key=lambda finding: -finding.level.weight))


def _findings(rule: Rule, case: Case) -> Iterator[Finding]:
    """The findings of a rule; of those on no layer the first ones, and one that counts the rest.

    Layers are few, and each needs its verdict; a file may hold hundreds of thousands of tensors.
    """
    loose = 0
    for breach in rule.check(case) if rule.check else ():
        loose += breach.layer is None
        if loose <= MOST_LOOSE or breach.layer is not None:
            yield rule.finding(breach)
    if loose > MOST_LOOSE:
        yield rule.finding(Breach(f"and {plural(loose - MOST_LOOSE, 'more finding')} of this kind"))
