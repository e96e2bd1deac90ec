"""The blocks that an audit's table and Markdown consist of: rows, sentences, and their order."""

from __future__ import annotations

from rnninspect.audit import Outcome
from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.names import shorten_apart
from rnninspect.render.report.sentences import finding_lines
from rnninspect.rules import Level
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rnninspect.audit import Audit, Measure
    from rnninspect.rules import Finding

LIMIT_HEADS, LIMIT_NUMBERS = ("Result", "Used", "Value", "Allowed", "Limit", "Model"), (1, 2, 3)
LAYER_HEADS, LAYER_NUMBERS = ("Parameters", "Of all", "Cell", "m", "n", "Layer"), (0, 1, 3, 4)
LIMITS_SHOWN = 200
LONGEST_WORDS, SHORTER_WORDS, LONGEST_REASON = 18, 12, 300
NO_LIMIT = "no limit is set: only the rules were checked"
Grid = list[list[str]]


def no_measure(audit: Audit) -> str:
    """The reason why no limit has a row."""
    if not audit.limits:
        return NO_LIMIT
    reason = "none of them applies" if audit.models else "none was checked: no model could be read"
    return f"{plural(audit.limits, 'limit')} set, {reason}"


def join_blocks(
    audit: Audit, head: str, limits: Callable[[Sequence[Measure]], str], blocks: tuple[str, str]
) -> str:
    """The text of an audit: the limits that fail before the findings and layers, the others after.

    Args:
        audit: what is shown.
        head: the first block.
        limits: draws the table of some limits; empty text for none.
        blocks: the findings and the largest layers, as text.
    """
    failing = failing_measures(audit)
    others = [measure for measure in audit.measures if measure.outcome is not Outcome.FAIL]
    rest = limits(others) if audit.measures else no_measure(audit)
    return "\n\n".join(filter(None, (head, limits(failing), *blocks, rest, _notes_line(audit))))


def failing_measures(audit: Audit) -> list[Measure]:
    """The limits that fail."""
    return [measure for measure in audit.measures if measure.outcome is Outcome.FAIL]


def summary(audit: Audit) -> str:
    """The number of models, and of those that failed, in one line."""
    failed, absent = numbers_failing(audit)
    number = len(audit.models) + len(audit.unreadable)
    parts = [f"{len(audit.models) - failed} passed", f"{failed} failed"]
    parts += [f"{len(audit.unreadable)} unreadable"] if audit.unreadable else []
    parts += [f"{absent} absent"] if absent else []
    return f"{plural(number, 'model')}: {', '.join(parts)}"


def numbers_failing(audit: Audit) -> tuple[int, int]:
    """How many of the models fail, and how many that are in the baseline alone."""
    failed = sum(model.fails(audit.fail_on) for model in audit.models)
    absent = {path for path, found in audit.elsewhere if found.level.reaches(audit.fail_on)}
    return failed, len(absent)


def limit_grid(measures: Sequence[Measure], width: int, words: int = LONGEST_WORDS) -> Grid:
    """A row for each limit; the model's name, its last cell, is at most `width` wide.

    Values that are words, such as names of cells, are at most `words` wide.
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
    """The largest layers of the models that fail, or of all: cuts pay most there."""
    places = shorten_apart((_place(each.path, each.name) for each in audit.largest), width)
    rows: Grid = []
    for layer in audit.largest:
        share = f"{100 * layer.stored // max(layer.of_all, 1)} %"
        numbers = [f"{size:,}" if size else "" for size in (layer.input_size, layer.hidden_size)]
        place = places[_place(layer.path, layer.name)]
        rows.append([f"{layer.stored:,}", share, layer.cell, *numbers, place])
    return rows


def finding_texts(audit: Audit, *, colour: bool = False) -> Iterator[str]:
    """Unreadable files, then findings that have no row among the limits, without notes."""
    yield from unreadable_lines(audit)
    for model in audit.models:
        serious = [found for found in model.unmeasured if found.level is not Level.NOTE]
        yield from placed_lines(model.path, serious, colour=colour)
    for path, finding in audit.elsewhere:
        yield from placed_lines(path, [finding], colour=colour)


def unreadable_lines(audit: Audit) -> Iterator[str]:
    """A line for each file that could not be read."""
    for file in audit.unreadable:
        yield for_terminal(f"{file.path}: unreadable: {shorten(file.reason, LONGEST_REASON)}")


def placed_lines(path: str, findings: Sequence[Finding], *, colour: bool = False) -> Iterator[str]:
    """The findings on one model, each line with its path."""
    for line in finding_lines(findings, colour=colour):
        yield f"{for_terminal(path)}: {line}"


def _notes_line(audit: Audit) -> str:
    """The number of notes, if there are any."""
    levels = [found.level for model in audit.models for found in model.unmeasured]
    notes = levels.count(Level.NOTE)
    them = "it" if notes == 1 else "them"
    return f"{plural(notes, 'note')}; `rnninspect MODEL` shows {them}" if notes else ""


def renewal_line(audit: Audit) -> str:
    """What an update of the baseline changed, if one was asked for."""
    if audit.renewal is None:
        return ""
    renewal = audit.renewal
    numbers = f"{renewal.added} added, {renewal.changed} changed, {renewal.removed} removed"
    return f"{renewal.path}: {plural(renewal.models, 'model')} accepted: {numbers}"


def _place(path: str, layer: str | None) -> str:
    return for_terminal(path) if layer is None else f"{for_terminal(path)}: {for_terminal(layer)}"
