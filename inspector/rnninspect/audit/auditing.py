"""Compares reports with a policy and a baseline; reads and writes nothing."""

from __future__ import annotations

from rnninspect.audit.gauges import GAUGED, measures_of
from rnninspect.audit.growth import appeared, growth_of, not_checked
from rnninspect.audit.measure import Measure, Outcome
from rnninspect.audit.outcome import Audit, Checked, LargeLayer, largest_of
from rnninspect.report import Findings, Report
from rnninspect.rules import RULES, Breach, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rnninspect.policy import Policies, Policy
    from rnninspect.policy.baseline import Baseline
    from rnninspect.report import Unreadable

BUDGETS = "R5"
LARGEST_KEPT = 5  # layers


class Auditor:
    """Compares one model after another with its policy, and keeps a row of each.

    Args:
        policies: the policy of each model.
        baseline: figures to measure growth by.
    """

    def __init__(self, policies: Policies, baseline: Baseline | None = None) -> None:
        self._policies, self._baseline = policies, baseline
        self._models: list[Checked] = []
        self._unreadable: list[Unreadable] = []
        self._limits = _limits(policies.general)
        self._largest: dict[bool, list[LargeLayer]] = {False: [], True: []}  # of those that fail

    def add(self, report: Report) -> tuple[Report, Checked]:
        """The report with its findings as the policy counts them, and the row that is kept."""
        policy = self._policies.for_model(report.path)
        self._limits |= _limits(policy)
        counts = _counting(self._policies, report.path, policy)
        measures = [*measures_of(report, policy)]
        more: list[Finding] = []
        if self._baseline:
            measures.extend(growth_of(report, policy, self._baseline))
            more.extend(appeared(report, self._baseline))
        measures = [_settle(measure, counts) for measure in measures]
        findings = _findings(report, measures, more, counts)
        row = Checked(report.path, findings, tuple(measures))
        self._models.append(row)
        self._keep_largest(report, fails=row.fails(self._policies.general.fail_on))
        return report._replace(findings=Findings(findings)), row

    def add_unreadable(self, file: Unreadable) -> None:
        """Note a model that could not be read, which was checked all the same."""
        self._unreadable.append(file)
        self._limits |= _limits(self._policies.for_model(file.path))

    def _keep_largest(self, report: Report, *, fails: bool) -> None:
        layers = [*self._largest[fails], *largest_of(report, LARGEST_KEPT)]
        self._largest[fails] = sorted(layers, key=lambda layer: -layer.stored)[:LARGEST_KEPT]

    def audit(self) -> Audit:
        """The outcome for all models so far."""
        fail_on = self._policies.general.fail_on
        measures = (measure for model in self._models for measure in model.measures)
        failing = any(model.fails(fail_on) for model in self._models)
        return Audit(
            models=tuple(self._models),
            measures=tuple(sorted(measures, key=urgency)),
            elsewhere=tuple(self._elsewhere()),
            fail_on=fail_on,
            limits=len(self._limits),
            unreadable=tuple(self._unreadable),
            largest=tuple(self._largest[failing]),
        )

    def _elsewhere(self) -> Iterable[tuple[str, Finding]]:
        """Findings on models of the baseline that were not opened."""
        if self._baseline is None:
            return
        paths = [model.path for model in self._models]
        paths += [file.path for file in self._unreadable]
        for path, finding in not_checked(self._baseline, paths):
            policy = self._policies.for_model(path)
            if _counting(self._policies, path, policy)(finding.rule):
                yield path, finding


def audit(
    reports: Iterable[Report],
    policies: Policies,
    baseline: Baseline | None = None,
    unreadable: Iterable[Unreadable] = (),
) -> Audit:
    """Compare each report with its policy.

    Args:
        reports: of the models that could be read.
        policies: the policy of each model.
        baseline: figures to measure growth by.
        unreadable: the models that could not be read, which were checked all the same.
    """
    auditor = Auditor(policies, baseline)
    for report in reports:
        auditor.add(report)
    for file in unreadable:
        auditor.add_unreadable(file)
    return auditor.audit()


def _limits(policy: Policy) -> set[str]:
    """The limits that are set, except growth."""
    return {key for key in GAUGED if getattr(policy, key) not in (None, False)}


def _findings(
    report: Report,
    measures: Sequence[Measure],
    more: Sequence[Finding],
    counts: Callable[[str], bool],
) -> tuple[Finding, ...]:
    """The findings that count: those of the report, `more`, and one for each limit that fails."""
    over = [
        RULES[measure.rule].finding(Breach(measure.message, measure.layer))
        for measure in measures
        if measure.outcome is Outcome.FAIL
    ]
    found = (finding for finding in (*report.findings, *more, *over) if counts(finding.rule))
    return tuple(sorted(found, key=lambda finding: -finding.level.weight))


def _settle(measure: Measure, counts: Callable[[str], bool]) -> Measure:
    if measure.outcome is Outcome.PASS or counts(measure.rule):
        return measure
    return measure._replace(outcome=Outcome.IGNORED)


def _counting(policies: Policies, path: str, policy: Policy) -> Callable[[str], bool]:
    """Whether a rule counts for a model: the longer of two prefixes wins, or to ignore if equal.

    A budget counts without being selected, since somebody has set it.
    """
    ignored = policies.ignored_for(path)
    selected = (*policy.select, BUDGETS)

    def counts(code: str) -> bool:
        if any(code.startswith(start) for start in ignored):
            return False
        return _longest(selected, code) > _longest(policy.ignore, code)

    return counts


def _longest(beginnings: Sequence[str], code: str) -> int:
    return max((len(start) for start in beginnings if code.startswith(start)), default=0)


def urgency(measure: Measure) -> tuple[bool, float]:
    """The order of limits: what fails first, then by the share used."""
    return measure.outcome is not Outcome.FAIL, -(measure.share or 0)
