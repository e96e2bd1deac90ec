"""The frameworks' opinions of a file as text: a table of both counts, and the verdict in a line."""

from __future__ import annotations

from rnninspect.render.colour import heading, in_grid
from rnninspect.render.escape import for_terminal, shorten
from rnninspect.render.grid import draw
from rnninspect.render.names import shorten_apart
from rnninspect.report import Unreadable
from rnninspect.verification.opinion import Outcome
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.render.view import View
    from rnninspect.verification.opinion import Judged, Opinion, Row, StepRow

LONGEST_NAME, LONGEST_REASON = 40, 300


def render(results: Iterable[Judged | Unreadable], view: View) -> Iterator[str]:
    """For each file a block for each framework that was asked; nothing if none was."""
    gap = ""
    for file in results:
        if isinstance(file, Unreadable):
            continue
        asked = [each for each in file.opinions if each.verdict is not Outcome.UNASKED]
        if asked:
            path = heading(for_terminal(file.report.path), colour=view.colour)
            head = f"{path}: {file.report.format}"
            blocks = ("\n".join(_block(opinion, view)) for opinion in asked)
            yield gap + "\n\n".join([head, *blocks]) + "\n"
            gap = "\n"


def _block(opinion: Opinion, view: View) -> Iterator[str]:
    if opinion.total is not None:
        heads = ("Layer", "rnninspect", opinion.judge, "Verdict")
        rows = tuple(_rows(opinion))
        names = _names(rows)
        grid = [[names[row.name], row.ours, row.theirs, in_grid(row.verdict)] for row in rows]
        yield draw(heads, grid, colour=view.colour)
        yield ""
        yield from _reasons(opinion.rows)
        yield from _steps(opinion)
    yield sentence(opinion)


def _steps(opinion: Opinion) -> Iterator[str]:
    """A line for each step of a recovered layer that was run, or could not be."""
    known = _names(opinion.steps)
    for step in opinion.steps:
        yield f"{known[step.name]}: {shorten(for_terminal(step.text), LONGEST_REASON)}"


def _rows(opinion: Opinion) -> Iterator[Row]:
    yield from opinion.rows
    if opinion.total is not None and opinion.total.theirs is not None:
        yield opinion.total


def _names(rows: Iterable[Row | StepRow]) -> dict[str, str]:
    """The rows' names, safe for a terminal and shortened, no two alike."""
    harmless = {row.name: for_terminal(row.name) for row in rows}
    short = shorten_apart(harmless.values(), LONGEST_NAME)
    return {name: short[text] for name, text in harmless.items()}


def _reasons(rows: Sequence[Row]) -> Iterator[str]:
    """The reason for each layer without a count; one that many layers share is given once."""
    known, groups = _names(rows), dict[str, list[str]]()
    for row in rows:
        if row.reason:
            groups.setdefault(row.reason, []).append(known[row.name])
    for reason, names in groups.items():
        listed = ", ".join(names[:3])
        more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
        yield f"{listed}{more}: {shorten(for_terminal(reason), LONGEST_REASON)}"


def sentence(opinion: Opinion) -> str:
    """The verdict in one line: `torch 2.13.0 counts 99,328: agree`."""
    reason = shorten(for_terminal(opinion.reason), LONGEST_REASON)
    if opinion.total is None:
        outcome = "refuses it" if opinion.verdict is Outcome.REFUSED else opinion.verdict.value
        return f"{opinion.judge} {outcome}: {reason}"
    theirs = opinion.total.theirs
    what = " elements in all stored arrays" if opinion.everything else ""
    if theirs is None and opinion.steps and all(row.theirs is None for row in opinion.rows):
        ran = sum(step.verdict is not Outcome.SILENT for step in opinion.steps)
        of = plural(len(opinion.steps), "recovered step")
        return f"{opinion.judge} runs {ran:,} of {of}: {opinion.verdict.value}"
    if theirs is None:
        known = [row.theirs for row in opinion.rows if row.theirs is not None]
        theirs, what = (
            sum(known),
            f" in {len(known):,} of {plural(len(opinion.rows), 'recurrent layer')}",
        )
    return f"{opinion.judge} counts {theirs:,}{what}: {opinion.verdict.value}"
