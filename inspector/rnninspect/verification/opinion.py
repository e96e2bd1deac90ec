"""A framework's answer compared with our report: agree, disagree, refused or no opinion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.report import Report
    from rnninspect.verification.question import Answer


class Outcome(StrEnum):
    """How two counts, or a whole file, compare."""

    AGREE = "agree"
    DISAGREE = "disagree"
    REFUSED = "refused"  # the framework does not take it
    SILENT = "no opinion"
    UNASKED = "not asked"  # not installed, not trusted, or a bound was reached


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a child process may take: seconds, and bytes of memory in use."""

    seconds: float = 300.0
    memory: int = 8 * 2**30


@dataclass(frozen=True, slots=True)
class Row:
    """One count beside the other; `theirs` is None where there is none, and `reason` says why."""

    name: str
    ours: int
    theirs: int | None
    verdict: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StepRow:
    """What became of one step of a recovered layer; `text` says what was compared, or why not."""

    name: str
    verdict: Outcome
    text: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one framework says of one file.

    Attributes:
        judge: the framework with its version, `torch 2.13.0`.
        verdict: the worst of its rows, or what became of the whole file.
        rows: a row for each layer.
        total: the row of the whole file; None if it was not loaded.
        everything: whether the total counts all stored arrays, optimizer state included.
        steps: a row for each direction of each recovered layer whose step it was to run.
        reason: why the file was refused, or why the framework was not asked.
    """

    judge: str
    verdict: Outcome
    rows: tuple[Row, ...] = ()
    total: Row | None = None
    everything: bool = False
    reason: str = ""
    steps: tuple[StepRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A file's report, and what each framework says of it."""

    report: Report
    opinions: tuple[Opinion, ...]


def weigh(judge: str, report: Report, answer: Answer) -> Opinion:
    """The opinion that an answer amounts to."""
    name = f"{judge} {answer.version}".rstrip()
    if answer.untrusted:
        return untrusted(name, answer.untrusted)
    if answer.unfinished:
        return Opinion(name, Outcome.UNASKED, reason=answer.unfinished)
    if answer.refusal:
        return Opinion(name, Outcome.REFUSED, reason=answer.refusal)
    rows = tuple(_row(counted.layer.name, counted.expected, answer) for counted in report.layers)
    ours = stored_elements(report) if answer.everything else _counted(report, answer.purposes)
    total = Row("(total)", ours, answer.total, _compare(ours, answer.total))
    steps = tuple(
        StepRow(layer, _OF_STEP[agrees], text)
        for layer, notes in answer.steps.items()
        for agrees, text in notes
    )
    verdict = _worst([*(row.verdict for row in (*rows, total)), *(step.verdict for step in steps)])
    return Opinion(name, verdict, rows, total, answer.everything, steps=steps)


_OF_STEP = {True: Outcome.AGREE, False: Outcome.DISAGREE, None: Outcome.SILENT}


def untrusted(judge: str, reason: str) -> Opinion:
    """The opinion of a framework that is not asked about a file unless it is trusted."""
    return Opinion(judge, Outcome.UNASKED, reason=f"{reason}; --trust-file permits it")


def stored_elements(report: Report) -> int:
    """Elements of all arrays of the file, whatever they are kept for, each stored one once."""
    totals = report.totals
    return totals.parameters + totals.copies + sum(totals.not_parameters.values())


def _counted(report: Report, purposes: Iterable[str]) -> int:
    """Parameters, and elements that are kept for these purposes."""
    others = report.totals.not_parameters
    return report.totals.parameters + sum(others.get(each, 0) for each in purposes)


def _row(name: str, ours: int, answer: Answer) -> Row:
    if name in answer.refusals:
        return Row(name, ours, None, Outcome.REFUSED, answer.refusals[name])
    theirs = answer.counts.get(name)
    reason = answer.silences.get(name, "") if theirs is None else ""
    return Row(name, ours, theirs, _compare(ours, theirs), reason)


def _compare(ours: int, theirs: int | None) -> Outcome:
    if theirs is None:
        return Outcome.SILENT
    return Outcome.AGREE if ours == theirs else Outcome.DISAGREE


def _worst(verdicts: list[Outcome]) -> Outcome:
    for verdict in (Outcome.DISAGREE, Outcome.REFUSED, Outcome.AGREE):
        if verdict in verdicts:
            return verdict
    return Outcome.SILENT
