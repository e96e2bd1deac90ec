"""What a rule is, and what it yields."""

from __future__ import annotations

from rnninspect.lean import StrEnum
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rnninspect.counter import LayerCount, OperandCount
    from rnninspect.model import Fact, SavedModel
    from rnninspect.rules.mismatch import Reason


class Level(StrEnum):
    """The severity of a finding, in the terms of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def weight(self) -> int:
        """3 for an error, 1 for a note."""
        return _WEIGHTS[self.value]

    def reaches(self, least: Level | None) -> bool:
        """Whether it is at least as bad as another level; never for None."""
        return least is not None and self.weight >= least.weight


_WEIGHTS = {"error": 3, "warning": 2, "note": 1}


class Case(Record):
    """All that a rule may look at: one file's description and its counted layers.

    `differing` lists each operand whose shape is not the expected one, its layer and the reason;
    `odd` are the layers that are not `rnninspect.rules.plain.is_plain`.
    """

    model: SavedModel
    counts: tuple[LayerCount, ...]
    differing: tuple[tuple[LayerCount, OperandCount, Reason], ...]
    odd: tuple[LayerCount, ...]


class Breach(Record):
    """One place where a rule is broken."""

    message: str
    layer: str | None = None
    tensor: str | None = None


class Rule(Record):
    """One rule with its texts and its check. The code of a removed rule is never reused.

    Attributes:
        code: `R101`; its first digit is the family.
        name: short and readable.
        level: level of its findings.
        summary: what it finds, in one sentence.
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
        """A breach as a finding of this rule."""
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
    """A check that yields the reader's observations of one kind."""

    def check(case: Case) -> Iterator[Breach]:
        for observation in case.model.observations:
            if observation.fact is fact:
                yield Breach(observation.detail, observation.layer, observation.tensor)

    return check
