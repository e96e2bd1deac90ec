"""The summary of a scan as JSON."""

from __future__ import annotations

from rnninspect.render.report.json import dump
from rnninspect.rows.schema import SCHEMA_VERSION, Verdict
from rnninspect.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from rnninspect.render.view import View
    from rnninspect.rows.summary import Part, Summary


def render(summary: Summary, _: View) -> Iterator[str]:
    """One document, in ASCII."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "rnninspect", "version": __version__},
        "total": _part(summary.total),
        "formats": {name: _part(part) for name, part in sorted(summary.parts.items())},
        "rules": dict(sorted(summary.rules.items())),
        "largest": [{"path": path, "parameters": size} for size, path in summary.largest],
        "faults": [{"path": path, "fault": why} for path, why in summary.faults],
        "unreadable": [{"path": path, "reason": why} for path, why in summary.unreadable],
    }
    yield f"{dump(document)}\n"


def _part(part: Part) -> dict[str, Any]:
    verdicts = {word.value: part.verdicts[word] for word in Verdict}
    return {"models": part.models, "verdicts": verdicts, **part.sums}
