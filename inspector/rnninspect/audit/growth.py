"""Compares models with the baseline: those that grew, appeared, vanished, or were not checked."""

from __future__ import annotations

from rnninspect.audit.gauges import at_most, decisive, figures_of
from rnninspect.policy.baseline import FIGURES
from rnninspect.record import Record
from rnninspect.rules import RULES, Breach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from rnninspect.audit.measure import Measure
    from rnninspect.policy import Policy
    from rnninspect.policy.baseline import Baseline, Figures
    from rnninspect.report import Report
    from rnninspect.rules import Finding

APPEARED, VANISHED, UNCHECKED = RULES["R507"], RULES["R508"], RULES["R509"]


class Renewal(Record):
    """A baseline that was written again: its path, and how many models it lists and changed."""

    path: Path
    models: int
    added: int
    changed: int
    removed: int


def renewal_of(old: Baseline, new: Baseline) -> Renewal:
    """The difference between a baseline and the one that replaces it."""
    both = old.models.keys() & new.models.keys()
    return Renewal(
        path=new.path,
        models=len(new.models),
        added=len(new.models) - len(both),
        changed=sum(old.models[name] != new.models[name] for name in both),
        removed=len(old.models) - len(both),
    )


def growth_of(report: Report, policy: Policy, baseline: Baseline) -> list[Measure]:
    """The growth of the figures since the baseline, compared with the policy."""
    old = baseline.models.get(baseline.name_of(report.path))
    if old is None or policy.max_growth is None:
        return []
    from fractions import Fraction  # noqa: PLC0415 - it imports `decimal`, for a baseline alone

    new, allowed = figures_of(report), Fraction(policy.max_growth)
    measures = []
    for figure in FIGURES:
        before, after = getattr(old, figure), getattr(new, figure)
        grown = Fraction(after - before, max(before, 1))
        measure = at_most(report.path, "max_growth", "R506", allowed, grown)
        about = f"growth, {figure.removesuffix('_parameters').replace('_', ' ')}"
        note = f"{before:,} before, {after:,} now{_most_grown(old, new)}"
        measures.append(measure._replace(about=about, note=note))
    return decisive(measures)


def _most_grown(old: Figures, new: Figures) -> str:
    """The layer that grew most, if one grew."""
    grown = {name: size - old.layers.get(name, 0) for name, size in new.layers.items()}
    name = max(grown, key=lambda layer: grown[layer], default=None)
    return f"; {name} {grown[name]:+,}" if name is not None and grown[name] > 0 else ""


def appeared(report: Report, baseline: Baseline) -> Iterator[Finding]:
    """A finding if the model is not in the baseline."""
    if baseline.name_of(report.path) not in baseline.models:
        yield APPEARED.finding(Breach(f"not in {baseline.path}"))


def not_checked(baseline: Baseline, paths: Collection[str]) -> Iterator[tuple[str, Finding]]:
    """A finding for each model of the baseline that this run did not open, with its path."""
    given = {baseline.name_of(path) for path in paths}
    for name in baseline.models:
        if name in baseline.missing:
            finding = VANISHED.finding(Breach(f"in {baseline.path}, but the file is missing"))
            yield baseline.path_of(name), finding
        elif name not in given:
            finding = UNCHECKED.finding(Breach(f"in {baseline.path}, but not checked"))
            yield baseline.path_of(name), finding
