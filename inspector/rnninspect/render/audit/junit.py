"""An audit as JUnit XML: the report's suites, with a case for each limit."""

from __future__ import annotations

from rnninspect.audit import Outcome
from rnninspect.render.places import repository_path
from rnninspect.render.report.junit import Case, case_of, document, suites_of
from rnninspect.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.audit import Audit, Measure
    from rnninspect.render.view import View


def render(audit: Audit, view: View) -> Iterator[str]:
    """A suite for each file and for each model that was not opened."""
    measured = {measure.rule for measure in audit.measures}
    suites = suites_of((*audit.unreadable, *audit.reports), view, measured)
    for measure in audit.measures:
        suites[repository_path(measure.path, view.root)].append(_limit(measure, view))
    for path, finding in audit.elsewhere:
        cases = suites.setdefault(repository_path(path, view.root), [])
        cases.append(case_of("(the baseline)", [finding], view))
    yield document(suites)


def _limit(measure: Measure, view: View) -> Case:
    name = " ".join(filter(None, [f"{measure.key} ({measure.about})", measure.layer]))
    if measure.outcome is Outcome.IGNORED:
        return Case(name, "skipped", measure.rule, (measure.message,))
    if measure.outcome is Outcome.FAIL and RULES[measure.rule].level.reaches(view.fail_on):
        return Case(name, "failure", measure.rule, (measure.message,))
    return Case(name, lines=(measure.message,))
