"""An audit as text: a table for a terminal, Markdown, CSV, JSON; the CI formats stand beside."""

from __future__ import annotations

import csv
import io
from functools import partial

from rnninspect.audit import Outcome
from rnninspect.render.audit.rows import (
    LAYER_HEADS,
    LAYER_NUMBERS,
    LIMIT_HEADS,
    LIMIT_NUMBERS,
    LONGEST_WORDS,
    SHORTER_WORDS,
    failing,
    layer_grid,
    limit_grid,
    no_measure,
    notes_line,
    others,
    told_lines,
    unmeasured,
    verdict,
)
from rnninspect.render.escape import for_csv, for_markdown
from rnninspect.render.grid import GAP, draw, draw_markdown
from rnninspect.render.report.github import github
from rnninspect.render.report.gitlab import gitlab
from rnninspect.render.report.json import document_of, dump, finding_json
from rnninspect.render.report.junit import audit_junit
from rnninspect.render.report.sarif import sarif
from rnninspect.render.widths import width_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from fractions import Fraction
    from typing import Any

    from rnninspect.audit import Audit, Measure
    from rnninspect.render.audit.rows import Grid
    from rnninspect.render.report.columns import Value
    from rnninspect.render.view import Unreadable, View

    GridOf = Callable[[int], Grid]

NARROW, NARROWEST, LONGEST = 24, 16, 120
WIDTHS_OF_WORDS = (LONGEST_WORDS, SHORTER_WORDS)
CSV_HEADS = ("path", "layer", "limit", "about", "rule", "allowed", "value", "share", "outcome")


def table(audit: Audit, unreadable: Sequence[Unreadable], view: View) -> str:
    """The verdict, what fails, the largest layers, and the limits that are kept."""

    def limits(measures: Sequence[Measure]) -> str:
        grids = [partial(limit_grid, measures, words=words) for words in WIDTHS_OF_WORDS]
        return _fitting(LIMIT_HEADS, LIMIT_NUMBERS, grids, view.width)

    layers = _fitting(LAYER_HEADS, LAYER_NUMBERS, [partial(layer_grid, audit)], view.width)
    told = "\n".join(told_lines(audit, unreadable))
    return _joined(audit, verdict(audit, unreadable), (limits, told, layers))


def markdown(audit: Audit, unreadable: Sequence[Unreadable], _: View) -> str:
    """The same as Markdown, as GitHub's job summaries take it."""

    def limits(measures: Sequence[Measure]) -> str:
        return _marked(LIMIT_HEADS, LIMIT_NUMBERS, limit_grid(measures, LONGEST))

    told = "\n".join(f"- {for_markdown(line)}" for line in told_lines(audit, unreadable))
    layers = _marked(LAYER_HEADS, LAYER_NUMBERS, layer_grid(audit, LONGEST))
    head = f"### rnninspect: {for_markdown(verdict(audit, unreadable))}"
    return _joined(audit, head, (limits, told, layers))


def _joined(
    audit: Audit, head: str, parts: tuple[Callable[[Sequence[Measure]], str], str, str]
) -> str:
    limits, told, layers = parts
    kept = limits(others(audit)) if audit.measures else no_measure(audit)
    blocks = (head, limits(failing(audit)), told, layers, kept, notes_line(audit))
    return "\n\n".join(filter(None, blocks))


def _fitting(
    heads: Sequence[str], numbers: Sequence[int], grids: Sequence[GridOf], width: int
) -> str:
    """A table whose last column takes what the others leave of the width.

    Of the grids it is the first that leaves enough, else the last.
    """
    left = 0
    for grid_of in grids:
        rows = [row[:-1] for row in grid_of(LONGEST)]
        if not rows:
            return ""
        columns = zip(heads[:-1], *rows, strict=True)
        left = width - sum(max(map(width_of, column)) + len(GAP) for column in columns)
        if left >= NARROW:
            break
    return draw(heads, grid_of(max(left, NARROWEST)), numbers=numbers)


def _marked(heads: Sequence[str], numbers: Sequence[int], grid: Grid) -> str:
    if not grid:
        return ""
    return draw_markdown(heads, [[for_markdown(value) for value in row] for row in grid], numbers)


def as_csv(audit: Audit, unreadable: Sequence[Unreadable], _: View) -> str:
    """A line for each bad file, for each other finding that fails, and for each limit."""
    out = io.StringIO()
    writer = csv.DictWriter(out, CSV_HEADS, lineterminator="\n")
    writer.writeheader()
    for row in (*_failures(audit, unreadable), *map(_plain, audit.measures)):
        writer.writerow(
            {key: for_csv(value) if isinstance(value, str) else value for key, value in row.items()}
        )
    return out.getvalue().rstrip("\n")


def _failures(audit: Audit, unreadable: Sequence[Unreadable]) -> Iterator[dict[str, Any]]:
    """What fails and is no limit: where all limits are kept a model can fail all the same."""
    for file in unreadable:
        yield _failure(file.path, about="unreadable", value=file.reason)
    own = [(report.path, found) for report in audit.reports for found in unmeasured(audit, report)]
    for path, found in (*own, *audit.elsewhere):
        if found.level.reaches(audit.fail_on):
            more = {"layer": found.layer, "rule": found.rule}
            yield _failure(path, about=found.name, value=found.message, **more)


def _failure(path: str, **known: str | None) -> dict[str, Any]:
    return {"path": path, **known, "outcome": Outcome.FAIL.value}


def as_json(audit: Audit, unreadable: Sequence[Unreadable], _: View) -> str:
    """The document of `inspect --format json`, with the audit beside the reports."""
    elsewhere = [finding_json(finding) | {"path": path} for path, finding in audit.elsewhere]
    held = {
        "fail_on": audit.fail_on.value if audit.fail_on else "never",
        "failing": list(audit.failing),
        "limits": [_plain(measure) for measure in audit.measures],
        "elsewhere": elsewhere,
    }
    return dump(document_of(audit.reports, unreadable) | {"audit": held})


def _plain(measure: Measure) -> dict[str, Any]:
    return {
        "path": measure.path,
        "layer": measure.layer,
        "limit": measure.key,
        "about": measure.about,
        "rule": measure.rule,
        "allowed": _number(measure.allowed),
        "value": _number(measure.value),
        "share": None if measure.share is None else _number(measure.share),
        "outcome": measure.outcome.value,
    }


def _number(quantity: int | Fraction | str) -> Value | float:
    return quantity if isinstance(quantity, int | str) else float(quantity)


AUDIT_RENDERERS: dict[str, Callable[[Audit, Sequence[Unreadable], View], str]] = {
    "table": table,
    "json": as_json,
    "markdown": markdown,
    "csv": as_csv,
    "sarif": lambda audit, unreadable, view: sarif(audit.findings, unreadable, view),
    "junit": audit_junit,
    "github": lambda audit, unreadable, view: github(audit.findings, unreadable, view),
    "gitlab": lambda audit, unreadable, view: gitlab(audit.findings, unreadable, view),
}
