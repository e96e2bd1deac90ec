"""Compares reports with a policy and a baseline; reads and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from rnninspect.audit.gauges import GAUGED, measures_of
from rnninspect.audit.growth import appeared, growth_of, not_checked
from rnninspect.audit.measure import Measure, Outcome
from rnninspect.report import Findings, Report
from rnninspect.rules import RULES, Breach, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.audit.growth import Renewal
    from rnninspect.policy import Policies
    from rnninspect.policy.baseline import Baseline
    from rnninspect.report import Unreadable
    from rnninspect.rules import Level

BUDGETS = "R5"


@dataclass(frozen=True, slots=True)
class Audit:
    """The outcome for all models.

    Attributes:
        reports: the reports, their findings as the policy counts them, budgets among them.
        measures: each limit beside its value, what fails first, then by the share used.
        elsewhere: findings on models of the baseline that were not opened, with their paths.
        fail_on: the level from which a finding fails; None for none.
        limits: how many limits are set for these models, whether or not one could be measured.
        unreadable: the files that could not be read.
        renewal: what an update of the baseline changed, if one was asked for.
    """

    reports: tuple[Report, ...]
    measures: tuple[Measure, ...]
    elsewhere: tuple[tuple[str, Finding], ...]
    fail_on: Level | None
    limits: int = 0
    unreadable: tuple[Unreadable, ...] = ()
    renewal: Renewal | None = None

    @property
    def findings(self) -> tuple[tuple[str, Finding], ...]:
        """All findings, each with the path of its model."""
        placed = ((report.path, finding) for report in self.reports for finding in report.findings)
        return (*placed, *self.elsewhere)

    @property
    def failing(self) -> tuple[str, ...]:
        """The paths of the models that fail, each once."""
        failing = (path for path, finding in self.findings if finding.level.reaches(self.fail_on))
        return tuple(dict.fromkeys(failing))


def audit(
    reports: Sequence[Report],
    policies: Policies,
    baseline: Baseline | None = None,
    unreadable: Sequence[Unreadable] = (),
) -> Audit:
    """Compare each report with its policy.

    Args:
        reports: of the models that could be read.
        policies: the policy of each model.
        baseline: figures to measure growth by.
        unreadable: the models that could not be read, which were checked all the same.
    """
    audited, measures = [], []
    for report in reports:
        one, its = _audit_one(report, policies, baseline)
        audited.append(one)
        measures.extend(its)
    paths = [*(report.path for report in reports), *(file.path for file in unreadable)]
    elsewhere = not_checked(baseline, paths) if baseline else ()
    return Audit(
        reports=tuple(audited),
        measures=tuple(sorted(measures, key=_urgency)),
        elsewhere=tuple(
            (path, finding)
            for path, finding in elsewhere
            if _counting(policies, path)(finding.rule)
        ),
        fail_on=policies.general.fail_on,
        limits=len(_limits(policies, paths)),
        unreadable=tuple(unreadable),
    )


def _limits(policies: Policies, paths: Sequence[str]) -> set[str]:
    """The limits that are set for at least one of the models, except growth."""
    asked = [policies.general, *map(policies.for_model, paths)]
    return {key for key in GAUGED for policy in asked if getattr(policy, key) not in (None, False)}


def _audit_one(
    report: Report, policies: Policies, baseline: Baseline | None
) -> tuple[Report, list[Measure]]:
    policy, counts = policies.for_model(report.path), _counting(policies, report.path)
    measures = [*measures_of(report, policy)]
    more: list[Finding] = []
    if baseline:
        measures.extend(growth_of(report, policy, baseline))
        more.extend(appeared(report, baseline))
    measures = [_settle(measure, counts) for measure in measures]
    more.extend(
        RULES[measure.rule].finding(Breach(measure.message, measure.layer))
        for measure in measures
        if measure.outcome is Outcome.FAIL
    )
    findings = (finding for finding in (*report.findings, *more) if counts(finding.rule))
    ordered = sorted(findings, key=lambda finding: -finding.level.weight)
    return report._replace(findings=Findings(ordered)), measures


def _settle(measure: Measure, counts: Callable[[str], bool]) -> Measure:
    if measure.outcome is Outcome.PASS or counts(measure.rule):
        return measure
    return replace(measure, outcome=Outcome.IGNORED)


def _counting(policies: Policies, path: str) -> Callable[[str], bool]:
    """Whether a rule counts for a model: the longer of two prefixes wins, or to ignore if equal.

    A budget counts without being selected, since somebody has set it.
    """
    policy, ignored = policies.for_model(path), policies.ignored_for(path)
    selected = (*policy.select, BUDGETS)

    def counts(code: str) -> bool:
        if any(code.startswith(start) for start in ignored):
            return False
        return _longest(selected, code) > _longest(policy.ignore, code)

    return counts


def _longest(beginnings: Sequence[str], code: str) -> int:
    return max((len(start) for start in beginnings if code.startswith(start)), default=0)


def _urgency(measure: Measure) -> tuple[bool, Fraction]:
    share = Fraction(0) if measure.share is None else measure.share
    return measure.outcome is not Outcome.FAIL, -share
