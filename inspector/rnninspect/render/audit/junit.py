"""An audit as JUnit XML: the report's suites, with a case for each limit."""

from __future__ import annotations

from rnninspect.audit import Outcome
from rnninspect.audit.auditing import urgency
from rnninspect.render.places import repository_path
from rnninspect.render.report.junit import Case, Suite, case_of, cases_of, document
from rnninspect.report import Unreadable
from rnninspect.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.audit import Audited, Checking, Measure
    from rnninspect.render.view import View


def render(checking: Checking, view: View) -> Iterator[str]:
    """A suite for each file and for each model that was not opened, unreadable files first."""
    unreadable: dict[str, Suite] = {}
    readable: dict[str, Suite] = {}
    for one in checking:
        if isinstance(one, Unreadable):
            path = repository_path(one.path, view.root)
            unreadable[path] = Suite.of(path, cases_of(one, view))
        else:
            path = repository_path(one.report.path, view.root)
            readable[path] = Suite.of(path, _cases(one, view))
    elsewhere = [
        Suite.of(repository_path(path, view.root), [case_of("(the baseline)", [finding], view)])
        for path, finding in checking.audit().elsewhere
    ]
    yield from document([*(unreadable | readable).values(), *elsewhere])


def _cases(one: Audited, view: View) -> Iterator[Case]:
    """The cases of a report without the findings of limits, which have cases of their own."""
    yield from cases_of(one.report, view, {measure.rule for measure in one.row.measures})
    yield from (_limit(measure, view) for measure in sorted(one.row.measures, key=urgency))


def _limit(measure: Measure, view: View) -> Case:
    name = " ".join(filter(None, [f"{measure.key} ({measure.about})", measure.layer]))
    if measure.outcome is Outcome.IGNORED:
        return Case(name, "skipped", measure.rule, (measure.message,))
    if measure.outcome is Outcome.FAIL and RULES[measure.rule].level.reaches(view.fail_on):
        return Case(name, "failure", measure.rule, (measure.message,))
    return Case(name, lines=(measure.message,))
