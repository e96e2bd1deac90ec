"""Rules at their edges: where a changed operator or number would otherwise go unnoticed."""

from __future__ import annotations

import pytest

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
from rnninspect.model import Fact, Fate, Observation, Operand, SavedModel, Slot, Stack
from rnninspect.rules import MOST_WITHOUT_LAYER, Level


def errors(saved: SavedModel) -> list[tuple[str, str | None]]:
    found = report(saved).findings
    return [(finding.rule, finding.tensor) for finding in found if finding.level is Level.ERROR]


def test_an_error_of_a_later_family_comes_before_a_warning() -> None:
    made = layer()
    other = made.operands[0].tensors[0]._replace(dtype="float16")
    mixed = made._replace(
        operands=(made.operands[0]._replace(tensors=(other,)), *made.operands[1:])
    )
    seen = Observation(Fact.LINK_OUTSIDE, "a link")
    found = report(model(mixed)._replace(observations=(seen,))).findings
    assert [finding.rule for finding in found] == ["R302", "R207"]


def test_some_weights_as_inputs_are_reported_as_some() -> None:
    made = layer()
    fed = made.operands[0]._replace(fate=Fate.INPUT, tensors=())
    (found,) = report(model(made._replace(operands=(fed, *made.operands[1:])))).findings
    assert found.message == "some of its weights are inputs of the graph"


def test_a_number_far_beyond_what_is_shown_is_not_shown() -> None:
    (found,) = report(model(others=(tensor("w", (10**25, 2)),))).findings
    assert found.message == "impossible shape [a number of more than 24 digits, 2]"


@pytest.mark.parametrize("stored", [(4, 4), (100, 100)])
def test_a_shape_at_the_layers_input_that_is_not_the_stored_one_is_given(
    stored: tuple[int, int],
) -> None:
    made = reshaped(layer(), Role.KERNEL, (9, 9))
    cut = made.operands[0]._replace(tensors=(tensor("whole", stored),))
    (found,) = report(model(made._replace(operands=(cut, *made.operands[1:])))).findings
    assert found.message == "given [9, 9], expected [8, 3]"


def test_both_biases_of_one_direction_lost_are_missing_and_no_convention() -> None:
    made = layer(sizes=Sizes(3, 2, directions=2))
    for lost in (0, 1):
        kept = tuple(
            given
            for given in made.operands
            if given.slots[0].direction != lost
            or given.slots[0].role not in (Role.BIAS, Role.RECURRENT_BIAS)
        )
        assert errors(model(made._replace(operands=kept))) == [("R102", None)] * 2


@pytest.mark.parametrize("inputs", [3, 5])
def test_a_level_that_reads_fewer_or_more_than_the_one_below_gives(inputs: int) -> None:
    below = layer(sizes=Sizes(3, 2, directions=2), name="a")._replace(stack=Stack("s", 0, 2))
    above = layer(sizes=Sizes(inputs, 2), name="b")._replace(stack=Stack("s", 1, 2))
    assert errors(model(below, above)) == [("R109", None)]


def gates_of_kernel(*shapes: tuple[int, int]) -> tuple[Operand, ...]:
    axes = ((LAYOUT[Role.KERNEL][0][1],), LAYOUT[Role.KERNEL][1])
    return tuple(
        operand(f"W_{place}", Slot(0, Role.KERNEL), shape)._replace(axes=axes)
        for place, shape in enumerate(shapes)
    )


def test_a_gate_of_impossible_shape_is_reported_once_and_hides_no_other_fault() -> None:
    made = without(layer(), Role.KERNEL, Role.BIAS)
    flat = operand("flat", Slot(0, Role.BIAS), (9,))._replace(axes=())
    gates = gates_of_kernel((2, 3), (2, 3), (2, 3), (-2, 3))
    saved = model(made._replace(operands=(*gates, *made.operands, flat)))
    assert errors(saved) == [("R106", "flat"), ("R206", "W_3")]


@pytest.mark.parametrize("many", [1, 2, 3, 4, 5])
def test_gates_add_up_only_if_none_is_lost_or_doubled(many: int) -> None:
    made = without(layer(), Role.KERNEL)
    saved = model(made._replace(operands=(*gates_of_kernel(*[(2, 3)] * many), *made.operands)))
    assert errors(saved) == ([] if many == 4 else [("R106", "W_0")])


def first_gru(*kept: str) -> SavedModel:
    """TensorFlow 1's GRU: two gates in one tensor, the candidate in another."""
    slots = (Slot(0, Role.KERNEL), Slot(0, Role.RECURRENT_KERNEL))
    made = without(layer("GRU"), Role.KERNEL, Role.RECURRENT_KERNEL)
    fused = [
        Operand(name, slots, ((Symbol.JOINED,), axis), shape, tensors=(tensor(name, shape),))
        for name, axis, shape in (
            ("gates", (2, Symbol.HIDDEN), (5, 4)),
            ("candidate", (Symbol.HIDDEN,), (5, 2)),
        )
        if name in kept
    ]
    return model(made._replace(operands=(*fused, *made.operands)))


def test_two_tensors_that_each_fill_both_kernels_raise_nothing() -> None:
    assert errors(first_gru("gates", "candidate")) == []


@pytest.mark.parametrize(("name", "held"), [("gates", 20), ("candidate", 10)])
def test_one_of_two_tensors_that_fill_both_kernels_is_too_little(name: str, held: int) -> None:
    (found,) = report(first_gru(name)).findings
    assert (found.rule, found.tensor) == ("R106", name)
    assert found.message == f"{held} elements for the kernel and recurrent_kernel, expected 30"


def test_a_tensor_that_is_expanded_to_its_shape_raises_nothing() -> None:
    made = layer()
    grown = made.operands[2]._replace(tensors=(tensor("one", (1,)),))
    assert (
        errors(model(made._replace(operands=(*made.operands[:2], grown, made.operands[3])))) == []
    )


@pytest.mark.parametrize(("factor", "rule"), [(2, "R107"), (3, "R101")])
def test_a_long_bias_is_reported_like_a_short_one(factor: int, rule: str) -> None:
    made = layer(sizes=Sizes(3, 200))
    assert errors(model(reshaped(made, Role.BIAS, (800 * factor,)))) == [(rule, "lstm.bias.0")]


def test_half_a_bias_of_many_elements_is_a_matter_of_convention() -> None:
    made = layer(sizes=Sizes(3, 200))
    assert errors(model(reshaped(made, Role.BIAS, (400,)))) == [("R107", "lstm.bias.0")]


@pytest.mark.parametrize("rows", [7, 9])
def test_a_levels_kernel_of_other_rows_has_a_wrong_shape(rows: int) -> None:
    made = layer(sizes=Sizes(2, 2))._replace(stack=Stack("s", 1, 2))
    saved = model(reshaped(made, Role.KERNEL, (rows, 9)))
    assert errors(saved) == [("R101", "lstm.kernel.0")]


@pytest.mark.parametrize(("held", "rule"), [(95, "R201"), (97, "R202")])
def test_one_byte_too_few_or_too_many_is_found_after_a_tensor_without_a_payload(
    held: int, rule: str
) -> None:
    stored = tensor("w", (8, 3))._replace(needed_bytes=96, held_bytes=held)
    assert errors(model(others=(tensor("first", (1,)), stored))) == [(rule, "w")]


def test_computed_gates_are_not_added_up_and_hide_no_other_fault() -> None:
    made = without(layer(), Role.KERNEL, Role.BIAS)
    gates = [gate._replace(fate=Fate.COMPUTED) for gate in gates_of_kernel((2, 3), (2, 3), (2, 3))]
    flat = operand("flat", Slot(0, Role.BIAS), (9,))._replace(axes=())
    saved = model(made._replace(operands=(*gates, *made.operands, flat)))
    assert errors(saved) == [("R106", "flat")]


def test_of_findings_on_no_layer_the_first_are_shown_and_the_rest_counted() -> None:
    beyond = MOST_WITHOUT_LAYER + 7
    many = tuple(tensor(f"t{index}", (-1,)) for index in range(beyond))
    found = report(model(layer(), others=many)).findings
    assert len(found) == MOST_WITHOUT_LAYER + 1
    assert (found[-1].rule, found[-1].message) == ("R206", "and 7 more findings of this kind")


def test_each_layer_has_its_findings_however_many_there_are() -> None:
    one = without(layer(), Role.KERNEL)
    stored = [given._replace(tensors=()) for given in one.operands]
    layers = [
        one._replace(name=f"rnn{number}", operands=tuple(stored))
        for number in range(MOST_WITHOUT_LAYER + 2)
    ]
    found = report(model(*layers)).findings
    missing = {finding.layer for finding in found if finding.rule == "R102"}
    assert missing == {made.name for made in layers}


def test_wide_levels_that_fit_raise_nothing() -> None:
    below = layer(sizes=Sizes(300, 400, directions=2), name="a")._replace(stack=Stack("s", 0, 2))
    above = layer(sizes=Sizes(800, 300), name="b")._replace(stack=Stack("s", 1, 2))
    assert errors(model(below, above)) == []


def test_a_flat_tensor_for_a_declared_and_an_undeclared_weight_is_checked_by_its_elements() -> None:
    made = without(layer(roles=ONE_BIAS), Role.BIAS)
    slots = (Slot(0, Role.BIAS), Slot(0, Role.RECURRENT_BIAS))
    flat = Operand("b", slots, (), (9,), tensors=(tensor("b", (9,)),))
    assert errors(model(made._replace(operands=(*made.operands, flat)))) == [("R106", "b")]


@pytest.mark.parametrize("elements", [20, 30])
def test_a_packed_tensor_of_the_right_shape_raises_nothing(elements: int) -> None:
    made = layer()
    packed = made.operands[0].tensors[0]._replace(elements=elements)
    kernel = made.operands[0]._replace(tensors=(packed,))
    assert errors(model(made._replace(operands=(kernel, *made.operands[1:])))) == []
