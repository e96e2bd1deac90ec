"""The rows that an audit's table and Markdown are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnninspect.audit import Outcome
from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.to_table import finding_lines
from rnninspect.rules import Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.audit import Audit
    from rnninspect.render.view import Unreadable

LIMIT_HEADS = ("Result", "Used", "Value", "Allowed", "Limit", "Model")
LAYER_HEADS = ("Parameters", "Of all", "Cell", "m", "n", "Layer")
LARGEST_SHOWN, LIMITS_SHOWN = 5, 200
LONGEST_WORDS = 24
NO_LIMIT = "no limit is set: only the rules were checked"
Grid = list[list[str]]


def verdict(audit: Audit, unreadable: Sequence[Unreadable]) -> str:
    """How many models there were and how many failed, in one line."""
    failing = set(audit.failing)
    failed = sum(report.path in failing for report in audit.reports)
    absent = len({path for path, _ in audit.elsewhere} & failing)
    number = len(audit.reports) + len(unreadable)
    parts = [f"{len(audit.reports) - failed} passed", f"{failed} failed"]
    parts += [f"{len(unreadable)} unreadable"] if unreadable else []
    parts += [f"{absent} absent"] if absent else []
    return f"{number} model{'' if number == 1 else 's'}: {', '.join(parts)}"


def limit_grid(audit: Audit, width: int) -> Grid:
    """A row for each limit; the model's name, the last of them, is no wider than given."""
    rows: Grid = []
    for measure in audit.measures[:LIMITS_SHOWN]:
        texts = [measure.share_text, measure.value_text, measure.allowed_text]
        shown = [shorten(for_terminal(text), LONGEST_WORDS) for text in texts]
        outcome = measure.outcome.value
        result = outcome.upper() if measure.outcome is Outcome.FAIL else outcome
        rows.append([result, *shown, measure.about, _place(measure.path, measure.layer)])
    return _aligned(rows, (1, 2, 3), width)


def layer_grid(audit: Audit, width: int) -> Grid:
    """The largest layers, of the models that fail if any does: there it pays to cut."""
    failing = set(audit.failing)
    reports = [report for report in audit.reports if report.path in failing] or audit.reports
    layers = [(counted, report) for report in reports for counted in report.layers]
    layers.sort(key=lambda pair: -pair[0].stored)
    rows: Grid = []
    for counted, report in layers[:LARGEST_SHOWN]:
        sizes = counted.layer.sizes
        share = f"{100 * counted.stored // max(report.totals.parameters, 1)} %"
        numbers = [f"{sizes.input_size:,}", f"{sizes.hidden_size:,}"]
        place = _place(report.path, counted.layer.name)
        rows.append([f"{counted.stored:,}", share, counted.layer.cell, *numbers, place])
    return _aligned(rows, (0, 1, 3, 4), width)


def told_lines(audit: Audit) -> Iterator[str]:
    """Findings that have no row among the limits; notes are counted, not told."""
    measured = {measure.rule for measure in audit.measures}
    notes = 0
    for report in audit.reports:
        found = [finding for finding in report.findings if finding.rule not in measured]
        notes += sum(finding.level is Level.NOTE for finding in found)
        serious = [finding for finding in found if finding.level is not Level.NOTE]
        for line in finding_lines(serious):
            yield f"{for_terminal(report.path)}: {line}"
    for path, finding in audit.elsewhere:
        for line in finding_lines([finding]):
            yield f"{for_terminal(path)}: {line}"
    if notes:
        yield f"{notes:,} note{'' if notes == 1 else 's'}: `rnninspect MODEL` tells them"


def more_limits(audit: Audit) -> str:
    """How many limits are not shown, if any."""
    more = len(audit.measures) - LIMITS_SHOWN
    return f"and {more:,} more" if more > 0 else ""


def _place(path: str, layer: str | None) -> str:
    return for_terminal(path) if layer is None else f"{for_terminal(path)}: {for_terminal(layer)}"


def _aligned(rows: Grid, right: Sequence[int], width: int) -> Grid:
    """Rows whose numbers stand to the right, and whose last cell is no wider than given."""
    for place in right:
        widest = max((len(row[place]) for row in rows), default=0)
        for row in rows:
            row[place] = row[place].rjust(widest)
    for row in rows:
        row[-1] = shorten(row[-1], width)
    return rows
