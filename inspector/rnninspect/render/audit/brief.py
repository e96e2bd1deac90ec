"""The sentences of an audit for a terminal: what fails, and a line for what passed."""

from __future__ import annotations

from rnninspect.render.audit.rows import (
    no_measure,
    numbers_failing,
    placed_lines,
    unreadable_lines,
)
from rnninspect.rules import Level
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.audit import Audit


def failing_lines(audit: Audit, *, colour: bool = False) -> Iterator[str]:
    """Unreadable files, then the models that fail, with their findings that have no row.

    A model that fails is shown with its warnings; notes are shown where they fail.
    """
    yield from unreadable_lines(audit)
    least = Level.NOTE if audit.fail_on is Level.NOTE else Level.WARNING
    for model in audit.models:
        if model.fails(audit.fail_on):
            shown = [found for found in model.unmeasured if found.level.reaches(least)]
            yield from placed_lines(model.path, shown, colour=colour)
    for path, finding in audit.elsewhere:
        if finding.level.reaches(audit.fail_on):
            yield from placed_lines(path, [finding], colour=colour)


def closing_lines(audit: Audit) -> Iterator[str]:
    """How many models passed; then what this does not cover, a line each."""
    yield _outcome(audit)
    if not audit.measures:
        yield no_measure(audit)
    unchecked = sum(not finding.level.reaches(audit.fail_on) for _, finding in audit.elsewhere)
    if unchecked:
        yield f"{plural(unchecked, 'model')} of the baseline not checked"
    if hidden := _hidden(audit):
        yield f"{hidden} not shown; --verbose shows more"


def _outcome(audit: Audit) -> str:
    """`24 models checked, all passed`, or `24 models checked: 2 failed, 22 passed`."""
    failed, absent = numbers_failing(audit)
    passed = len(audit.models) - failed
    number = passed + failed + len(audit.unreadable)
    counts = (
        (failed, "failed"),
        (len(audit.unreadable), "unreadable"),
        (absent, "absent"),
        (passed, "passed"),
    )
    checked = f"{plural(number, 'model')} checked"
    if passed < number or absent:
        return f"{checked}: {', '.join(f'{count:,} {word}' for count, word in counts if count)}"
    if not number:
        return "no model checked"
    if audit.fail_on is None:
        return f"{checked}; nothing fails (fail-on never)"
    return f"{checked}, {'passed' if number == 1 else 'all passed'}"


def _hidden(audit: Audit) -> str:
    """The errors and warnings of the models that passed: `1 error, 2 warnings`."""
    levels = [
        finding.level
        for model in audit.models
        if not model.fails(audit.fail_on)
        for finding in model.findings
    ]
    numbers = ((level, levels.count(level)) for level in (Level.ERROR, Level.WARNING))
    return ", ".join(plural(number, level) for level, number in numbers if number)
