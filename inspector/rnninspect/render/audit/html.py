"""An audit as a page that needs no other file."""

from __future__ import annotations

from rnninspect.audit import Outcome
from rnninspect.render.audit.rows import (
    LIMIT_HEADS,
    LIMIT_NUMBERS,
    finding_texts,
    limit_grid,
    no_measure,
    summary,
)
from rnninspect.render.kept import Kept
from rnninspect.render.page.frame import page
from rnninspect.render.page.markup import element, heading
from rnninspect.render.page.model import section_of
from rnninspect.render.page.table import Line, table
from rnninspect.report import Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.audit import Audit, Checking
    from rnninspect.render.page.markup import Markup
    from rnninspect.render.view import View
    from rnninspect.report import Report

_LONGEST = 120
_CLASSES = {"FAIL": "failed", Outcome.PASS.value: "ok"}


def render(checking: Checking, view: View) -> Iterator[str]:
    """The summary and the limits, then a section for each model, those that fail first."""
    with Kept() as reports:
        for one in checking:
            if not isinstance(one, Unreadable):
                reports.add(one.report)
        audit = checking.audit()
        title = f"{summary(audit)} · rnninspect check"
        yield from page(title, sections_of(audit, reports, view, "m"))


def sections_of(
    audit: Audit, reports: Sequence[Report] | Kept, view: View, prefix: str = "", level: int = 1
) -> Iterator[Markup]:
    """The parts of the page.

    Args:
        audit: the outcome.
        reports: of its models, in the same order; each is asked for when its section is drawn.
        view: how reports are shown.
        prefix: of the anchors; without it there are none.
        level: that of the title.
    """
    yield _head(audit, level)
    fails = [row.fails(audit.fail_on) for row in audit.models]
    ordered = sorted(range(len(fails)), key=lambda place: not fails[place])
    for number, place in enumerate(ordered, 1):
        anchor = f"{prefix}{number}" if prefix else ""
        yield section_of(reports[place], view, anchor, level + 1)


def _head(audit: Audit, level: int) -> Markup:
    sound = not audit.failing and not audit.unreadable
    word = "Passed" if sound else "Failed"
    answer = element("span", word, class_="ok" if sound else "failed")
    findings = list(finding_texts(audit))
    listed = element("ul", *(element("li", line) for line in findings), class_="findings")
    return element(
        "section",
        heading(level, summary(audit)),
        element("p", answer, class_="answer"),
        heading(level + 1, "Limits"),
        _limits(audit),
        heading(level + 1, "Findings of all models") if findings else None,
        listed if findings else None,
    )


def _limits(audit: Audit) -> Markup:
    if not audit.measures:
        return element("p", no_measure(audit))
    grid = limit_grid(audit.measures, _LONGEST)
    return table(
        LIMIT_HEADS,
        [Line([_result(row[0]), *row[1:]]) for row in grid],
        caption="Limits, those that fail first",
        numbers=LIMIT_NUMBERS,
        sortable=True,
    )


def _result(word: str) -> str:
    return element("span", word, class_=_CLASSES[word]) if word in _CLASSES else word
