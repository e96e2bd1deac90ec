"""An audit as JSON: the document of the report, with the audit in a field of its own."""

from __future__ import annotations

from rnninspect.render.json_stream import document_of, stream
from rnninspect.render.report.json import finding_json
from rnninspect.report import Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction
    from typing import Any

    from rnninspect.audit import Audit, Checking, Measure
    from rnninspect.render.report.columns import Value
    from rnninspect.render.view import View
    from rnninspect.report import Report


def render(checking: Checking, _: View) -> Iterator[str]:
    """One document for all files, in ASCII, a piece for each report and each limit."""

    def reports() -> Iterator[Report]:
        for one in checking:
            if not isinstance(one, Unreadable):
                yield one.report

    document = document_of(reports(), lambda: checking.audit().unreadable)
    yield from stream(document | {"audit": lambda: _audit_json(checking.audit())})


def _audit_json(audit: Audit) -> dict[str, Any]:
    return {
        "fail_on": audit.fail_on.value if audit.fail_on else "never",
        "failing": list(audit.failing),
        "limits": map(measure_json, audit.measures),
        "elsewhere": [finding_json(finding) | {"path": path} for path, finding in audit.elsewhere],
    }


def measure_json(measure: Measure) -> dict[str, Any]:
    """One measured limit as plain values."""
    return {
        "path": measure.path,
        "layer": measure.layer,
        "limit": measure.key,
        "about": measure.about,
        "rule": measure.rule,
        "allowed": _number(measure.allowed),
        "value": _number(measure.value),
        "share": measure.share,
        "outcome": measure.outcome.value,
    }


def _number(quantity: int | Fraction | str) -> Value | float:
    return quantity if isinstance(quantity, int | str) else float(quantity)
