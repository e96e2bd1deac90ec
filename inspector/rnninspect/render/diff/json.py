"""A comparison as JSON, for programs; see the report's SCHEMA_VERSION."""

from __future__ import annotations

from rnninspect.render.report.json import dump, heading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.comparison import Comparison, Outline, Row
    from rnninspect.render.report.json import Json
    from rnninspect.render.view import View


def render(comparison: Comparison, _: View) -> Iterator[str]:
    """One document, in ASCII."""
    document = {
        **heading(),
        "changed": comparison.changed,
        "unchanged": comparison.unchanged,
        "reordered": comparison.reordered,
        "old": _file(comparison.old),
        "new": _file(comparison.new),
        "rows": [_row(row) for row in comparison.rows],
    }
    yield f"{dump(document)}\n"


def _file(file: Outline) -> Json:
    return {
        "path": file.path,
        "format": file.format,
        "framework": file.framework,
        "file_bytes": file.file_bytes,
        "parameters": file.parameters,
        "recurrent": file.recurrent,
        "other": file.other,
        "bytes": file.bytes,
        "errors": file.errors,
    }


def _row(row: Row) -> Json:
    amounts = {"old": row.old, "new": row.new, "moved": row.moved}
    return {
        "name": row.name,
        "changes": [{"kind": change.kind.value, "reason": change.reason} for change in row.changes],
        "parameters": {key: amount and amount.parameters for key, amount in amounts.items()},
        "bytes": {key: amount and amount.bytes for key, amount in amounts.items()},
    }
