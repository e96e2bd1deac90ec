"""Audits by hand: of one report by one limit, and those that the formats are tested with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from making.by_hand import layer, model, report, tensor
from making.reports import CASES
from rnninspect.audit import Audit, Audited, Checking, audit, figures_of
from rnninspect.cells import Sizes
from rnninspect.model import SkippedLayer
from rnninspect.policy import Policies
from rnninspect.policy.baseline import Baseline
from rnninspect.policy.files import PolicyFile
from rnninspect.report import Report, Unreadable

BAD = [Unreadable("bad\n::x,y:%0A\x1b.pt", "a\r\n::error::reason ](x) %")]


def policies(**settings: object) -> Policies:
    """A policy file that says this, and nothing else."""
    return Policies(PolicyFile(str(Path.cwd()), settings, ()), {})


def lstm(path: str = "model.bin", hidden: int = 2, **changes: object) -> Report:
    """A report on one LSTM of 4(nm + n² + 2n) parameters, 56 for n = 2."""
    return report(model(layer(sizes=Sizes(3, hidden))), path)._replace(**changes)  # type: ignore[arg-type] # whatever a test changes


def hold_to(*reports: Report, **settings: Any) -> Audit:  # noqa: ANN401 - any key of a policy
    """An audit of these reports, or of one; `baseline` may be among the settings."""
    baseline = settings.pop("baseline", None)
    return audit(reports or (lstm(),), policies(**settings), baseline)


def told(made: Audit) -> list[tuple[str, str | None, str]]:
    """Rule, layer and message of each finding."""
    return [(finding.rule, finding.layer, finding.message) for _, finding in made.findings]


@dataclass(frozen=True, slots=True)
class Held:
    """What `Checking` is to a format, but it can be gone through again and again."""

    reports: tuple[Report, ...]
    policies: Policies
    baseline: Baseline | None = None
    unreadable: tuple[Unreadable, ...] = ()

    def __iter__(self) -> Iterator[Audited | Unreadable]:
        return iter(self._checking())

    def audit(self) -> Audit:
        return self._checking().audit()

    def _checking(self) -> Checking:
        return Checking([*self.reports, *self.unreadable], self.policies, self.baseline)


def held(reports: Iterable[Report], baseline: Baseline | None = None, **settings: Any) -> Held:  # noqa: ANN401 - any key of a policy
    """Reports to check by two limits, and by what else is given."""
    settings = {"max_parameters": 600_000, "max_hidden_size": 100, **settings}
    return Held(tuple(reports), policies(**settings), baseline)


def with_bad(made: Held, bad: Iterable[Unreadable]) -> Held:
    """The same, with files that could not be read."""
    return replace(made, unreadable=tuple(bad))


def grown() -> Held:
    """Something of everything: over, kept, grown, ignored, skipped, vanished, left out."""
    lost = SkippedLayer("custom", "MyCell", "no formula is known", (tensor("w", (2, 5)),))
    small = report(model(layer(sizes=Sizes(3, 2))), "small.pt")
    large = report(model(layer(sizes=Sizes(3, 4), name="rnn")), "large.pt")
    strange = report(model(layer(), others=lost.tensors)._replace(skipped=(lost,)), "odd.onnx")
    figures = {"small.pt": figures_of(small), "odd.onnx": figures_of(strange)}
    figures["large.pt"] = figures_of(small)._replace(file_bytes=1000)
    figures |= {"gone.pt": figures_of(small), "left.pt": figures_of(small)}
    old = Baseline(Path("rnninspect.lock"), figures, frozenset({"gone.pt"}))
    return held(
        [small, large, strange],
        old,
        max_parameters=100,
        min_coverage=Fraction(1),
        allowed_cells=("LSTM",),
        per_file_ignores=(("odd.onnx", ("R503",)),),
    )


AUDITS = {name: held(reports) for name, reports in CASES.items()} | {"grown": grown()}
