"""Chooses the frameworks that can judge a file, and asks each in a process of its own."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from pathlib import Path

from rnninspect.cells import Role
from rnninspect.counter import bias_vectors
from rnninspect.model import Fate, Origin
from rnninspect.readers import framework_named
from rnninspect.source.limits import Limits
from rnninspect.verification.opinion import Bounds, Opinion, Outcome, untrusted, weigh
from rnninspect.verification.process import run_child
from rnninspect.verification.question import Filling, Part, Question
from rnninspect.wording import installing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rnninspect.model import RecurrentLayer
    from rnninspect.plugin import Judge
    from rnninspect.report import Report

# Frameworks reserve addresses by the gigabyte and use few of them.
RESERVED = 32 * 2**30
# Some write the model out again, with weights of 4 bits as floats.
COPIES = 8
DEFAULT_LIMITS = Limits()
LEADING_OUT = ("R205", "R302")  # what a framework might open there is not part of the model


def judges_of(report: Report) -> tuple[Judge, ...]:
    """The frameworks that know a file of this kind, by the readers that describe such files.

    None for a model inside another file: what a framework would load of that is not certain
    to be what was described.
    """
    if report.container:
        return ()
    judges = framework_named(report.framework).judges
    return tuple(judge for judge in judges if report.format not in judge.others)


def verify(
    report: Report,
    bounds: Bounds,
    report_progress: Callable[[str], None],
    limits: Limits = DEFAULT_LIMITS,
    *,
    trusted: bool = False,
) -> Iterator[Opinion]:
    """Ask each framework that knows such files; `report_progress` is called once a second."""
    question = question_on(report, bounds, limits, trusted=trusted)
    leading = [finding for finding in report.findings if finding.rule in LEADING_OUT]
    judges = judges_of(report)
    if not judges and not report.container:
        yield from _without_loader(report)
    for judge in judges:
        missing = missing_of(judge)
        if missing:
            reason = f"{missing} is not installed: {installing(judge.extra, judge.distribution)}"
            yield Opinion(judge.name, Outcome.UNASKED, reason=reason)
        elif leading and not trusted:
            yield untrusted(judge.name, f"it leads to other files: {leading[0].message}")
        else:
            answer = run_child(
                judge, question, bounds, partial(_report_loading, report_progress, judge.name)
            )
            yield weigh(judge.name, report, answer)


def _without_loader(report: Report) -> Iterator[Opinion]:
    for judge in framework_named(report.framework).judges:
        reason = f"it has no loader of its own for {report.format}"
        yield Opinion(judge.name, Outcome.UNASKED, reason=reason)


def missing_of(judge: Judge) -> str | None:
    """The first of a judge's packages that is not installed; nothing is imported for that."""
    return next((name for name in judge.packages if find_spec(name) is None), None)


def question_on(
    report: Report, bounds: Bounds, limits: Limits = DEFAULT_LIMITS, *, trusted: bool
) -> Question:
    """The question whether a framework sees the file as the report does."""
    parts = tuple(_part(counted.layer) for counted in report.layers)
    path = str(Path(report.path).resolve())
    return Question(
        path=path,
        format=report.format,
        trusted=trusted,
        address_space=bounds.memory + RESERVED,
        largest_file=COPIES * report.file_bytes + limits.expansion,
        expansion=limits.expansion,
        parts=parts,
    )


def _report_loading(report_progress: Callable[[str], None], name: str, seconds: int) -> None:
    report_progress(f"{name} loads it, {seconds} s")


def _part(layer: RecurrentLayer) -> Part:
    sizes, stack = layer.sizes, layer.stack
    return Part(
        name=layer.name,
        path=layer.original_name or (stack.name if stack else layer.name),
        kind=layer.kind,
        cell=layer.cell,
        convention=layer.convention,
        input_size=sizes.input_size,
        hidden_size=sizes.hidden_size,
        projection_size=sizes.projection_size,
        taps=sizes.kernel_size,
        directions=sizes.directions,
        biases=bias_vectors(layer),
        peepholes=Role.PEEPHOLE in layer.roles,
        stack=stack.name if stack else None,
        level=stack.level if stack else 0,
        root=layer.root,
        fillings=tuple(_fillings(layer)),
        recovered=layer.origin is Origin.RECOVERED,
        pieces=layer.pieces,
    )


def _fillings(layer: RecurrentLayer) -> Iterator[Filling]:
    for operand in layer.operands:
        roles = tuple(dict.fromkeys(slot.role.value for slot in operand.slots))
        for direction in sorted({slot.direction for slot in operand.slots}):
            yield Filling(direction, roles, operand.name, operand.fate is Fate.STORED)
