"""Findings with their files, as CI systems want them: relative paths, words, fingerprints."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from pathlib import Path

from rnninspect.render.escape import for_terminal, shorten
from rnninspect.report import Unreadable
from rnninspect.rules import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.report import Report

PlacedFinding = tuple[str, Finding]
LONGEST_MESSAGE = 1000


def place(results: Iterable[Report | Unreadable]) -> tuple[list[PlacedFinding], list[Unreadable]]:
    """All findings, each with the path of its file, and the files that have no report."""
    findings: list[PlacedFinding] = []
    unreadable: list[Unreadable] = []
    for result in results:
        if isinstance(result, Unreadable):
            unreadable.append(result)
        else:
            findings.extend((result.path, finding) for finding in result.findings)
    return findings, unreadable


def repository_path(path: str, root: str = "") -> str:
    """A path from the root with forward slashes; an absolute one if it is elsewhere."""
    whole = os.path.abspath(path)  # noqa: PTH100 - links keep the names that people know
    relative = os.path.relpath(whole, root or os.curdir)
    outside = relative.split(os.sep, 1)[0] == os.pardir
    return Path(whole if outside else relative).as_posix()


def message_of(finding: Finding) -> str:
    """The message of a finding with the names of its layer and tensor, escaped and shortened."""
    names = " ".join(name for name in (finding.layer, finding.tensor) if name)
    message = f"{shorten(names, 200)}: {finding.message}" if names else finding.message
    return shorten(for_terminal(message), LONGEST_MESSAGE)


def fingerprints(findings: Iterable[PlacedFinding], root: str = "") -> Iterator[str]:
    """A hash for each finding that stays the same while the place and the rule do.

    Numbers in the message may change from run to run; the second finding of the same rule at the
    same place gets another hash than the first.
    """
    seen: Counter[str] = Counter()
    for path, finding in findings:
        parts = (finding.rule, repository_path(path, root), finding.layer, finding.tensor)
        key = "\0".join(part or "" for part in parts)
        seen[key] += 1
        data = f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")
        yield hashlib.sha256(data).hexdigest()
