"""The arithmetic of layers, weight by weight: in symbols, in numbers, and what is stored."""

from __future__ import annotations

from rnninspect.model import Fate
from rnninspect.record import Record
from rnninspect.render.colour import heading, judged
from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.grid import draw
from rnninspect.render.knowledge.arithmetic import (
    HEADS,
    TENSOR,
    description,
    other_forms,
    results,
    step,
    weights,
)
from rnninspect.render.names import shared_beginning, shorten_apart
from rnninspect.render.widths import width_of, wrap
from rnninspect.wording.order import in_natural_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.counter import LayerCount
    from rnninspect.render.knowledge.arithmetic import Labelled
    from rnninspect.render.report.columns import Value
    from rnninspect.render.view import View
    from rnninspect.report import Report

LONGEST_NAME = 60
LABEL = 12  # columns of a label


class Explanation(Record):
    """Some layers of a report, to be explained."""

    report: Report
    layers: tuple[LayerCount, ...]


def render(explanation: Explanation, view: View) -> Iterator[str]:
    """A block for each layer, its table as narrow as names allow."""
    gap = ""
    for counted in in_natural_order(explanation.layers, lambda counted: counted.layer.name):
        yield gap + "\n".join([*_block(explanation.report, counted, view), ""])
        gap = "\n"


def _block(report: Report, counted: LayerCount, view: View) -> Iterator[str]:
    layer = counted.layer
    level = f", level {layer.stack.level} of {layer.stack.levels}" if layer.stack else ""
    name = heading(shorten(for_terminal(layer.name), 72), colour=view.colour)
    yield f"{name}: {for_terminal(layer.kind)}{level}"
    yield from _lines((*description(counted), *step(counted)), view.width)
    yield from _weights_table(counted, view)
    yield ""
    yield from map(_line, results(report, counted, colour=view.colour))
    yield from _lines(other_forms(counted), view.width)
    for finding in report.findings_of(layer.name):
        place = f"{for_terminal(finding.tensor)}: " if finding.tensor else ""
        message = for_terminal(finding.message)
        rule = judged(f"{finding.level} {finding.rule}", colour=view.colour)
        yield f"{rule} {finding.name}: {place}{message}"


def _lines(labelled: Iterable[Labelled], width: int) -> Iterator[str]:
    """A line for each text, wrapped beside its label."""
    for label, text in labelled:
        first, *rest = wrap(text, width - LABEL) if width else [text]
        yield from map(_line, ((label, first), *(("", line) for line in rest)))


def _line(labelled: Labelled) -> str:
    label, text = labelled
    return f"{label:<{LABEL}}{text}"


def _weights_table(counted: LayerCount, view: View) -> Iterator[str]:
    """A line for each weight; where names do not fit, their common beginning is above the table."""
    grid = list(weights(counted))
    names = shorten_apart((str(line[TENSOR]) for line in grid), LONGEST_NAME)
    grids = _renamed(grid, names)
    width = 0
    if width_of(draw(HEADS, grids).partition("\n")[0]) > view.width:
        stored = [name for name in names.values() if name != Fate.ABSENT.value]
        if shared := shared_beginning(stored):
            yield f"tensors     … is {shared}"
            names = {name: f"…{text.removeprefix(shared)}" for name, text in names.items()}
            names[Fate.ABSENT.value] = Fate.ABSENT.value
        grids, width = _renamed(grid, names), view.width
    yield ""
    yield draw(HEADS, grids, width, wrapped=TENSOR, colour=view.colour)


def _renamed(grid: Iterable[list[Value]], names: dict[str, str]) -> list[list[Value]]:
    return [[*line[:TENSOR], names[str(line[TENSOR])], *line[TENSOR + 1 :]] for line in grid]
