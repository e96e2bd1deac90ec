"""What a policy measures in one report: tables of gauges, and their measures."""

from __future__ import annotations

from rnninspect.audit.measure import Measure, Outcome
from rnninspect.lean import Counter
from rnninspect.model import Origin
from rnninspect.policy.baseline import FIGURES, Figures
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from fractions import Fraction

    from rnninspect.counter import LayerCount
    from rnninspect.policy import Policy
    from rnninspect.report import Report

    Number = int | Fraction

WORDS_SHOWN = 5


def figures_of(report: Report) -> Figures:
    """The figures of one model that a baseline stores and a policy limits."""
    return Figures(
        parameters=report.totals.parameters,
        recurrent_parameters=report.totals.recurrent,
        bytes=report.totals.bytes,
        file_bytes=report.file_bytes,
        layers={counted.layer.name: counted.stored for counted in report.layers},
    )


def measures_of(report: Report, policy: Policy) -> Iterator[Measure]:
    """Every limit of the policy but growth, compared with one report."""
    figures = figures_of(report)
    for figure in FIGURES:
        allowed = getattr(policy, f"max_{figure}")
        if allowed is not None:
            yield at_most(report.path, f"max_{figure}", "R501", allowed, getattr(figures, figure))
    if policy.max_state_bytes is not None:
        yield _state(report, policy.max_state_bytes)
    for key, gauge in LAYER_GAUGES.items():
        allowed = getattr(policy, key)
        if allowed is not None:
            yield from _layers(report, key, allowed, gauge)
    for key, words in WORD_GAUGES.items():
        allowed = getattr(policy, key)
        if allowed is not None:
            yield _words(report, key, allowed, words(report))
    if policy.require_declared and report.layers:
        yield _declared(report)
    if policy.min_coverage is not None:
        yield _coverage(report, policy.min_coverage)


def at_most(
    path: str, key: str, rule: str, allowed: Number, value: Number, layer: str | None = None
) -> Measure:
    """A measure of a value that must not exceed the limit."""
    about = key.removeprefix("max_").replace("_", " ")
    outcome = _judge(value <= allowed)
    return Measure(path, layer, key.replace("_", "-"), about, rule, allowed, value, outcome)


def _judge(passed: bool) -> Outcome:  # noqa: FBT001 - the only argument
    return Outcome.PASS if passed else Outcome.FAIL


def _levels(counted: LayerCount) -> int:
    return counted.layer.stack.levels if counted.layer.stack else 1


LAYER_GAUGES: dict[str, Callable[[LayerCount], int]] = {
    "max_layer_parameters": lambda counted: counted.stored,
    "max_hidden_size": lambda counted: counted.width,
    "max_levels": _levels,
}


def _layers(
    report: Report, key: str, allowed: int, gauge: Callable[[LayerCount], int]
) -> list[Measure]:
    layers = _first_levels(report.layers) if gauge is _levels else report.layers
    measures = [
        at_most(report.path, key, "R502", allowed, gauge(counted), counted.layer.name)
        for counted in layers
    ]
    return decisive(measures)


def decisive(measures: Sequence[Measure]) -> list[Measure]:
    """The measures of one limit that fail; if none does, the one closest to it."""
    failing = [measure for measure in measures if measure.outcome is Outcome.FAIL]
    return failing or sorted(measures, key=_number, reverse=True)[:1]


def _number(measure: Measure) -> Number:
    return 0 if isinstance(measure.value, str) else measure.value


def _first_levels(layers: Iterable[LayerCount]) -> list[LayerCount]:
    """One layer of each stack, so that a stack is measured once."""
    first: dict[object, LayerCount] = {}
    for counted in layers:
        stack = counted.layer.stack
        first.setdefault((counted.layer.root, stack.name) if stack else counted.layer.name, counted)
    return list(first.values())


def _cells(report: Report) -> set[str]:
    """The cells of layers, and the kinds of skipped ones without how a step was found."""
    known = {counted.layer.cell for counted in report.layers}
    return known | {layer.kind.partition(" (")[0] for layer in report.skipped}


def _dtypes(report: Report) -> set[str]:
    return {dtype for counted in report.layers for dtype in counted.dtypes}


def _formats(report: Report) -> set[str]:
    return {report.format}


WORD_GAUGES: dict[str, Callable[[Report], set[str]]] = {
    "allowed_cells": _cells,
    "allowed_dtypes": _dtypes,
    "allowed_formats": _formats,
}


def _state(report: Report, allowed: int) -> Measure:
    """A measure of the state of all layers; one that is not known is not within a limit."""
    total = report.totals.state_bytes
    if total is not None:
        return at_most(report.path, STATE, "R501", allowed, total)
    unknown = [each.layer.name for each in report.layers if each.state_bytes is None]
    return Measure(
        path=report.path,
        layer=None,
        key="max-state-bytes",
        about="state bytes",
        rule="R501",
        allowed=f"at most {allowed:,}",
        value="not known",
        outcome=Outcome.FAIL,
        note=f"the file does not say how large the state of {_listed(set(unknown))} is",
    )


STATE = "max_state_bytes"
GAUGED = (
    *(f"max_{figure}" for figure in FIGURES),
    STATE,
    *LAYER_GAUGES,
    *WORD_GAUGES,
    "require_declared",
    "min_coverage",
)


def _words(report: Report, key: str, allowed: tuple[str, ...], found: set[str]) -> Measure:
    """A measure of words; a format may also be allowed by its framework's name."""
    lower = {word.lower() for word in allowed}
    by_framework = key == "allowed_formats" and report.framework.lower() in lower
    strange = set() if by_framework else {word for word in found if word.lower() not in lower}
    return Measure(
        path=report.path,
        layer=None,
        key=key.replace("_", "-"),
        about=key.removeprefix("allowed_"),
        rule="R503",
        allowed=", ".join(allowed),
        value=_listed(strange or found),
        outcome=_judge(not strange),
    )


def _listed(words: set[str]) -> str:
    more = len(words) - WORDS_SHOWN
    listed = ", ".join(sorted(words)[:WORDS_SHOWN]) or "none"
    return f"{listed} and {more} more" if more > 0 else listed


def _declared(report: Report) -> Measure:
    origins = Counter(counted.layer.origin for counted in report.layers)
    declared = origins.pop(Origin.DECLARED, 0)
    rest = ", ".join(f"{number} {origin}" for origin, number in sorted(origins.items()))
    return Measure(
        path=report.path,
        layer=None,
        key="require-declared",
        about="sizes",
        rule="R504",
        allowed="declared",
        value=rest or f"{declared} declared",
        outcome=_judge(not origins),
    )


def _coverage(report: Report, allowed: Fraction) -> Measure:
    """The smaller of two shares: of the tensors and of the recurrent layers that are understood."""
    from fractions import Fraction  # noqa: PLC0415 - it imports `decimal`, for few policies

    totals = report.totals
    found = len(report.layers) + len(report.skipped) + len(report.possible)
    tensors = Fraction(totals.attributed, totals.tensors) if totals.tensors else Fraction(1)
    layers = Fraction(len(report.layers), found) if found else Fraction(1)
    share = min(tensors, layers)
    return Measure(
        path=report.path,
        layer=None,
        key="min-coverage",
        about="coverage",
        rule="R505",
        allowed=allowed,
        value=share,
        outcome=_judge(share >= allowed),
        at_least=True,
        note=f"{len(report.layers):,} of {plural(found, 'recurrent layer')},"
        f" {totals.attributed:,} of {plural(totals.tensors, 'tensor')} understood",
    )
