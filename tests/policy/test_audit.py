"""Reports compared with a policy, on models made by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from making.audits import hold_to, lstm, told
from making.by_hand import layer, model, report, tensor
from rnninspect.audit import Audit, Measure, Outcome
from rnninspect.audit.measure import spell
from rnninspect.cells import Sizes
from rnninspect.model import Fact, Observation, Origin, SkippedLayer, Stack
from rnninspect.report import Findings, Report
from rnninspect.rules import Finding, Level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.audit.measure import Quantity


def only(made: Audit) -> Measure:
    (measure,) = made.measures
    return measure


# Each limit with a value that is just kept and the message of one that is not.
LIMITS: list[tuple[str, int, str, str | None, str]] = [
    ("max_parameters", 56, "R501", None, "parameters 56, at most 55"),
    ("max_recurrent_parameters", 56, "R501", None, "recurrent parameters 56, at most 55"),
    ("max_bytes", 224, "R501", None, "bytes 224, at most 223"),
    ("max_file_bytes", 1000, "R501", None, "file bytes 1,000, at most 999"),
    ("max_state_bytes", 16, "R501", None, "state bytes 16, at most 15"),
    ("max_layer_parameters", 56, "R502", "lstm", "layer parameters 56, at most 55"),
    ("max_hidden_size", 2, "R502", "lstm", "hidden size 2, at most 1"),
    ("max_levels", 1, "R502", "lstm", "levels 1, at most 0"),
]


@pytest.mark.parametrize(("key", "limit", "rule", "name", "message"), LIMITS)
def test_a_value_at_the_limit_passes_and_one_above_fails(
    key: str, limit: int, rule: str, name: str | None, message: str
) -> None:
    kept = hold_to(**{key: limit})
    assert told(kept) == []
    assert (only(kept).outcome, only(kept).share_text) == (Outcome.PASS, "100 %")
    broken = hold_to(**{key: limit - 1})
    assert told(broken) == [(rule, name, message)]
    assert only(broken).outcome is Outcome.FAIL
    assert only(broken).key == key.replace("_", "-")


def test_a_state_that_is_not_known_is_within_no_limit() -> None:
    convolving = layer(sizes=Sizes(3, 2, kernel_size=(3, 3)), cell="ConvLSTM2D")
    made = report(model(convolving))
    assert made.totals.state is None
    found = [one for one in told(hold_to(made, max_state_bytes=10**9)) if one[0] == "R501"]
    ((_, name, message),) = found
    assert name is None
    assert message.startswith("state bytes not known, allowed at most 1,000,000,000 (")


def test_everything_else_counts_for_the_model_and_not_for_its_recurrent_part() -> None:
    made = report(model(layer(), others=(tensor("dense", (10, 10)),)))
    assert told(hold_to(made, max_parameters=100, max_recurrent_parameters=56)) == [
        ("R501", None, "parameters 156, at most 100")
    ]


def test_all_failing_layers_are_shown_or_else_the_one_nearest_to_the_limit() -> None:
    layers = [layer(sizes=Sizes(3, hidden), name=f"l{hidden}") for hidden in (2, 5, 4)]
    made = report(model(*layers))
    assert [finding[1] for finding in told(hold_to(made, max_hidden_size=3))] == ["l5", "l4"]
    assert only(hold_to(made, max_hidden_size=9)).layer == "l5"


def test_a_stack_is_measured_once() -> None:
    levels = [
        layer(sizes=Sizes(2, 2), name=f"rnn[{level}]")._replace(stack=Stack("rnn", level, 3))
        for level in range(3)
    ]
    made = report(model(*levels))
    assert told(hold_to(made, max_levels=2)) == [("R502", "rnn[0]", "levels 3, at most 2")]


@pytest.mark.parametrize(
    ("key", "allowed", "message"),
    [
        ("allowed_cells", ("GRU", "RNN"), "cells LSTM, allowed GRU, RNN"),
        ("allowed_cells", ("LSTM",), None),
        ("allowed_dtypes", ("float16", "int8"), "dtypes float32, allowed float16, int8"),
        ("allowed_dtypes", ("Float32",), None),
        ("allowed_formats", ("onnx",), "formats handmade, allowed onnx"),
        ("allowed_formats", ("Handmade",), None),
        ("allowed_formats", ("none",), None),  # the framework's name does as well
    ],
)
def test_allowed_words(key: str, allowed: tuple[str, ...], message: str | None) -> None:
    made = hold_to(**{key: allowed})
    assert told(made) == ([("R503", None, message)] if message else [])
    assert only(made).share is None


def test_a_skipped_layer_has_no_allowed_cell() -> None:
    lost = SkippedLayer("odd", "MyCell", "no formula is known")
    made = report(model(layer())._replace(skipped=(lost,)))
    assert ("R503", None, "cells MyCell, allowed LSTM") in told(
        hold_to(made, allowed_cells=("LSTM",))
    )


def test_long_lists_of_words_are_cut() -> None:
    kinds = [SkippedLayer(f"s{n}", f"K{n}", "unknown") for n in range(9)]
    made = report(model()._replace(skipped=tuple(kinds)))
    assert str(only(hold_to(made, allowed_cells=("RNN",))).value).endswith("K4 and 4 more")


def test_sizes_must_be_declared_where_the_policy_says_so() -> None:
    inferred = layer(name="b")._replace(origin=Origin.INFERRED)
    made = report(model(layer(name="a"), inferred))
    assert ("R504", None, "sizes 1 inferred, allowed declared") in told(
        hold_to(made, require_declared=True)
    )
    assert told(hold_to(require_declared=True)) == []
    assert hold_to(report(model()), require_declared=True).measures == ()


def test_coverage_is_the_smaller_share_of_tensors_and_of_layers() -> None:
    lost = SkippedLayer("odd", "MyCell", "no formula is known", (tensor("w", (2, 5)),))
    tensors = report(model(layer(), others=lost.tensors)._replace(skipped=(lost,)))
    layers = report(model(layer())._replace(skipped=(lost._replace(tensors=()),)))
    note = "(1 of 2 recurrent layers, 4 of 5 tensors understood)"
    whole = Fraction(1)
    assert told(hold_to(tensors, min_coverage=whole))[0] == (
        "R505",
        None,
        f"coverage 50 %, at least 100 % {note}",
    )
    assert only(hold_to(layers, min_coverage=whole)).value == Fraction(1, 2)
    assert only(hold_to(layers, min_coverage=Fraction(1, 2))).outcome is Outcome.PASS
    assert only(hold_to(report(model()), min_coverage=whole)).outcome is Outcome.PASS


def test_a_possible_cell_lowers_coverage() -> None:
    seen = Observation(Fact.POSSIBLE, "net: a module with i2h", tensors=(tensor("w", (2, 5)),))
    whole = Fraction(1)
    found = report(model(layer(), others=seen.tensors)._replace(observations=(seen,)))
    assert only(hold_to(found, min_coverage=whole)).outcome is Outcome.FAIL
    assert only(hold_to(found, min_coverage=whole)).value == Fraction(1, 2)
    without = report(model(layer())._replace(observations=(seen._replace(tensors=()),)))
    assert only(hold_to(without, min_coverage=whole)).outcome is Outcome.FAIL


def test_without_a_limit_nothing_is_measured() -> None:
    assert hold_to().measures == ()
    assert hold_to().failing == ()


def warned(path: str = "model.bin") -> Report:
    findings = Findings(
        Finding(rule, "x", level, None, None, "told")
        for rule, level in (("R301", Level.WARNING), ("R302", Level.ERROR), ("R402", Level.NOTE))
    )
    return lstm(path, findings=findings)


@pytest.mark.parametrize(
    ("select", "ignore", "codes"),
    [
        (("R",), (), ["R501", "R302", "R301", "R402"]),
        (("R3",), (), ["R501", "R302", "R301"]),  # a limit counts because it was set
        (("R302", "R4"), (), ["R501", "R302", "R402"]),
        (("R",), ("R3",), ["R501", "R402"]),
        (("R302",), ("R3",), ["R501", "R302"]),  # the longer beginning wins
        (("R3",), ("R302",), ["R501", "R301"]),
        (("R3",), ("R3", "R5"), []),
        (("R",), ("R",), ["R501"]),
    ],
)
def test_rules_are_selected_and_ignored_by_prefix(
    select: tuple[str, ...], ignore: tuple[str, ...], codes: list[str]
) -> None:
    made = hold_to(warned(), select=select, ignore=ignore, max_parameters=1)
    assert sorted(rule for rule, _, _ in told(made)) == sorted(codes)


def test_an_ignored_limit_is_shown_as_such() -> None:
    made = hold_to(ignore=("R501",), max_parameters=1, max_bytes=1000)
    assert [measure.outcome for measure in made.measures] == [Outcome.IGNORED, Outcome.PASS]


def test_ignores_for_some_files_beat_what_is_selected() -> None:
    ignores = (("old/*", ("R302",)),)
    settings: dict[str, object] = {"per_file_ignores": ignores, "select": ("R302",)}
    assert hold_to(warned("old/a"), warned("new/a"), **settings).failing == ("new/a",)


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [(Level.ERROR, 0), (Level.WARNING, 1), (Level.NOTE, 1), (None, 0)],
)
def test_the_level_that_fails_is_set_by_the_policy(fail_on: Level | None, failing: int) -> None:
    made = hold_to(warned(), ignore=("R302",), fail_on=fail_on)
    assert len(made.failing) == failing


def test_failures_come_first_then_values_nearest_to_their_limit() -> None:
    made = hold_to(
        lstm("a", 2), lstm("b", 3), max_parameters=90, max_hidden_size=8, allowed_cells=("LSTM",)
    )
    order = [(measure.path, measure.about) for measure in made.measures]
    assert order[:3] == [("b", "parameters"), ("a", "parameters"), ("b", "hidden size")]
    assert made.measures[0].outcome is Outcome.FAIL


def share(value: int, allowed: int) -> str:
    outcome = Outcome.PASS if value <= allowed else Outcome.FAIL
    return Measure("p", None, "k", "a", "R501", allowed, value, outcome).share_text


@pytest.mark.parametrize(
    ("value", "allowed", "text"),
    [
        (62, 100, "62 %"),
        (999, 1000, "99 %"),
        (1000, 1000, "100 %"),
        (1001, 1000, "101 %"),
        (0, 10, "0 %"),
        (0, 0, ""),
        (5, 0, ""),
        (15_000, 10, "150,000 %"),
    ],
)
def test_the_share_never_hides_on_which_side_of_the_limit_it_is(
    value: int, allowed: int, text: str
) -> None:
    assert share(value, allowed) == text


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (1234, "1,234"),
        ("LSTM", "LSTM"),
        (Fraction(1, 50), "2 %"),
        (Fraction(201, 10_000), "2.1 %"),
        (Fraction(-1, 3), "-33.3 %"),
        (Fraction(12), "1,200 %"),
    ],
)
def test_quantities_as_text(quantity: Quantity, text: str) -> None:
    assert spell(quantity) == text


def test_a_value_with_a_lower_bound_is_rounded_down() -> None:
    assert spell(Fraction(9999, 10_000), down=True) == "99.9 %"
