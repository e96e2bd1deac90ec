"""The report as JUnit XML, in the dialect that Jenkins, GitLab and others read.

A file is a test suite; a layer and the file itself are test cases. There is no official
specification; this is the form of Jenkins' xUnit plugin (junit-10.xsd).
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.places import message_of, repository_path
from rnninspect.report import Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from rnninspect.render.view import View
    from rnninspect.report import Report
    from rnninspect.rules import Finding

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Case:
    """One test case: `kind` is failure, error or skipped, or empty for one that passed."""

    name: str
    kind: str = ""
    type: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suite:
    """One test suite as XML, which is what is kept of a file, and its counts by attribute."""

    text: str
    counts: dict[str, int]

    @classmethod
    def of(cls, path: str, cases: Iterable[Case]) -> Suite:
        """The suite of a file."""
        listed = list(cases)
        counts = _counts(listed)
        numbers = {name: str(number) for name, number in counts.items()}
        element = ET.Element("testsuite", {"name": _text(path)} | numbers)
        for case in listed:
            _add(element, path, case)
        ET.indent(element, " ", level=1)
        return cls(ET.tostring(element, encoding="unicode"), counts)


def render(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    """A suite for each file, with a case for each layer."""
    suites: dict[str, Suite] = {}
    for result in results:
        path = repository_path(result.path, view.root)
        suites[path] = Suite.of(path, cases_of(result, view))
    yield from document(suites.values())


def cases_of(
    result: Report | Unreadable, view: View, measured: Collection[str] = ()
) -> Iterator[Case]:
    """The cases of a file; findings of the `measured` rules are left out."""
    if isinstance(result, Unreadable):
        yield Case("(the file)", "error", "unreadable", (result.reason,))
    else:
        found = [finding for finding in result.findings if finding.rule not in measured]
        yield from _cases(result, found, view)


def _cases(report: Report, findings: Sequence[Finding], view: View) -> Iterator[Case]:
    names = {counted.layer.name for counted in report.layers}
    skipped = {layer.name for layer in report.skipped}
    rest = [finding for finding in findings if finding.layer not in names | skipped]
    yield case_of("(the file)", rest, view)
    for counted in report.layers:
        name = counted.layer.name
        yield case_of(name, [finding for finding in findings if finding.layer == name], view)
    for layer in report.skipped:
        about = [finding for finding in findings if finding.layer == layer.name]
        if any(finding.level.reaches(view.fail_on) for finding in about):
            yield case_of(layer.name, about, view)
        else:
            yield Case(layer.name, "skipped", layer.kind, (layer.reason,))


def case_of(name: str, findings: Sequence[Finding], view: View) -> Case:
    """The case of a layer, or of a file: failed by the findings of the level that fails."""
    lines = tuple(f"{f.level} {f.rule} {f.name}: {message_of(f)}" for f in findings)
    failing = [finding for finding in findings if finding.level.reaches(view.fail_on)]
    if failing:
        return Case(name, "failure", failing[0].rule, lines)
    return Case(name, lines=lines)


def document(suites: Collection[Suite]) -> Iterator[str]:
    """The suites as XML, suite by suite."""
    totals = (
        f'{name}="{sum(suite.counts[name] for suite in suites)}"'
        for name in ("tests", "failures", "errors")
    )
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="rnninspect" {" ".join(totals)}{">" if suites else " />"}\n'
    for suite in suites:
        yield f" {suite.text}\n"
    if suites:
        yield "</testsuites>\n"


def _counts(cases: Sequence[Case]) -> dict[str, int]:
    kinds = [case.kind for case in cases]
    numbers = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    return {"tests": len(cases)} | {name: kinds.count(kind) for name, kind in numbers.items()}


def _add(suite: ET.Element, path: str, case: Case) -> None:
    element = ET.SubElement(suite, "testcase", name=_text(case.name), classname=_text(path))
    text = "\n".join(for_terminal(line) for line in case.lines)
    if case.kind:
        first = _text(case.lines[0]) if case.lines else ""
        output = ET.SubElement(element, case.kind, type=_text(case.type), message=first)
    elif text:
        output = ET.SubElement(element, "system-out")
    else:
        return
    output.text = text


def _text(text: str) -> str:
    return shorten(for_terminal(text), LONGEST)
