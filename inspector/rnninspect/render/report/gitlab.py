"""Findings as a GitLab code quality report, the Code Climate form that GitLab reads.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib

from rnninspect.render.escape import for_terminal
from rnninspect.render.json_stream import stream
from rnninspect.render.places import fingerprints, message_of, place, repository_path
from rnninspect.rules import Level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from rnninspect.render.places import PlacedFinding
    from rnninspect.render.view import View
    from rnninspect.report import Report, Unreadable

SEVERITIES = {Level.ERROR: "major", Level.WARNING: "minor", Level.NOTE: "info"}


def render(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    """One document for all files."""
    yield from gitlab(*place(results), view)


def gitlab(
    findings: Sequence[PlacedFinding], unreadable: Sequence[Unreadable], view: View
) -> Iterator[str]:
    """The document, entry by entry."""
    return stream(_entries(findings, unreadable, view))


def _entries(
    findings: Sequence[PlacedFinding], unreadable: Sequence[Unreadable], view: View
) -> Iterator[dict[str, Any]]:
    """An entry for each file that could not be read, then one for each finding."""
    for file in unreadable:
        reason = for_terminal(f"could not be read: {file.reason}")
        path = repository_path(file.path, view.root)
        digest = hashlib.sha256(f"unreadable\0{path}".encode("utf-8", "surrogatepass"))
        yield _entry("unreadable", reason, "blocker", (path, digest.hexdigest()))
    hashes = fingerprints(findings, view.root)
    for (path, finding), fingerprint in zip(findings, hashes, strict=True):
        place = (repository_path(path, view.root), fingerprint)
        description = f"{finding.name}: {message_of(finding)}"
        yield _entry(finding.rule, description, SEVERITIES[finding.level], place)


def _entry(check: str, description: str, severity: str, place: tuple[str, str]) -> dict[str, Any]:
    """One entry; GitLab requires a line, and a model has none: it is line 1."""
    path, fingerprint = place
    return {
        "description": description,
        "check_name": check,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": for_terminal(path), "lines": {"begin": 1}},
    }
