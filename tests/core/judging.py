"""What the rules find in a model made by hand."""

from __future__ import annotations

from making.by_hand import report
from rnninspect.model import SavedModel
from rnninspect.rules import Finding, Level


def errors(saved: SavedModel) -> list[tuple[str, str | None, str | None]]:
    return [
        (finding.rule, finding.layer, finding.tensor)
        for finding in report(saved).findings
        if finding.level is Level.ERROR
    ]


def only(saved: SavedModel) -> Finding:
    (finding,) = report(saved).findings
    return finding
