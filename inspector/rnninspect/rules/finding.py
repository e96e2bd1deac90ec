"""What a rule is, and what it yields."""

from __future__ import annotations

from enum import StrEnum

from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rnninspect.counter import LayerCount, OperandCount
    from rnninspect.model import Fact, SavedModel
    from rnninspect.rules.mismatch import Reason


class Level(StrEnum):
    """How bad a finding is, in SARIF's words."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def weight(self) -> int:
        """3 for an error, 1 for a note."""
        return {"error": 3, "warning": 2, "note": 1}[self.value]

    def reaches(self, least: Level | None) -> bool:
        """Whether it is at least as bad as another level; never for None."""
        return least is not None and self.weight >= least.weight


class Case(Record):
    """All that a rule may look at: one file's description and its counted layers.

    `differing` holds each operand whose shape is not the expected one, with its layer and why.
    """

    model: SavedModel
    counts: tuple[LayerCount, ...]
    differing: tuple[tuple[LayerCount, OperandCount, Reason], ...]


class Breach(Record):
    """One place where a rule is broken."""

    message: str
    layer: str | None = None
    tensor: str | None = None


class Rule(Record):
    """One rule, whole: its words and its check. A code is never used again for another rule.

    Attributes:
        code: `R101`; its first digit is the family.
        name: short, for people who do not remember codes.
        level: level of its findings.
        summary: one sentence on what it finds.
        why: why that matters.
        fix: what to do about it.
        check: yields a breach for each place; None where `rnninspect.audit` does, with a policy.
    """

    code: str
    name: str
    level: Level
    summary: str
    why: str
    fix: str
    check: Callable[[Case], Iterable[Breach]] | None = None

    def finding(self, breach: Breach) -> Finding:
        """The finding that a breach of this rule is."""
        return Finding(
            self.code, self.name, self.level, breach.layer, breach.tensor, breach.message
        )


class Finding(Record):
    """A breach with the rule that it breaks; `layer` and `tensor` are names as the report has."""

    rule: str
    name: str
    level: Level
    layer: str | None
    tensor: str | None
    message: str


def observed(fact: Fact) -> Callable[[Case], Iterator[Breach]]:
    """A check that yields what the reader noticed of this kind, in the reader's words."""

    def check(case: Case) -> Iterator[Breach]:
        for noticed in case.model.observations:
            if noticed.fact is fact:
                yield Breach(noticed.detail, noticed.layer, noticed.tensor)

    return check
