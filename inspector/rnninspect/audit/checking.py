"""Compares models with a policy as they come, so that no report need be kept."""

from __future__ import annotations

from rnninspect.audit.auditing import Auditor
from rnninspect.record import Record
from rnninspect.report import Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rnninspect.audit.outcome import Audit, Checked
    from rnninspect.policy import Policies
    from rnninspect.policy.baseline import Baseline
    from rnninspect.report import Report


class Audited(Record):
    """A model that was compared with its policy.

    Attributes:
        report: the report, with its findings as the policy counts them.
        row: what the audit keeps of it.
    """

    report: Report
    row: Checked


class Checking:
    """Models that are compared with a policy one after another, and the outcome for all of them.

    Each model can be seen once, by iterating. What has not been seen when the outcome is asked for
    is compared then.

    Args:
        results: reports, and files that could not be read, as they come.
        policies: the policy of each model.
        baseline: figures to measure growth by.
        end: what is done with the outcome once all models are there; it may change it.
    """

    def __init__(
        self,
        results: Iterable[Report | Unreadable],
        policies: Policies,
        baseline: Baseline | None = None,
        end: Callable[[Audit], Audit] | None = None,
    ) -> None:
        self._results = iter(results)
        self._auditor = Auditor(policies, baseline)
        self._end = end
        self._audit: Audit | None = None

    def __iter__(self) -> Iterator[Audited | Unreadable]:
        for result in self._results:
            if isinstance(result, Unreadable):
                self._auditor.add_unreadable(result)
                yield result
            else:
                yield Audited(*self._auditor.add(result))

    def audit(self) -> Audit:
        """The outcome for all models."""
        if self._audit is None:
            for _ in self:
                pass
            made = self._auditor.audit()
            self._audit = self._end(made) if self._end else made
        return self._audit
