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
from rnninspect.render.page.frame import page
from rnninspect.render.page.markup import element, heading
from rnninspect.render.page.model import section_of
from rnninspect.render.page.table import Line, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.audit import Audit
    from rnninspect.render.page.markup import Markup
    from rnninspect.render.view import View

_LONGEST = 120
_CLASSES = {"FAIL": "failed", Outcome.PASS.value: "ok"}


def render(audit: Audit, view: View) -> Iterator[str]:
    """The summary and the limits, then a section for each model, those that fail first."""
    yield from page(f"{summary(audit)} · rnninspect check", sections_of(audit, view, "m"))


def sections_of(audit: Audit, view: View, prefix: str = "", level: int = 1) -> Iterator[Markup]:
    """The parts of the page.

    Args:
        audit: what is shown.
        view: how reports are shown.
        prefix: of the anchors; without it there are none.
        level: that of the title.
    """
    failing = set(audit.failing)
    yield _head(audit, level)
    reports = sorted(audit.reports, key=lambda report: report.path not in failing)
    for number, report in enumerate(reports, 1):
        yield section_of(report, view, f"{prefix}{number}" if prefix else "", level + 1)


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
