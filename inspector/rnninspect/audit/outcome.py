"""The outcome of a check: a row for each model, and what is said of all of them."""

from __future__ import annotations

from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.audit.growth import Renewal
    from rnninspect.audit.measure import Measure
    from rnninspect.report import Report, Unreadable
    from rnninspect.rules import Finding, Level


class Checked(Record):
    """What an audit keeps of a model, which is little, since there may be many.

    Attributes:
        path: of the model.
        findings: those of its report as the policy counts them, budgets among them, worst first.
        measures: each limit beside the model's value.
    """

    path: str
    findings: tuple[Finding, ...]
    measures: tuple[Measure, ...]

    @property
    def unmeasured(self) -> list[Finding]:
        """The findings that are not those of a limit."""
        measured = {measure.rule for measure in self.measures}
        return [finding for finding in self.findings if finding.rule not in measured]

    def fails(self, fail_on: Level | None) -> bool:
        """Whether a finding is of this level or worse."""
        return any(finding.level.reaches(fail_on) for finding in self.findings)


class LargeLayer(Record):
    """A layer that is among the largest: sizes in elements, `of_all` those of its whole model."""

    path: str
    name: str
    cell: str
    input_size: int | None
    hidden_size: int
    stored: int
    of_all: int


class Audit(Record):
    """The outcome for all models.

    Attributes:
        models: a row for each model that could be read.
        measures: each limit beside its value, what fails first, then by the share used.
        elsewhere: findings on models of the baseline that were not opened, with their paths.
        fail_on: the level from which a finding fails; None for none.
        limits: how many limits are set for these models, whether or not one could be measured.
        unreadable: the files that could not be read.
        largest: the largest layers of the models that fail, or, if none does, of all.
        renewal: what an update of the baseline changed, if one was asked for.
    """

    models: tuple[Checked, ...]
    measures: tuple[Measure, ...]
    elsewhere: tuple[tuple[str, Finding], ...]
    fail_on: Level | None
    limits: int = 0
    unreadable: tuple[Unreadable, ...] = ()
    largest: tuple[LargeLayer, ...] = ()
    renewal: Renewal | None = None

    @property
    def findings(self) -> tuple[tuple[str, Finding], ...]:
        """All findings, each with the path of its model."""
        placed = ((model.path, finding) for model in self.models for finding in model.findings)
        return (*placed, *self.elsewhere)

    @property
    def failing(self) -> tuple[str, ...]:
        """The paths of the models that fail, each once."""
        failing = (path for path, finding in self.findings if finding.level.reaches(self.fail_on))
        return tuple(dict.fromkeys(failing))


def largest_of(report: Report, number: int) -> list[LargeLayer]:
    """The largest layers of a model, this many at most, the first of equal ones first."""
    layers = sorted(report.layers, key=lambda counted: -counted.stored)[:number]
    return [
        LargeLayer(
            path=report.path,
            name=counted.layer.name,
            cell=counted.layer.cell,
            input_size=counted.layer.sizes.input_size,
            hidden_size=counted.layer.sizes.hidden_size,
            stored=counted.stored,
            of_all=report.totals.parameters,
        )
        for counted in layers
    ]
