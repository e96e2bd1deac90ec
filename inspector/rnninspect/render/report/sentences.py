"""The sentences below a report's table: what was understood, and the findings."""

from __future__ import annotations

from rnninspect.lean import defaultdict
from rnninspect.model import Searched
from rnninspect.render.colour import judged
from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.names import shorten_apart
from rnninspect.render.widths import hang
from rnninspect.wording import plural
from rnninspect.wording.order import in_natural_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.report import Report, Totals
    from rnninspect.rules import Finding

LONGEST_NAME, LONGEST_MESSAGE = 60, 300
NAMES_SHOWN = 3
_NOTHING = {
    Searched.OPERATORS: " searched, no state returns through stored weights",
    Searched.LAYERS: " declared, none of a recurrent class",
    Searched.TENSORS: ", no name or shape of a recurrent cell",
}
ONE = {"constants": "constant", "copies": "copy"}  # the purposes that are plural


def not_shown(titles: Sequence[str], needed: int, width: int, option: str = "") -> list[str]:
    """The columns that a table of this width leaves out, and what shows them, in wrapped lines."""
    shows = f"COLUMNS={needed}{option and f' or {option}'} shows"
    them = "it" if len(titles) == 1 else "them"
    return hang(f"not shown at {width} columns: {', '.join(titles)}; {shows} {them}", width)


def summary(report: Report) -> str:
    """Coverage, and the stored elements that are not parameters, in one line."""
    totals = report.totals
    parts = [f"{totals.attributed:,} of {plural(totals.tensors, 'tensor')} understood"]
    if gaps := ", ".join(_gaps(report)):
        parts.append(gaps)
    kept = totals.not_parameters | {"copies": totals.copies}
    listed = ", ".join(
        plural(number, ONE.get(purpose, purpose), purpose)
        for purpose, number in kept.items()
        if number
    )
    if listed:
        parts.append(f"not counted: {listed}")
    parts.extend(_figures(totals))
    return "; ".join(parts)


def _figures(totals: Totals) -> Iterator[str]:
    """The figures that differ from the total: what is trained, what the file declares."""
    if totals.buffers:
        yield f"trained: {totals.trained:,}, without {totals.buffers:,} in buffers"
    declared = totals.declared.parameters if totals.declared else None
    if declared not in (None, totals.parameters):
        yield f"declared: {declared:,}"


def no_layer(report: Report) -> str:
    """What was looked through for recurrent layers and what was found, where it is none."""
    found = ((report.skipped, "skipped", "R401"), (report.possible, "possible", "R405"))
    seen = [f"{len(layers):,} {word} ({rule})" for layers, word, rule in found if layers]
    if seen:
        return f"no recurrent layer of a known cell: {', '.join(seen)}"
    search = report.search
    if not search.number:
        return "no recurrent layer: the file stores no parameters"
    amount = plural(search.number, search.what.removesuffix("s"))
    if not search.finished:
        return f"no recurrent layer found: the search of {amount} was given up (R407)"
    if doubts := sum(finding.rule == "R403" for finding in report.findings):
        return f"no certain recurrent layer: {amount}, {plural(doubts, 'possible step')} (R403)"
    return f"no recurrent layer: {amount}{_NOTHING[search.what]}"


def _gaps(report: Report) -> Iterator[str]:
    """What was not understood, with the rule that explains it."""
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


def finding_lines(findings: Sequence[Finding], *, colour: bool = False) -> Iterator[str]:
    """A line for each finding; one in many places has one line, which names some of them."""
    names = (name for found in findings for name in (found.tensor, found.layer) if name)
    shown = {name: for_terminal(name) for name in names}
    short = shorten_apart(shown.values(), LONGEST_NAME)
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.rule, finding.message].append(finding)
    for (code, message), members in groups.items():
        listed = dict.fromkeys(
            " of ".join(short[shown[name]] for name in (found.tensor, found.layer) if name)
            for found in members
        )
        listed.pop("", None)  # a finding on the file
        places = in_natural_order(listed, str)
        where = ", ".join(places[:NAMES_SHOWN])
        more = len(places) - NAMES_SHOWN
        where += f" and {more:,} more" if more > 0 else ""
        first = members[0]
        place = f"{where}: " if where else ""
        text = for_terminal(shorten(message, LONGEST_MESSAGE))
        rule = judged(f"{first.level} {code}", colour=colour)
        yield f"{rule} {first.name}: {place}{text}"
