"""The findings of an audit, as those of a report: see `render.report.github`."""

from __future__ import annotations

from rnninspect.render.report.github import github

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.audit import Checking
    from rnninspect.render.view import View


def render(checking: Checking, view: View) -> Iterator[str]:
    """A line for each file that could not be read, then one for each finding."""
    audit = checking.audit()
    yield github(audit.findings, audit.unreadable, view)
