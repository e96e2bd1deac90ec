"""Rules by what people write: a code or a name, in any case."""

from __future__ import annotations

from rnninspect.rules import RULES
from rnninspect.wording.nearest import nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.rules import Rule


def rule_named(word: str) -> Rule | None:
    """The rule with this code or name; None if there is none."""
    return rules_by_word().get(word.lower())


def similar_rules(word: str) -> list[Rule]:
    """The rule whose name is most like a word; empty if none is. Codes are all alike."""
    by_name = {rule.name: rule for rule in RULES.values()}
    return [by_name[near] for near in nearest(word, by_name)]


def rules_by_word() -> dict[str, Rule]:
    """Each rule by its name and by its code, both in lower case."""
    rules = RULES.values()
    return {word: rule for rule in rules for word in (rule.code.lower(), rule.name)}
