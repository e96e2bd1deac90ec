"""The registry of output formats: a class for each document, a line for each of its formats.

A format is a function `render(document, view)` in a module of its own. It yields text in pieces:
one for each file where the format allows it, so that no report need be kept, and what was printed
when a call ends early is whole. To add one, write its module and a line here.
"""

# A line is a function that imports one module, so that a call pays for one format alone; it is an
# import statement rather than a name in a table, so that tools follow it.

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from rnninspect.render.view import View

    Render = Callable[[Any, View], Iterator[str]]  # the document's type is said by its class below

# fmt: off


class Formats:
    """The formats of one document, in the order in which help lists them."""

    def __init__(self) -> None:
        self._names = tuple(name for name in vars(type(self)) if not name.startswith("_"))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> Render:
        if name not in self:
            raise KeyError(name)
        render: Render = getattr(self, name)()
        return render


class _Report(Formats):
    """`Iterable[Report | Unreadable]`: what `inspect` found, as it comes."""

    def table(self) -> Render: from rnninspect.render.report.table import render; return render
    def json(self) -> Render: from rnninspect.render.json_stream import render; return render
    def markdown(self) -> Render: from rnninspect.render.report.markdown import render; return render
    def csv(self) -> Render: from rnninspect.render.report.csv import render; return render
    def sarif(self) -> Render: from rnninspect.render.report.sarif import render; return render
    def junit(self) -> Render: from rnninspect.render.report.junit import render; return render
    def github(self) -> Render: from rnninspect.render.report.github import render; return render
    def gitlab(self) -> Render: from rnninspect.render.report.gitlab import render; return render
    def html(self) -> Render: from rnninspect.render.report.html import render; return render
    def cyclonedx(self) -> Render: from rnninspect.render.report.cyclonedx import render; return render


class _Audit(Formats):
    """`Checking`: models compared with a policy by `check`, as they come."""

    def table(self) -> Render: from rnninspect.render.audit.table import render; return render
    def json(self) -> Render: from rnninspect.render.audit.json import render; return render
    def markdown(self) -> Render: from rnninspect.render.audit.markdown import render; return render
    def csv(self) -> Render: from rnninspect.render.audit.csv import render; return render
    def sarif(self) -> Render: from rnninspect.render.audit.sarif import render; return render
    def junit(self) -> Render: from rnninspect.render.audit.junit import render; return render
    def github(self) -> Render: from rnninspect.render.audit.github import render; return render
    def gitlab(self) -> Render: from rnninspect.render.audit.gitlab import render; return render
    def html(self) -> Render: from rnninspect.render.audit.html import render; return render


class _Diff(Formats):
    """`Comparison`: what `diff` found."""

    def table(self) -> Render: from rnninspect.render.diff.table import render; return render
    def markdown(self) -> Render: from rnninspect.render.diff.markdown import render; return render
    def json(self) -> Render: from rnninspect.render.diff.json import render; return render
    def html(self) -> Render: from rnninspect.render.diff.html import render; return render


class _Verdict(Formats):
    """`Sequence[Judged | Unreadable]`: what frameworks said to `verify`."""

    def table(self) -> Render: from rnninspect.render.verdict.table import render; return render
    def json(self) -> Render: from rnninspect.render.verdict.json import render; return render


class _Scan(Formats):
    """`Summary`: what many models are together."""

    def table(self) -> Render: from rnninspect.render.scan.table import render; return render
    def json(self) -> Render: from rnninspect.render.scan.json import render; return render
    def markdown(self) -> Render: from rnninspect.render.scan.markdown import render; return render


class _Card(Formats):
    """`Iterable[Report]`: the block of a model card, report by report."""

    def markdown(self) -> Render: from rnninspect.render.card import render; return render


class _Catalogue(Formats):
    """`Catalogue`: the rules, the readers or the cells."""

    def table(self) -> Render: from rnninspect.render.knowledge.table import render; return render
    def markdown(self) -> Render: from rnninspect.render.knowledge.markdown import render; return render
    def json(self) -> Render: from rnninspect.render.knowledge.listing_json import render; return render


class _RulePage(Formats):
    """`Rule`: one rule in full."""

    def text(self) -> Render: from rnninspect.render.knowledge.rule_page import render; return render
    def json(self) -> Render: from rnninspect.render.knowledge.rule_json import render; return render


class _Explanation(Formats):
    """`Explanation`: the arithmetic of layers, weight by weight."""

    def text(self) -> Render: from rnninspect.render.knowledge.explanation import render; return render
    def json(self) -> Render: from rnninspect.render.knowledge.explanation_json import render; return render


class _FormulaSheet(Formats):
    """`GatedCount`: the count of a layer by each convention."""

    def text(self) -> Render: from rnninspect.render.knowledge.formula_sheet import render; return render
    def json(self) -> Render: from rnninspect.render.knowledge.formula_json import render; return render


class _SizeSheet(Formats):
    """`SizedCount`: the count of a layer whose cell brings sizes of its own."""

    def text(self) -> Render: from rnninspect.render.knowledge.size_sheet import render; return render
    def json(self) -> Render: from rnninspect.render.knowledge.size_json import render; return render


# fmt: on
REPORT, AUDIT, DIFF, VERDICT, CARD = _Report(), _Audit(), _Diff(), _Verdict(), _Card()
SCAN = _Scan()
CATALOGUE, RULE_PAGE = _Catalogue(), _RulePage()
EXPLANATION, FORMULA_SHEET, SIZE_SHEET = _Explanation(), _FormulaSheet(), _SizeSheet()

# Formats that contain the hashes of files, which are computed for them alone
HASHING = ("cyclonedx",)
# What is printed in the first format is also appended to the CI system's job summary, in the second
JOB_SUMMARIES = {"github": "markdown"}
