"""The findings of an audit, as those of a report: see `render.report.gitlab`."""

from __future__ import annotations

from rnninspect.render.report.gitlab import gitlab

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.audit import Audit
    from rnninspect.render.view import View


def render(audit: Audit, view: View) -> Iterator[str]:
    """One document for all files."""
    yield f"{gitlab(audit.findings, audit.unreadable, view)}\n"
