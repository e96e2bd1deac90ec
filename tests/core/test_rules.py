"""Each rule on a layer made by hand: it finds its fault, and only that."""

from __future__ import annotations

import pytest

from core.judging import errors, only
from making.by_hand import (
    LAYOUT,
    ONE_BIAS,
    layer,
    model,
    operand,
    report,
    reshaped,
    tensor,
    without,
)
from rnninspect.cells import Role, Sizes, Symbol
from rnninspect.model import (
    Fact,
    Fate,
    Observation,
    Origin,
    SkippedLayer,
    Slot,
)
from rnninspect.rules import FAMILIES, RULES, Finding, Level


def test_an_intact_model_has_no_finding() -> None:
    for cell in ("RNN", "GRU", "LSTM"):
        for sizes in (Sizes(3, 2), Sizes(4, 4, directions=2)):
            assert report(model(layer(cell, sizes))).findings == ()


@pytest.mark.parametrize(
    ("role", "shape", "rule"),
    [
        (Role.KERNEL, (8, 5), "R101"),
        (Role.KERNEL, (7, 3), "R101"),
        (Role.KERNEL, (24,), "R101"),
        (Role.KERNEL, (3, 8), "R105"),
        (Role.KERNEL, (6, 3), "R108"),
        (Role.RECURRENT_KERNEL, (2, 2), "R108"),
        (Role.RECURRENT_KERNEL, (8, 3), "R101"),
        (Role.BIAS, (16,), "R107"),
        (Role.BIAS, (4,), "R107"),
        (Role.BIAS, (7,), "R101"),
    ],
)
def test_a_wrong_shape_is_found_once_with_the_most_specific_reason(
    role: Role, shape: tuple[int, ...], rule: str
) -> None:
    saved = model(reshaped(layer(), role, shape))
    assert errors(saved) == [(rule, "lstm", f"lstm.{role}.0")]


def test_a_wrong_shape_is_reported_with_the_expected_one() -> None:
    finding = only(model(reshaped(layer(), Role.KERNEL, (8, 250))))
    assert finding.message == "stored [8, 250], expected [8, 3]"


def test_a_bias_for_one_direction_is_not_a_bias_convention() -> None:
    made = layer(sizes=Sizes(3, 2, directions=2))
    axes = ((Symbol.DIRECTIONS,), *LAYOUT[Role.BIAS])
    stored = made.operands[2]._replace(axes=axes, shape=(1, 8))
    saved = model(made._replace(operands=(*made.operands[:2], stored, *made.operands[3:])))
    assert errors(saved)[0] == ("R101", "lstm", "lstm.bias.0")


@pytest.mark.parametrize("role", [Role.KERNEL, Role.RECURRENT_KERNEL])
def test_a_dropped_kernel_is_missing(role: Role) -> None:
    assert errors(model(without(layer(), role))) == [("R102", "lstm", None)]


def test_one_bias_instead_of_two_is_a_bias_convention() -> None:
    finding = only(model(without(layer(), Role.RECURRENT_BIAS)))
    assert finding.rule == "R107"
    assert finding.message == "one bias vector where handmade has two: no recurrent_bias"


def test_both_biases_dropped_are_two_missing_weights() -> None:
    found = errors(model(without(layer(), Role.BIAS, Role.RECURRENT_BIAS)))
    assert found == [("R102", "lstm", None)] * 2


def test_a_missing_direction_names_it() -> None:
    made = layer(sizes=Sizes(3, 2, directions=2))
    kept = tuple(given for given in made.operands if given.slots[0].direction == 0)
    messages = [found.message for found in report(model(made._replace(operands=kept))).findings]
    assert messages[0] == "no tensor for the kernel of direction 1 (24 parameters)"
    assert len(messages) == 4


def test_a_weight_that_the_description_lacks_is_unexpected() -> None:
    made = layer(roles=ONE_BIAS)
    more = operand("extra", Slot(0, Role.RECURRENT_BIAS), (8,))
    assert errors(model(made._replace(operands=(*made.operands, more)))) == [
        ("R103", "lstm", "extra")
    ]


def test_a_tensor_in_the_layers_place_that_fills_no_slot_is_unexpected() -> None:
    made = layer()._replace(extras=(tensor("odd", (1,)),))
    assert errors(model(made)) == [("R103", "lstm", "odd")]


def test_gates_that_do_not_add_up_are_counted() -> None:
    made = without(layer(), Role.KERNEL)
    axes = ((LAYOUT[Role.KERNEL][0][1],), LAYOUT[Role.KERNEL][1])
    gates = [
        operand(f"W_{gate}", Slot(0, Role.KERNEL), (2, 3))._replace(axes=axes) for gate in "ifo"
    ]
    saved = model(made._replace(operands=(*gates, *made.operands)))
    assert errors(saved) == [("R106", "lstm", "W_i")]
    assert only(saved).message == "18 elements for the kernel, expected 24"


def test_a_flat_buffer_is_checked_by_its_elements() -> None:
    made = layer()
    flat = made.operands[2]._replace(axes=(), shape=(9,), tensors=(tensor("flat", (9,)),))
    operands = (*made.operands[:2], flat, made.operands[3])
    assert errors(model(made._replace(operands=operands))) == [("R106", "lstm", flat.name)]


@pytest.mark.parametrize(("held", "rule"), [(90, "R201"), (100, "R202"), (96, None), (None, None)])
def test_a_payload_is_compared_with_the_needed_bytes(held: int | None, rule: str | None) -> None:
    stored = tensor("w", (8, 3))._replace(needed_bytes=96, held_bytes=held)
    assert errors(model(others=(stored,))) == ([(rule, None, "w")] if rule else [])


@pytest.mark.parametrize("shape", [(-8, 3), (-2, -3), (2**40, 2**40), (10**30,)])
def test_an_impossible_shape_is_found(shape: tuple[int, ...]) -> None:
    assert errors(model(others=(tensor("w", shape),))) == [("R206", None, "w")]


def test_an_impossible_shape_in_a_layer_is_reported_once() -> None:
    assert errors(model(reshaped(layer(), Role.KERNEL, (-8, 3)))) == [
        ("R206", "lstm", "lstm.kernel.0")
    ]


def test_mixed_types_are_a_warning_and_quantised_ones_are_not() -> None:
    made = layer()
    for dtype, expected in (("float16", ["R207"]), ("int8", [])):
        other = made.operands[0].tensors[0]._replace(dtype=dtype)
        mixed = made.operands[0]._replace(tensors=(other,))
        saved = model(made._replace(operands=(mixed, *made.operands[1:])))
        assert [finding.rule for finding in report(saved).findings] == expected


def test_shared_weights_are_a_note() -> None:
    made = layer()
    found = only(model(made, made._replace(name="twin")))
    assert (found.rule, found.level, found.layer) == ("R208", Level.NOTE, "lstm")
    assert "twin" in found.message


def test_a_single_shared_tensor_is_a_note() -> None:
    first, second = layer(name="a"), layer(name="b")
    tied = second.operands[0]._replace(tensors=first.operands[0].tensors)
    found = only(model(first, second._replace(operands=(tied, *second.operands[1:]))))
    assert (found.rule, found.layer, found.message) == (
        "R208",
        "a",
        "shares some of its tensors with b",
    )


@pytest.mark.parametrize(
    ("fact", "rule", "level"),
    [
        (Fact.CONTRADICTION, "R104", Level.ERROR),
        (Fact.OVERLAP, "R203", Level.ERROR),
        (Fact.EXTERNAL_MISSING, "R204", Level.ERROR),
        (Fact.EXTERNAL_OUTSIDE, "R205", Level.ERROR),
        (Fact.DUPLICATE_NAME, "R209", Level.ERROR),
        (Fact.CODE, "R301", Level.WARNING),
        (Fact.LINK_OUTSIDE, "R302", Level.ERROR),
        (Fact.AMBIGUOUS, "R403", Level.NOTE),
        (Fact.POSSIBLE, "R405", Level.NOTE),
        (Fact.UNUSUAL, "R407", Level.NOTE),
    ],
)
def test_what_a_reader_notices_becomes_one_finding(fact: Fact, rule: str, level: Level) -> None:
    seen = Observation(fact, "what was seen", "a layer", "a tensor")
    found = only(model()._replace(observations=(seen,)))
    assert found == Finding(rule, RULES[rule].name, level, "a layer", "a tensor", "what was seen")


def test_every_fact_has_a_rule() -> None:
    saved = model()._replace(observations=tuple(Observation(fact, "x") for fact in Fact))
    assert len(report(saved).findings) == len(Fact)


def test_a_skipped_layer_is_a_warning_with_its_size() -> None:
    lost = SkippedLayer("sru", "SRU", "no formula is known for this cell", (tensor("w", (2, 5)),))
    found = only(model(others=lost.tensors)._replace(skipped=(lost,)))
    assert (found.rule, found.level) == ("R401", Level.WARNING)
    assert found.message == "SRU, 10 parameters: no formula is known for this cell"


@pytest.mark.parametrize("origin", [Origin.INFERRED, Origin.RECOVERED])
def test_sizes_that_nobody_declares_are_a_note(origin: Origin) -> None:
    assert only(model(layer()._replace(origin=origin))).rule == "R402"


@pytest.mark.parametrize(
    ("inferred", "message"),
    [
        ((), "input size and hidden size inferred from tensor shapes"),
        (("input_size",), "input size inferred from lstm.kernel.0"),
        (("hidden_size",), "hidden size inferred from tensor shapes"),
    ],
)
def test_the_note_says_which_sizes_are_inferred(inferred: tuple[str, ...], message: str) -> None:
    made = layer()._replace(origin=Origin.INFERRED, inferred=inferred)
    assert only(model(made)).message == message
    assert made.inferred_sizes == (inferred or ("input_size", "hidden_size"))
    assert layer().inferred_sizes == ()


def test_weights_from_outside_are_a_note_and_no_error() -> None:
    fed = tuple(given._replace(fate=Fate.INPUT, tensors=()) for given in layer().operands)
    found = only(model(layer()._replace(operands=fed)))
    assert (found.rule, found.message) == ("R404", "all of its weights are inputs of the graph")


def test_a_fed_weight_of_the_wrong_shape_is_an_error() -> None:
    made = reshaped(layer(), Role.KERNEL, (8, 4))
    fed = made.operands[0]._replace(fate=Fate.INPUT, tensors=())
    saved = model(made._replace(operands=(fed, *made.operands[1:])))
    assert errors(saved) == [("R101", "lstm", "lstm.kernel.0")]


def test_a_computed_weight_is_a_note_and_its_count_no_error() -> None:
    made = layer()
    parts = (tensor("g", (8, 1)), tensor("v", (8, 3)))
    computed = made.operands[0]._replace(fate=Fate.COMPUTED, tensors=parts)
    found = only(model(made._replace(operands=(computed, *made.operands[1:]))))
    assert (found.rule, found.message) == ("R406", "computed from g, v")


def test_findings_come_worst_first() -> None:
    made = reshaped(layer(), Role.KERNEL, (9, 9))._replace(origin=Origin.INFERRED)
    seen = Observation(Fact.CODE, "builtins.print")
    levels = [found.level for found in report(model(made)._replace(observations=(seen,))).findings]
    assert levels == [Level.ERROR, Level.WARNING, Level.NOTE]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_every_rule_says_what_why_and_what_to_do(rule: object) -> None:
    known = next(other for other in RULES.values() if other is rule)
    assert known.code[:2] in FAMILIES
    assert all(text.endswith(".") for text in (known.summary, known.why, known.fix))
    assert known.name == known.name.lower()


def test_names_are_unique() -> None:
    assert len({rule.name for rule in RULES.values()}) == len(RULES)


def test_levels_are_weighed() -> None:
    assert [level.weight for level in (Level.ERROR, Level.WARNING, Level.NOTE)] == [3, 2, 1]


def test_a_level_reaches_itself_and_lower_ones() -> None:
    wanted = {Level.ERROR: False, Level.WARNING: True, Level.NOTE: True, None: False}
    assert {level: Level.WARNING.reaches(level) for level in wanted} == wanted


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        ((-8, 3), "[-8, 3]"),
        ((-(10**24 - 1),), "[-999999999999999999999999]"),
        ((10**24, 2), "[a number of more than 24 digits, 2]"),
        ((-1, 1, 2, 3, 4, 5, 6, 7, 8), "[-1, 1, 2, 3, 4, 5, 6, 7]"),
    ],
)
def test_an_impossible_shape_is_shown_within_bounds(shape: tuple[int, ...], shown: str) -> None:
    assert only(model(others=(tensor("w", shape),))).message == f"impossible shape {shown}"
