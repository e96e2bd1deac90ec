"""The report as text for a terminal or a pipe."""

from __future__ import annotations

from collections import defaultdict

from rnninspect.cells import OWN
from rnninspect.render.columns import RowKind, present, rows_of
from rnninspect.render.drawing import draw, fit, narrow
from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.view import readable
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.cells import Symbol
    from rnninspect.render.columns import Row
    from rnninspect.render.view import Unreadable, View
    from rnninspect.report import Report
    from rnninspect.rules import Finding

LONGEST_NAME = 60
NAMES_SHOWN = 3
LETTERS = {"m": "input size", "n": "hidden size", "D": "directions", "b": "bias vectors"}


def table(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    """Each file's table, its coverage and its findings, and at the end what the letters mean."""
    formulas = False
    own: set[Symbol] = set()
    blank: tuple[str, ...] = ()
    for report in readable(results):
        yield "\n".join((*blank, *_lines(report, view), ""))
        blank, formulas = ("",), formulas or bool(report.layers)
        own.update(symbol for counted in report.layers for symbol, _ in counted.layer.sizes.own)
    if formulas:
        known = {**LETTERS, **{letter.value: word for letter, word in OWN.items() if letter in own}}
        letters = ", ".join(f"{letter} {word}" for letter, word in known.items())
        yield f"\n{letters}\n"


def _lines(report: Report, view: View) -> Iterator[str]:
    producer = (
        f", {shorten(for_terminal(report.producer), LONGEST_NAME)}" if report.producer else ""
    )
    path = for_terminal(report.path)
    yield f"{path}: {report.format}{producer}, {report.file_bytes:,} bytes"
    yield ""
    yield draw_rows(list(rows_of(report)), view)
    yield ""
    yield summary(report)
    yield from finding_lines(report.findings)


def draw_rows(rows: Sequence[Row], view: View) -> str:
    """The table itself, without the columns that are blank or too many for the width."""
    columns = present(view.columns, rows)
    if view.chosen:
        name_width = LONGEST_NAME
    else:
        fitting, name_width = fit(columns, rows, view.width)
        columns = tuple(fitting)
    lines = [narrow(row, columns, name_width) for row in rows]
    if all(row.kind is not RowKind.LAYER for row in rows):
        lines.insert(0, ["(no recurrent layer)", *([None] * (len(columns) - 1))])
    return draw([column.title for column in columns], lines)


def summary(report: Report) -> str:
    """Coverage, and what was stored without being a parameter, in one line."""
    totals = report.totals
    parts = [f"{totals.attributed:,} of {plural(totals.tensors, 'tensor')} understood"]
    if gaps := ", ".join(_gaps(report)):
        parts.append(gaps)
    kept = totals.not_parameters | {"copies": totals.copies}
    listed = ", ".join(f"{number:,} {purpose}" for purpose, number in kept.items() if number)
    if listed:
        parts.append(f"not counted: {listed}")
    return "; ".join(parts)


def _gaps(report: Report) -> Iterator[str]:
    """What was not understood, with the rule that says more."""
    unclear = (
        (report.skipped, report.totals.skipped, "skipped layer", "R401"),
        (report.possible, report.totals.possible, "possible recurrent cell", "R405"),
    )
    for found, tensors, what, rule in unclear:
        named = f"a {what} ({rule})" if len(found) == 1 else f"{what}s ({rule})"
        if found and tensors:
            yield f"{tensors:,} {'belongs' if tensors == 1 else 'belong'} to {named}"
        elif found:
            yield f"{named} without tensors of {'its' if len(found) == 1 else 'their'} own"


def finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """A line for each finding; the same one on many layers is told once."""
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.rule, finding.message].append(finding)
    for (code, message), members in groups.items():
        first = members[0]
        where = ", ".join(_where(member) for member in members[:NAMES_SHOWN])
        more = len(members) - NAMES_SHOWN
        where += f" and {more:,} more" if more > 0 else ""
        place = f"{where}: " if where else ""
        yield f"{first.level} {code} {first.name}: {place}{for_terminal(shorten(message, 300))}"


def _where(finding: Finding) -> str:
    names = (finding.tensor, finding.layer)
    return " of ".join(shorten(for_terminal(name), LONGEST_NAME) for name in names if name)
