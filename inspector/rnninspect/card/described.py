"""What a card keeps of a model besides its text: figures, words for tags, whether it fails."""

from __future__ import annotations

from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.report import Report


class Described(Record):
    """A model of a card; counts in elements.

    Attributes:
        path: of the model, from the card.
        framework: whose file it is.
        cells: of its layers, each once, in their order.
        parameters: of the model.
        recurrent: those of its recurrent layers.
        bytes: stored bytes of the parameters.
    """

    path: str
    framework: str
    cells: tuple[str, ...]
    parameters: int
    recurrent: int
    bytes: int


def described(report: Report) -> Described:
    """What a card keeps of a report."""
    return Described(
        path=report.path,
        framework=report.framework,
        cells=tuple(dict.fromkeys(counted.layer.cell for counted in report.layers)),
        parameters=report.totals.parameters,
        recurrent=report.totals.recurrent,
        bytes=report.totals.bytes,
    )
