"""The arithmetic of layers, weight by weight: in symbols, in numbers, and what is stored."""

from __future__ import annotations

from rnninspect.model import Fate
from rnninspect.record import Record
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
from rnninspect.render.widths import width_of
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


class Explanation(Record):
    """Some layers of a report, to be explained."""

    report: Report
    layers: tuple[LayerCount, ...]


def render(explanation: Explanation, view: View) -> Iterator[str]:
    """A block for each layer, its table as narrow as names allow."""
    gap = ""
    for counted in in_natural_order(explanation.layers, lambda counted: counted.layer.name):
        yield gap + "\n".join([*_block(explanation.report, counted, view.width), ""])
        gap = "\n"


def _block(report: Report, counted: LayerCount, width: int) -> Iterator[str]:
    layer = counted.layer
    level = f", level {layer.stack.level} of {layer.stack.levels}" if layer.stack else ""
    yield f"{shorten(for_terminal(layer.name), 72)}: {for_terminal(layer.kind)}{level}"
    yield from map(_line, (*description(counted), *step(counted)))
    yield from _weights_table(counted, width)
    yield ""
    yield from map(_line, (*results(report, counted), *other_forms(counted)))
    for finding in report.findings_of(layer.name):
        place = f"{for_terminal(finding.tensor)}: " if finding.tensor else ""
        message = for_terminal(finding.message)
        yield f"{finding.level} {finding.rule} {finding.name}: {place}{message}"


def _line(labelled: Labelled) -> str:
    label, text = labelled
    return f"{label:<12}{text}"


def _weights_table(counted: LayerCount, width: int) -> Iterator[str]:
    """A line for each weight; where names do not fit, their common beginning is above the table."""
    grid = list(weights(counted))
    names = shorten_apart((str(line[TENSOR]) for line in grid), LONGEST_NAME)
    text = draw(HEADS, _renamed(grid, names))
    if width_of(text[: text.index("\n")]) > width:
        stored = [name for name in names.values() if name != Fate.ABSENT.value]
        if shared := shared_beginning(stored):
            yield f"tensors     … is {shared}"
            names = {name: f"…{text.removeprefix(shared)}" for name, text in names.items()}
            names[Fate.ABSENT.value] = Fate.ABSENT.value
        text = draw(HEADS, _renamed(grid, names), width, wrapped=TENSOR)
    yield ""
    yield text


def _renamed(grid: Iterable[list[Value]], names: dict[str, str]) -> list[list[Value]]:
    return [[*line[:TENSOR], names[str(line[TENSOR])], *line[TENSOR + 1 :]] for line in grid]
