"""Findings as SARIF 2.1.0, the OASIS standard for static analysis results.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from rnninspect.render.escape import for_terminal
from rnninspect.render.json_stream import stream
from rnninspect.render.places import fingerprints, message_of, place, repository_path
from rnninspect.rules import FAMILIES, RULES
from rnninspect.version import __version__
from rnninspect.wording.links import HOME, rule_page

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from rnninspect.render.places import PlacedFinding
    from rnninspect.render.view import View
    from rnninspect.report import Report, Unreadable
    from rnninspect.rules import Finding, Rule

    Json = dict[str, Any]

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def render(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    """One log for all files."""
    yield from sarif(*place(results), view)


def sarif(
    findings: Sequence[PlacedFinding], unreadable: Sequence[Unreadable], view: View
) -> Iterator[str]:
    """A log of one run: all rules, a result for each finding, a notification for each bad file."""
    run = {
        "tool": {"driver": _driver()},
        "invocations": [_invocation(unreadable, view.root)],
        "columnKind": "unicodeCodePoints",
        "results": _results(findings, view.root),
    }
    return stream({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _results(findings: Sequence[PlacedFinding], root: str) -> Iterator[Json]:
    places = {code: place for place, code in enumerate(RULES)}
    for (path, finding), fingerprint in zip(findings, fingerprints(findings, root), strict=True):
        yield {
            "ruleId": finding.rule,
            "ruleIndex": places[finding.rule],
            "level": finding.level.value,
            "message": _message(message_of(finding)),
            "locations": [_location(path, root) | _logical(finding)],
            # GitHub matches alerts by the first one, which must be a hash and a number.
            "partialFingerprints": {
                "primaryLocationLineHash": f"{fingerprint[:16]}:1",
                "rnninspectFinding/v1": fingerprint,
            },
        }


def _driver() -> Json:
    return {
        "name": "rnninspect",
        "informationUri": HOME,
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_descriptor(rule) for rule in RULES.values()],
    }


def _descriptor(rule: Rule) -> Json:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": f"{rule.summary} {rule.why}"},
        "help": {"text": rule.fix},
        "helpUri": rule_page(rule.code),
        "defaultConfiguration": {"level": rule.level.value},
        "properties": {"tags": [FAMILIES[rule.code[:2]]]},
    }


def _invocation(unreadable: Sequence[Unreadable], root: str) -> Json:
    notifications = [
        {
            "level": "error",
            "message": _message(for_terminal(f"could not be read: {file.reason}")),
            "locations": [_location(file.path, root)],
        }
        for file in unreadable
    ]
    return {"executionSuccessful": not unreadable, "toolExecutionNotifications": notifications}


def _message(text: str) -> Json:
    """A plain message; links in it, [text](target), are broken up."""
    return {"text": text.replace("](", "] (")}


def _location(path: str, root: str) -> Json:
    """Some systems show no result without a line, and a model has none: it is line 1."""
    return {
        "physicalLocation": {
            "artifactLocation": uri_of(path, root),
            "region": {"startLine": 1},
        }
    }


def uri_of(path: str, root: str) -> Json:
    """A path below the root as a relative reference; another one as an absolute URI."""
    from_root = repository_path(path, root)
    if from_root.startswith("/"):
        return {"uri": f"file://{_quoted(from_root)}"}
    return {"uri": _quoted(from_root), "uriBaseId": "%SRCROOT%"}


def _quoted(path: str | os.PathLike[str]) -> str:
    return quote(bytes(Path(path)))


def _logical(finding: Finding) -> Json:
    names = (("module", finding.layer), ("variable", finding.tensor))
    listed = [
        {"fullyQualifiedName": for_terminal(name), "kind": kind} for kind, name in names if name
    ]
    return {"logicalLocations": listed} if listed else {}
