"""The registry of output formats: a function for each document, a line for each of its formats.

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

    Render = Callable[[Any, View], Iterator[str]]  # what document it takes is said below
    Imports = dict[str, Callable[[], Render]]

# fmt: off


class Formats:
    """The formats of one document, in the order in which help lists them."""

    def __init__(self, by_name: Imports) -> None:
        self._by_name = by_name

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Render:
        return self._by_name[name]()


def _report() -> Imports:  # noqa: C901 - a line for each format
    """`Iterable[Report | Unreadable]`: what `inspect` found, as it comes."""
    def table() -> Render: from rnninspect.render.report.table import render; return render
    def json() -> Render: from rnninspect.render.json_stream import render; return render
    def markdown() -> Render: from rnninspect.render.report.markdown import render; return render
    def csv() -> Render: from rnninspect.render.report.csv import render; return render
    def sarif() -> Render: from rnninspect.render.report.sarif import render; return render
    def junit() -> Render: from rnninspect.render.report.junit import render; return render
    def github() -> Render: from rnninspect.render.report.github import render; return render
    def gitlab() -> Render: from rnninspect.render.report.gitlab import render; return render
    def html() -> Render: from rnninspect.render.report.html import render; return render
    def cyclonedx() -> Render: from rnninspect.render.report.cyclonedx import render; return render
    return locals()


def _audit() -> Imports:
    """`Checking`: models compared with a policy by `check`, as they come."""
    def table() -> Render: from rnninspect.render.audit.table import render; return render
    def json() -> Render: from rnninspect.render.audit.json import render; return render
    def markdown() -> Render: from rnninspect.render.audit.markdown import render; return render
    def csv() -> Render: from rnninspect.render.audit.csv import render; return render
    def sarif() -> Render: from rnninspect.render.audit.sarif import render; return render
    def junit() -> Render: from rnninspect.render.audit.junit import render; return render
    def github() -> Render: from rnninspect.render.audit.github import render; return render
    def gitlab() -> Render: from rnninspect.render.audit.gitlab import render; return render
    def html() -> Render: from rnninspect.render.audit.html import render; return render
    return locals()


def _diff() -> Imports:
    """`Comparison`: what `diff` found."""
    def table() -> Render: from rnninspect.render.diff.table import render; return render
    def markdown() -> Render: from rnninspect.render.diff.markdown import render; return render
    def json() -> Render: from rnninspect.render.diff.json import render; return render
    def html() -> Render: from rnninspect.render.diff.html import render; return render
    return locals()


def _verdict() -> Imports:
    """`Sequence[Judged | Unreadable]`: what frameworks said to `verify`."""
    def table() -> Render: from rnninspect.render.verdict.table import render; return render
    def json() -> Render: from rnninspect.render.verdict.json import render; return render
    return locals()


def _scan() -> Imports:
    """`Summary`: what many models are together."""
    def table() -> Render: from rnninspect.render.scan.table import render; return render
    def json() -> Render: from rnninspect.render.scan.json import render; return render
    def markdown() -> Render: from rnninspect.render.scan.markdown import render; return render
    return locals()


def _card() -> Imports:
    """`Iterable[Report]`: the block of a model card, report by report."""
    def markdown() -> Render: from rnninspect.render.card import render; return render
    return locals()


def _catalogue() -> Imports:
    """`Catalogue`: the rules, the readers or the cells."""
    def table() -> Render: from rnninspect.render.knowledge.table import render; return render
    def markdown() -> Render: from rnninspect.render.knowledge.markdown import render; return render
    def json() -> Render: from rnninspect.render.knowledge.listing_json import render; return render
    return locals()


def _rule_page() -> Imports:
    """`Rule`: one rule in full."""
    def text() -> Render: from rnninspect.render.knowledge.rule_page import render; return render
    def json() -> Render: from rnninspect.render.knowledge.rule_json import render; return render
    return locals()


def _explanation() -> Imports:
    """`Explanation`: the arithmetic of layers, weight by weight."""
    def text() -> Render: from rnninspect.render.knowledge.explanation import render; return render
    def json() -> Render: from rnninspect.render.knowledge.explanation_json import render; return render
    return locals()


def _formula_sheet() -> Imports:
    """`GatedCount`: the count of a layer by each convention."""
    def text() -> Render: from rnninspect.render.knowledge.formula_sheet import render; return render
    def json() -> Render: from rnninspect.render.knowledge.formula_json import render; return render
    return locals()


def _size_sheet() -> Imports:
    """`SizedCount`: the count of a layer whose cell brings sizes of its own."""
    def text() -> Render: from rnninspect.render.knowledge.size_sheet import render; return render
    def json() -> Render: from rnninspect.render.knowledge.size_json import render; return render
    return locals()


# fmt: on
REPORT, AUDIT, DIFF = Formats(_report()), Formats(_audit()), Formats(_diff())
VERDICT, SCAN, CARD = Formats(_verdict()), Formats(_scan()), Formats(_card())
CATALOGUE, RULE_PAGE = Formats(_catalogue()), Formats(_rule_page())
EXPLANATION = Formats(_explanation())
FORMULA_SHEET, SIZE_SHEET = Formats(_formula_sheet()), Formats(_size_sheet())

# Formats that contain the hashes of files, which are computed for them alone
HASHING = ("cyclonedx",)
# What is printed in the first format is also appended to the CI system's job summary, in the second
JOB_SUMMARIES = {"github": "markdown"}
