"""Reports beside a baseline: what grew, appeared, vanished or was left out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from making.audits import hold_to, lstm, policies, told
from making.by_hand import model, report
from rnninspect.audit import audit, figures_of
from rnninspect.policy.baseline import Baseline
from rnninspect.report import Report, Unreadable
from rnninspect.rules import Level

LOCK = Path("rnninspect.lock")


def baseline_of(*reports: Report, missing: frozenset[str] = frozenset()) -> Baseline:
    return Baseline(LOCK, {each.path: figures_of(each) for each in reports}, missing)


def test_growth_is_measured_exactly() -> None:
    old = baseline_of(lstm(file_bytes=10_000))
    for after, passed in ((10_200, True), (10_201, False), (9_000, True)):
        made = hold_to(lstm(file_bytes=after), baseline=old, max_growth=Fraction(1, 50))
        assert (made.failing == ()) is passed
    assert (
        "R506",
        None,
        "growth, file bytes 2.1 %, at most 2 % (10,000 before, 10,201 now)",
    ) in told(hold_to(lstm(file_bytes=10_201), baseline=old, max_growth=Fraction(1, 50)))


def test_growth_names_the_layer_that_grew_most() -> None:
    found = told(hold_to(lstm(hidden=3), baseline=baseline_of(lstm())))
    assert [rule for rule, _, _ in found] == ["R506"] * 3
    assert found[0][2].endswith("(56 before, 96 now; lstm +40)")


def test_by_default_no_growth_is_allowed_and_none_lifts_that() -> None:
    old = baseline_of(lstm())
    assert hold_to(lstm(hidden=3), baseline=old).failing == ("model.bin",)
    assert hold_to(lstm(hidden=3), baseline=old, max_growth=None).failing == ()
    assert hold_to(lstm(), baseline=old).failing == ()


def test_growth_from_nothing_is_growth() -> None:
    old = baseline_of(report(model()))
    assert hold_to(lstm(), baseline=old, max_growth=Fraction(1)).failing == ("model.bin",)


def test_models_appear_vanish_and_are_not_checked() -> None:
    old = baseline_of(lstm("a"), lstm("gone"), lstm("left"), missing=frozenset({"gone"}))
    made = audit([lstm("a"), lstm("new")], policies(), old, [Unreadable("broken", "truncated")])
    placed = [(path, finding.rule, finding.level) for path, finding in made.findings]
    assert placed == [
        ("new", "R507", Level.ERROR),
        ("gone", "R508", Level.ERROR),
        ("left", "R509", Level.NOTE),
    ]
    assert made.failing == ("new", "gone")


def test_an_unreadable_model_counts_as_checked() -> None:
    made = audit([], policies(), baseline_of(lstm("broken")), [Unreadable("broken", "truncated")])
    assert made.findings == ()
