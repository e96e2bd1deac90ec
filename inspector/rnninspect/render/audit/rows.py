"""The rows that an audit's table and Markdown are made of."""

from __future__ import annotations

from rnninspect.audit import Outcome
from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.report.names import shorten_apart
from rnninspect.render.report.sentences import finding_lines
from rnninspect.rules import Level
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.audit import Audit, Measure
    from rnninspect.render.view import Unreadable
    from rnninspect.report import Report
    from rnninspect.rules import Finding

LIMIT_HEADS, LIMIT_NUMBERS = ("Result", "Used", "Value", "Allowed", "Limit", "Model"), (1, 2, 3)
LAYER_HEADS, LAYER_NUMBERS = ("Parameters", "Of all", "Cell", "m", "n", "Layer"), (0, 1, 3, 4)
LARGEST_SHOWN, LIMITS_SHOWN = 5, 200
LONGEST_WORDS, SHORTER_WORDS, LONGEST_REASON = 18, 12, 300
NO_LIMIT = "no limit is set: only the rules were checked"
Grid = list[list[str]]


def no_measure(audit: Audit) -> str:
    """Why there is no row of a limit."""
    if not audit.limits:
        return NO_LIMIT
    reason = "none of them applies" if audit.reports else "none was checked: no model could be read"
    return f"{plural(audit.limits, 'limit')} set, {reason}"


def verdict(audit: Audit, unreadable: Sequence[Unreadable]) -> str:
    """How many models there were and how many failed, in one line."""
    paths = set(audit.failing)
    failed = sum(report.path in paths for report in audit.reports)
    absent = len({path for path, _ in audit.elsewhere} & paths)
    number = len(audit.reports) + len(unreadable)
    parts = [f"{len(audit.reports) - failed} passed", f"{failed} failed"]
    parts += [f"{len(unreadable)} unreadable"] if unreadable else []
    parts += [f"{absent} absent"] if absent else []
    return f"{plural(number, 'model')}: {', '.join(parts)}"


def failing(audit: Audit) -> list[Measure]:
    """The limits that fail."""
    return [measure for measure in audit.measures if measure.outcome is Outcome.FAIL]


def others(audit: Audit) -> list[Measure]:
    """The limits that do not fail."""
    return [measure for measure in audit.measures if measure.outcome is not Outcome.FAIL]


def limit_grid(measures: Sequence[Measure], width: int, words: int = LONGEST_WORDS) -> Grid:
    """A row for each limit; the model's name, the last of them, is no wider than given.

    What is measured in words, such as names of cells, is no wider than `words`.
    """
    rows: Grid = []
    listed = measures[:LIMITS_SHOWN]
    places = shorten_apart((_place(each.path, each.layer) for each in listed), width)
    for measure in listed:
        texts = [measure.share_text, measure.value_text, measure.allowed_text]
        shown = [shorten(for_terminal(text), words) for text in texts]
        outcome = measure.outcome.value
        result = outcome.upper() if measure.outcome is Outcome.FAIL else outcome
        place = places[_place(measure.path, measure.layer)]
        rows.append([result, *shown, measure.about, place])
    more = len(measures) - LIMITS_SHOWN
    return [*rows, ["", "", "", "", "", f"and {more:,} more"]] if more > 0 else rows


def layer_grid(audit: Audit, width: int) -> Grid:
    """The largest layers, of the models that fail if any does: there it pays to cut."""
    paths = set(audit.failing)
    reports = [report for report in audit.reports if report.path in paths] or audit.reports
    layers = [(counted, report) for report in reports for counted in report.layers]
    layers.sort(key=lambda pair: -pair[0].stored)
    largest = layers[:LARGEST_SHOWN]
    names = (_place(report.path, counted.layer.name) for counted, report in largest)
    places = shorten_apart(names, width)
    rows: Grid = []
    for counted, report in largest:
        sizes = counted.layer.sizes
        share = f"{100 * counted.stored // max(report.totals.parameters, 1)} %"
        numbers = [f"{sizes.input_size:,}", f"{sizes.hidden_size:,}"]
        place = places[_place(report.path, counted.layer.name)]
        rows.append([f"{counted.stored:,}", share, counted.layer.cell, *numbers, place])
    return rows


def told_lines(audit: Audit, unreadable: Sequence[Unreadable]) -> Iterator[str]:
    """Bad files, and findings that have no row among the limits; notes on a model are not told."""
    for file in unreadable:
        yield for_terminal(f"{file.path}: unreadable: {shorten(file.reason, LONGEST_REASON)}")
    for report in audit.reports:
        serious = [found for found in unmeasured(audit, report) if found.level is not Level.NOTE]
        for line in finding_lines(serious):
            yield f"{for_terminal(report.path)}: {line}"
    for path, finding in audit.elsewhere:
        for line in finding_lines([finding]):
            yield f"{for_terminal(path)}: {line}"


def notes_line(audit: Audit) -> str:
    """How many notes there are, if any."""
    levels = [found.level for report in audit.reports for found in unmeasured(audit, report)]
    notes = levels.count(Level.NOTE)
    them = "it" if notes == 1 else "them"
    return f"{plural(notes, 'note')}; `rnninspect MODEL` shows {them}" if notes else ""


def unmeasured(audit: Audit, report: Report) -> list[Finding]:
    """The findings on a model that have no row among the limits."""
    measured = {measure.rule for measure in audit.measures}
    return [finding for finding in report.findings if finding.rule not in measured]


def _place(path: str, layer: str | None) -> str:
    return for_terminal(path) if layer is None else f"{for_terminal(path)}: {for_terminal(layer)}"
