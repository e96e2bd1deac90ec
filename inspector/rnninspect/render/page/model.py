"""One model on a page: the answer first, then where its parameters are, its layers and findings."""

from __future__ import annotations

from rnninspect.render.escape import shorten
from rnninspect.render.page.findings import findings_of
from rnninspect.render.page.index import Entry
from rnninspect.render.page.layers import (
    LONGEST_NAME,
    class_of,
    details_of,
    groups_of,
    picture_of,
)
from rnninspect.render.page.markup import element, heading, join, linked
from rnninspect.render.page.table import Line, table
from rnninspect.render.report.columns import LETTERS, RowKind, ordered
from rnninspect.render.report.folding import in_full, shown_rows
from rnninspect.render.report.sentences import no_layer, summary
from rnninspect.rules import Level
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.render.page.layers import Group
    from rnninspect.render.page.markup import Markup
    from rnninspect.render.report.columns import Column, Row, Value
    from rnninspect.render.view import View
    from rnninspect.report import Report

_CLASSES = {Level.ERROR: "failed", Level.WARNING: "noted", Level.NOTE: "ok", None: "ok"}


def entry_of(report: Report, anchor: str) -> Entry:
    """The model's line in an index."""
    return Entry(
        anchor,
        report.path,
        format=report.format,
        verdict=_verdict(report)[1],
        level=_CLASSES[report.worst()],
        cells=tuple(dict.fromkeys(counted.layer.cell for counted in report.layers)),
        layers=len(report.layers),
        recurrent=report.totals.recurrent,
        parameters=report.totals.parameters,
    )


def _verdict(report: Report) -> tuple[str, str]:
    """What the report says in one line, and in one word."""
    numbers = {
        level: sum(finding.level is level for finding in report.findings)
        for level in (Level.ERROR, Level.WARNING)
    }
    parts = [plural(number, level.value) for level, number in numbers.items() if number]
    if parts:
        return ", ".join(parts), parts[0]
    if not report.layers:
        return no_layer(report), "no layer"
    if len(report.layers) == 1:
        return "the layer agrees with its formula", "ok"
    return f"{len(report.layers):,} layers agree with their formulas", "ok"


def section_of(report: Report, view: View, anchor: str, level: int = 2) -> Markup:
    """The model's section, to which an index links if it has an anchor.

    `level` is that of its title: 1 where it is the page's.
    """
    title = heading(level, shorten(report.path, LONGEST_NAME))
    parts = _parts(report, view, anchor, level + 1)
    return element("section", title, *parts, id=anchor or None, class_="model")


def _parts(report: Report, view: View, anchor: str, level: int) -> Iterator[Markup]:
    sentence, _ = _verdict(report)
    sentence = f"{sentence[0].upper()}{sentence[1:]}."
    yield element("p", element("span", sentence, class_=_CLASSES[report.worst()]), class_="answer")
    yield _figures(report)
    groups = groups_of(ordered(report), anchor)
    if report.totals.parameters:
        yield heading(level, "Where the parameters are")
        yield picture_of(report, groups)
    if report.layers:
        yield heading(level, "Layers")
        yield _layers_table(report, view, groups)
        yield heading(level, "Arithmetic")
        yield join(details_of(report, groups))
    yield element("p", f"{summary(report)}.")
    if report.findings:
        yield heading(level, "Findings")
        yield findings_of(report)


def _figures(report: Report) -> Markup:
    totals = report.totals
    share = f"{100 * totals.recurrent / totals.parameters:.1f} %" if totals.parameters else "none"
    figures = (
        ("parameters", totals.parameters),
        ("in recurrent layers", share),
        ("bytes of the file", report.file_bytes),
        ("format", report.format),
        ("producer", shorten(report.producer, LONGEST_NAME) or None),
    )
    parts = (
        element("div", element("dt", name), element("dd", value))
        for name, value in figures
        if value is not None
    )
    return element("dl", *parts, class_="figures")


def _layers_table(report: Report, view: View, groups: Sequence[Group]) -> Markup:
    rows, columns = in_full(shown_rows(report, view), view)
    anchors = {counted.layer.name: group.anchor for group in groups for counted in group.members}
    anchors |= {group.name: group.anchor for group in groups}
    lines = (Line(list(_cells(row, columns, anchors)), _is_sum(row)) for row in rows)
    numbers = [
        at
        for at, column in enumerate(columns)
        if any(isinstance(row.values.get(column.name), int) for row in rows)
    ]
    heads = [column.title for column in columns]
    letters = ", ".join(f"{letter} {LETTERS[letter]}" for letter in heads if letter in LETTERS)
    caption = f"Recurrent layers of {shorten(report.path, LONGEST_NAME)}"
    drawn = table(heads, lines, caption=caption, numbers=numbers, sortable=True)
    return join((drawn, element("p", letters, class_="letters") if letters else None))


def _is_sum(row: Row) -> bool:
    return row.kind is not RowKind.LAYER


def _cells(row: Row, columns: Sequence[Column], anchors: dict[str, str]) -> Iterator[Value]:
    for column in columns:
        value = row.values.get(column.name)
        if column.name == "layer" and value in anchors:
            yield linked(anchors[str(value)], shorten(str(value), LONGEST_NAME))
        elif column.name == "formula" and value is not None:
            yield element("code", value)
        elif column.name == "verdict" and value is not None:
            yield element("span", value, class_=class_of(str(value)))
        else:
            yield "" if value is None else value
