"""The findings of an audit, as those of a report: see `render.report.gitlab`."""

from __future__ import annotations

from rnninspect.render.report.gitlab import gitlab

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.audit import Checking
    from rnninspect.render.view import View


def render(checking: Checking, view: View) -> Iterator[str]:
    """One document for all files."""
    audit = checking.audit()
    yield from gitlab(audit.findings, audit.unreadable, view)
