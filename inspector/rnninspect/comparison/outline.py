"""The part of a report that a comparison needs, from a new report or from one saved as JSON."""

from __future__ import annotations

from rnninspect.cells import Role, Sizes
from rnninspect.counter import bias_vectors
from rnninspect.record import Record
from rnninspect.rules import Level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.counter import LayerCount
    from rnninspect.report import Report, Verdict


class LayerOutline(Record):
    """One layer; `stored` counts parameters, `bytes` what they take in the file.

    Attributes:
        dtypes: of its stored tensors, sorted; empty where nothing is stored.
        expected: parameters by its formula.
        verdict: what the rules say of it.
        parts: the number of layers of the file: 2 where two directions were joined.
    """

    name: str
    kind: str
    cell: str
    sizes: Sizes
    convention: str
    bias_vectors: int
    peepholes: bool
    dtypes: tuple[str, ...]
    expected: int
    stored: int
    bytes: int
    verdict: Verdict
    parts: int = 1


class Outline(Record):
    """One file; the totals are those of a report.

    Attributes:
        skipped: name and kind of each recurrent layer that was not understood.
        constants: elements that are stored but not parameters: constants and states.
        errors: findings of level error.
        copies: elements of a second copy of the network, which no total counts.
    """

    path: str
    format: str
    framework: str
    file_bytes: int
    layers: tuple[LayerOutline, ...]
    skipped: tuple[tuple[str, str], ...]
    parameters: int
    recurrent: int
    bytes: int
    constants: int
    errors: int
    copies: int = 0

    @property
    def other(self) -> int:
        """Parameters outside the recurrent layers."""
        return self.parameters - self.recurrent


def outline(report: Report) -> Outline:
    """The outline of a report."""
    totals = report.totals
    return Outline(
        path=report.path,
        format=report.format,
        framework=report.framework,
        file_bytes=report.file_bytes,
        layers=tuple(_layer(report, counted) for counted in report.layers),
        skipped=tuple((layer.name, layer.kind) for layer in report.skipped),
        parameters=totals.parameters,
        recurrent=totals.recurrent,
        bytes=totals.bytes,
        constants=sum(totals.not_parameters.get(purpose, 0) for purpose in CONSTANTS),
        errors=sum(finding.level is Level.ERROR for finding in report.findings),
        copies=totals.copies,
    )


CONSTANTS = ("constants", "state")  # keys of a report's `not_parameters`


def _layer(report: Report, counted: LayerCount) -> LayerOutline:
    layer = counted.layer
    return LayerOutline(
        name=layer.name,
        kind=layer.kind,
        cell=layer.cell,
        sizes=layer.sizes,
        convention=layer.convention,
        bias_vectors=bias_vectors(layer),
        peepholes=Role.PEEPHOLE in layer.roles,
        dtypes=counted.dtypes,
        expected=counted.expected,
        stored=counted.stored,
        bytes=counted.bytes,
        verdict=report.verdict(counted),
    )
