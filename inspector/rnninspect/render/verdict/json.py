"""The frameworks' opinions of files as JSON, for programs; see the report's SCHEMA_VERSION."""

from __future__ import annotations

from rnninspect import __version__
from rnninspect.render.report.json import dump
from rnninspect.report import SCHEMA_VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from rnninspect.render.view import Unreadable
    from rnninspect.report import Report
    from rnninspect.verification.opinion import Opinion, Row

    Json = dict[str, Any]


def verdicts_json(
    judged: Sequence[tuple[Report, Sequence[Opinion]]], unreadable: Sequence[Unreadable]
) -> str:
    """One document for all files, in ASCII."""
    return dump(
        {
            "schema_version": SCHEMA_VERSION,
            "tool": {"name": "rnninspect", "version": __version__},
            "verdicts": [
                {
                    "path": report.path,
                    "format": report.format,
                    "framework": report.framework,
                    "opinions": [_opinion(opinion) for opinion in opinions],
                }
                for report, opinions in judged
            ],
            "unreadable": [{"path": file.path, "reason": file.reason} for file in unreadable],
        }
    )


def _opinion(opinion: Opinion) -> Json:
    return {
        "judge": opinion.judge,
        "verdict": opinion.verdict.value,
        "reason": opinion.reason or None,
        "layers": [_row(row) for row in opinion.rows],
        "total": opinion.total and _row(opinion.total),
        "counts_everything": opinion.everything,
    }


def _row(row: Row) -> Json:
    return {
        "name": row.name,
        "rnninspect": row.ours,
        "framework": row.theirs,
        "verdict": row.verdict.value,
        "reason": row.reason or None,
    }
