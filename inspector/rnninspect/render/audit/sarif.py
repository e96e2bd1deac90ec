"""The findings of an audit, as those of a report: see `render.report.sarif`."""

from __future__ import annotations

from rnninspect.render.report.sarif import sarif

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.audit import Checking
    from rnninspect.render.view import View


def render(checking: Checking, view: View) -> Iterator[str]:
    """One log for all files."""
    audit = checking.audit()
    yield from sarif(audit.findings, audit.unreadable, view)
