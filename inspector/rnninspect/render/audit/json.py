"""An audit as JSON: the document of the report, with the audit in a field of its own."""

from __future__ import annotations

from rnninspect.render.report.json import document_of, dump, finding_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction
    from typing import Any

    from rnninspect.audit import Audit, Measure
    from rnninspect.render.report.columns import Value
    from rnninspect.render.view import View


def render(audit: Audit, _: View) -> Iterator[str]:
    """One document for all files, in ASCII."""
    elsewhere = [finding_json(finding) | {"path": path} for path, finding in audit.elsewhere]
    field = {
        "fail_on": audit.fail_on.value if audit.fail_on else "never",
        "failing": list(audit.failing),
        "limits": [measure_json(measure) for measure in audit.measures],
        "elsewhere": elsewhere,
    }
    yield f"{dump(document_of(audit.reports, audit.unreadable) | {'audit': field})}\n"


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
        "share": None if measure.share is None else _number(measure.share),
        "outcome": measure.outcome.value,
    }


def _number(quantity: int | Fraction | str) -> Value | float:
    return quantity if isinstance(quantity, int | str) else float(quantity)
