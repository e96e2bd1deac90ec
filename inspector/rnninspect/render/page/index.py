"""The index of a page with several models: a line for each, the heaviest first."""

from __future__ import annotations

from rnninspect.record import Record
from rnninspect.render.escape import shorten
from rnninspect.render.page.bars import Segment, drawn
from rnninspect.render.page.markup import Markup, element
from rnninspect.render.page.table import Line, table
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADS = ("Model", "Format", "Verdict", "Cells", "Layers", "Parameters", "Recurrent share of them")
_NUMBERS, _LONGEST_NAME = (4, 5), 120


class Entry(Record):
    """A model in the index.

    Attributes:
        anchor: where its section is; empty if it could not be read.
        path: its name.
        format: what it is stored in.
        verdict: in a word or two.
        level: the class that colours the verdict.
        cells: those of its layers, each once.
        layers: how many it has.
        recurrent: parameters of those.
        parameters: all of them.
        failure: why it could not be read.
    """

    anchor: str
    path: str
    format: str = ""
    verdict: str = "unreadable"
    level: str = "failed"
    cells: tuple[str, ...] = ()
    layers: int = 0
    recurrent: int = 0
    parameters: int = 0
    failure: str = ""


def index_of(entries: Sequence[Entry]) -> Markup:
    """A table of all models with a bar each, and filters by cell and verdict."""
    ordered = sorted(entries, key=lambda entry: -entry.parameters)
    scale = max((entry.parameters for entry in entries), default=0) or 1
    total = sum(entry.parameters for entry in entries)
    return element(
        "section",
        element("h1", plural(len(entries), "model")),
        element("p", f"{total:,} parameters in all; {_outcome(entries)}.", class_="answer"),
        _filters(entries),
        table(
            HEADS,
            [_line(entry, scale) for entry in ordered],
            caption="All models, the heaviest first",
            numbers=_NUMBERS,
            sortable=True,
        ),
    )


def _outcome(entries: Sequence[Entry]) -> str:
    failed = sum(entry.level == "failed" and not entry.failure for entry in entries)
    unreadable = sum(bool(entry.failure) for entry in entries)
    parts = [f"{plural(failed, 'model')} with errors" if failed else "no model has an error"]
    return ", ".join([*parts, *([f"{unreadable:,} unreadable"] if unreadable else [])])


def _line(entry: Entry, scale: int) -> Line:
    path = shorten(entry.path, _LONGEST_NAME)
    name = element("a", path, href=f"#{entry.anchor}") if entry.anchor else path
    parts = (
        Segment("recurrent layers", "recurrent", entry.recurrent),
        Segment("everything else", "rest", entry.parameters - entry.recurrent),
    )
    bar = entry.failure or drawn(parts, scale)
    verdict = element("span", entry.verdict, class_=entry.level)
    cells = ", ".join(entry.cells)
    known = (("data_cells", "|".join(entry.cells)), ("data_verdict", entry.verdict))
    shown = (name, entry.format, verdict, cells, entry.layers, entry.parameters, bar)
    return Line(shown, attributes=known)


def _filters(entries: Sequence[Entry]) -> Markup:
    """The two choices, hidden until the script that makes them work shows them."""
    cells = sorted({cell for entry in entries for cell in entry.cells})
    verdicts = sorted({entry.verdict for entry in entries})
    choices = (_choice("Cell ", "cells", cells), _choice("Verdict ", "verdict", verdicts))
    return element("div", *choices, class_="filters", hidden="")


def _choice(label: str, name: str, values: Iterable[str]) -> Markup:
    options = (element("option", value, value=value) for value in values)
    every = Markup('<option value="">all</option>')
    return element("label", label, element("select", every, *options, name=name))
