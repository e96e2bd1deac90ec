"""The findings on a page: each rule once, with why it matters and what to do."""

from __future__ import annotations

from itertools import groupby

from rnninspect.render.page.markup import element
from rnninspect.render.report.sentences import finding_lines
from rnninspect.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.render.page.markup import Markup
    from rnninspect.report import Report
    from rnninspect.rules import Finding

MOST_LINES = 100  # of one rule


def findings_of(report: Report) -> Markup:
    """The findings in their order, worst first, those of one rule together."""
    ordered = sorted(report.findings, key=lambda found: (-found.level.weight, found.rule))
    items = (_rule(code, list(found)) for code, found in groupby(ordered, lambda each: each.rule))
    return element("ul", *items, class_="findings")


def _rule(code: str, findings: Sequence[Finding]) -> Markup:
    rule, first = RULES[code], findings[0]
    return element(
        "li",
        *_lines(findings),
        element("p", f"{rule.why} {rule.fix}", class_="why"),
        class_=first.level.value,
    )


def _lines(findings: Sequence[Finding]) -> Iterator[Markup]:
    first = findings[0]
    head = f"{first.level} {first.rule} {first.name}: "
    lines = list(finding_lines(findings))
    for line in lines[:MOST_LINES]:
        yield element("p", element("strong", head), line.removeprefix(head))
    if len(lines) > MOST_LINES:
        yield element("p", f"and {len(lines) - MOST_LINES:,} more")
