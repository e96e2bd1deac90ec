"""The frameworks' opinions of files as JSON, for programs; see the report's SCHEMA_VERSION."""

from __future__ import annotations

from rnninspect.render.report.json import dump, heading
from rnninspect.report import Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from rnninspect.render.view import View
    from rnninspect.verification.opinion import Judged, Opinion, Row

    Json = dict[str, Any]


def render(results: Sequence[Judged | Unreadable], _: View) -> Iterator[str]:
    """One document for all files, in ASCII."""
    text = dump(
        {
            **heading(),
            "verdicts": [
                {
                    "path": file.report.path,
                    "format": file.report.format,
                    "framework": file.report.framework,
                    "opinions": [_opinion(opinion) for opinion in file.opinions],
                }
                for file in results
                if not isinstance(file, Unreadable)
            ],
            "unreadable": [
                {"path": file.path, "reason": file.reason}
                for file in results
                if isinstance(file, Unreadable)
            ],
        }
    )
    yield f"{text}\n"


def _opinion(opinion: Opinion) -> Json:
    return {
        "judge": opinion.judge,
        "verdict": opinion.verdict.value,
        "reason": opinion.reason or None,
        "layers": [_row(row) for row in opinion.rows],
        "total": opinion.total and _row(opinion.total),
        "counts_everything": opinion.everything,
        "steps": [
            {"name": step.name, "verdict": step.verdict.value, "detail": step.text}
            for step in opinion.steps
        ],
    }


def _row(row: Row) -> Json:
    return {
        "name": row.name,
        "rnninspect": row.ours,
        "framework": row.theirs,
        "verdict": row.verdict.value,
        "reason": row.reason or None,
    }
