"""The rules: one record each, and the one function that applies them."""

from __future__ import annotations

from rnninspect.rules import budgets, coverage, file, formula, trust
from rnninspect.rules.finding import Breach, Case, Finding, Level, Rule
from rnninspect.rules.mismatch import mismatches
from rnninspect.rules.plain import is_plain
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
MOST_WITHOUT_LAYER = 1_000  # findings of one rule that belong to no layer
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
    odd = tuple(_odd(counts))
    differing = [(counted, *found) for counted in odd for found in mismatches(counted)]
    case = Case(model, counts, tuple(differing), odd)
    findings = [finding for rule in RULES.values() for finding in _findings(rule, case)]
    return tuple(sorted(findings, key=lambda finding: -finding.level.weight))


def _odd(counts: tuple[LayerCount, ...]) -> Iterator[LayerCount]:
    """The layers that are not plain, which is asked once of those that are alike."""
    plain: dict[int, bool] = {}
    for counted in counts:
        alike = id(counted.in_common)
        if alike not in plain and not counted.layer.extras:
            plain[alike] = is_plain(counted)
        if counted.layer.extras or not plain[alike]:
            yield counted


def _findings(rule: Rule, case: Case) -> Iterator[Finding]:
    """The findings of a rule; of those without a layer only the first, and a count of the rest.

    Layers are few, and each needs its verdict; a file may have hundreds of thousands of tensors.
    """
    without_layer = 0
    for breach in rule.check(case) if rule.check else ():
        without_layer += breach.layer is None
        if without_layer <= MOST_WITHOUT_LAYER or breach.layer is not None:
            yield rule.finding(breach)
    if without_layer > MOST_WITHOUT_LAYER:
        yield rule.finding(
            Breach(f"and {plural(without_layer - MOST_WITHOUT_LAYER, 'more finding')} of this kind")
        )
