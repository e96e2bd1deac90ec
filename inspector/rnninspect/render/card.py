"""The report as a part of a model card: the layers, how they are counted, and the file."""

from __future__ import annotations

from rnninspect.render.escape import for_markdown, shorten
from rnninspect.render.report.columns import BY_NAME
from rnninspect.render.report.folding import shown_rows
from rnninspect.render.report.markdown import LONGEST_NAME, markdown_rows
from rnninspect.render.report.sentences import finding_lines, no_layer
from rnninspect.render.view import View
from rnninspect.rules import Level
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.report import Report

COLUMNS = (
    "layer",
    "kind",
    "input_size",
    "hidden_size",
    "projection_size",
    "kernel_size",
    "directions",
    "bias_vectors",
    "formula",
    "stored",
    "bytes",
)
TITLES = {
    "input_size": "m is the input size",
    "hidden_size": "n the hidden size",
    "projection_size": "p the projected size",
    "kernel_size": "k the taps of the kernel",
    "directions": "D the directions",
    "bias_vectors": "b the bias vectors of a direction",
}
VECTORS = {0: "no bias vector", 1: "one bias vector", 2: "two bias vectors"}


def render(reports: Iterable[Report], _: View) -> Iterator[str]:
    """A block for each file as it comes, without headings, so that it fits under any."""
    gap = ""
    for report in reports:
        yield gap + "\n".join(_block(report))
        gap = "\n\n"
    yield "\n"


def _block(report: Report) -> Iterator[str]:
    view = _view(report)
    yield f"**{_text(report.path)}**: {_headline(report)}"
    yield ""
    yield markdown_rows(shown_rows(report, view), view)
    yield ""
    yield from _facts(report)
    yield ""
    yield " ".join(_conventions(report))
    yield from _caveats(report)


def _view(report: Report) -> View:
    """`expected` has a column only where it differs from what is stored."""
    names = list(COLUMNS)
    if any(counted.expected != counted.stored for counted in report.layers):
        names.insert(names.index("stored"), "expected")
    return View(columns=tuple(BY_NAME[name] for name in names))


def _headline(report: Report) -> str:
    totals = report.totals
    if not report.layers:
        return f"{plural(totals.parameters, 'parameter')}."
    share = totals.recurrent / totals.parameters if totals.parameters else 0
    layers = plural(len(report.layers), "recurrent layer")
    parameters = plural(totals.parameters, "parameter")
    return f"{parameters}, {totals.recurrent:,} of them ({share:.1%}) in {layers}."


def _facts(report: Report) -> Iterator[str]:
    dtypes = sorted({dtype for counted in report.layers for dtype in counted.dtypes})
    facts = (
        ("Element type of the recurrent layers", ", ".join(dtypes)),
        ("Bytes of all parameters", f"{report.totals.bytes:,}"),
        ("Size of the file", f"{report.file_bytes:,} bytes" if report.file_bytes else ""),
        ("Format", report.format),
        ("Producer", report.producer),
    )
    yield from (f"- {name}: {_text(value)}" for name, value in facts if value)


def _conventions(report: Report) -> Iterator[str]:
    """What the letters mean, the bias vectors by convention, and the textbook's count."""
    if not report.layers:
        sentence = for_markdown(no_layer(report))
        yield f"{sentence[0].upper()}{sentence[1:]}."
        return
    columns = {name: BY_NAME[name].value for name in TITLES}
    used = [
        TITLES[name]
        for name, value in columns.items()
        if any(value(report, counted) is not None for counted in report.layers)
    ]
    if used:
        yield f"{', '.join(used)}."
    value = BY_NAME["bias_vectors"].value
    gated = [counted for counted in report.layers if counted.cell.gates]
    kept = dict.fromkeys((c.layer.convention, c.cell.name, value(report, c)) for c in gated)
    conventions = [
        f"{_text(convention)} gives {'an' if cell[0] in 'LR' else 'a'} {cell} {_vectors(vectors)}"
        for convention, cell, vectors in kept
    ]
    if conventions:
        yield f"Convention: {', '.join(conventions)}."
    expected = sum(counted.expected for counted in report.layers)
    textbook = sum(counted.formula.textbook for counted in report.layers)
    if expected != textbook:
        yield (
            f"By the textbook (one bias vector, no extras) the recurrent layers have {textbook:,}"
            f" parameters; by the formulas above {expected:,}."
        )


def _vectors(number: str | int | None) -> str:
    return VECTORS.get(number, str(number)) if isinstance(number, int) else ""


def _caveats(report: Report) -> Iterator[str]:
    """Findings that a reader of the card must know: all but notes."""
    serious = [finding for finding in report.findings if finding.level is not Level.NOTE]
    if serious:
        yield ""
        yield from (f"- {for_markdown(line)}" for line in finding_lines(serious))


def _text(value: str) -> str:
    return for_markdown(shorten(value, LONGEST_NAME))
