"""The counter on layers made by hand."""

from __future__ import annotations

from making.by_hand import ONE_BIAS, TWO_BIASES, layer, reshaped, tensor, without
from rnninspect.cells import Role, Sizes, Symbol
from rnninspect.counter import bias_vectors, count_layer, count_layers, expected_shape
from rnninspect.model import Fate, Operand, Slot


def test_an_intact_layer_stores_what_is_expected() -> None:
    counted = count_layer(layer())
    assert (counted.expected, counted.stored, counted.bytes) == (56, 56, 224)
    assert all(slot.fate is Fate.STORED for slot in counted.slots)


def test_a_dropped_tensor_leaves_its_slot_absent() -> None:
    counted = count_layer(without(layer(), Role.RECURRENT_KERNEL))
    assert counted.stored == 56 - 16
    absent = [slot.slot.role for slot in counted.slots if slot.fate is Fate.ABSENT]
    assert absent == [Role.RECURRENT_KERNEL]


def test_bias_vectors_count_roles_and_not_tensors() -> None:
    assert [bias_vectors(layer(roles=roles)) for roles in (ONE_BIAS, TWO_BIASES)] == [1, 2]


def test_a_fused_tensor_fills_several_slots_and_counts_once() -> None:
    slots = (Slot(0, Role.BIAS), Slot(0, Role.RECURRENT_BIAS))
    axes = ((2,), (Symbol.GATES, Symbol.HIDDEN))
    fused = Operand("b", slots, axes, (2, 8), tensors=(tensor("b", (2, 8)),))
    plain = without(layer(), Role.BIAS, Role.RECURRENT_BIAS)
    counted = count_layer(plain._replace(operands=(*plain.operands, fused)))
    assert (counted.expected, counted.stored) == (56, 56)
    assert counted.operands[-1].expected_shape == (2, 8)


def test_a_joined_kernel_has_rows_of_input_and_state() -> None:
    axes = ((Symbol.JOINED,), (Symbol.GATES, Symbol.HIDDEN))
    assert expected_shape(axes, 4, Sizes(3, 6, 2)) == (5, 24)


def test_taps_are_one_axis_for_each_of_the_kernel() -> None:
    axes = ((Symbol.TAPS,), (Symbol.INPUT,), (Symbol.GATES, Symbol.HIDDEN))
    assert expected_shape(axes, 4, Sizes(3, 4, kernel_size=(5, 2))) == (5, 2, 3, 16)


def test_a_slice_of_a_larger_tensor_counts_its_part() -> None:
    whole = tensor("blob", (3, 8, 3))
    made = layer()
    part = made.operands[0]._replace(tensors=(whole,))
    counted = count_layer(made._replace(operands=(part, *made.operands[1:])))
    assert counted.stored == 56


def test_an_expanded_tensor_counts_what_is_stored() -> None:
    made = layer()
    grown = made.operands[2]._replace(tensors=(tensor("one", (1,)),))
    operands = (*made.operands[:2], grown, made.operands[3])
    assert count_layer(made._replace(operands=operands)).stored == 56 - 8 + 1


def test_a_tensor_used_in_both_directions_counts_once() -> None:
    made = layer(sizes=Sizes(3, 2, directions=2))
    first = made.operands[0].tensors
    operands = tuple(
        given._replace(tensors=first) if given.slots[0].role is Role.KERNEL else given
        for given in made.operands
    )
    assert count_layer(made._replace(operands=operands)).stored == 112 - 24


def test_layers_over_the_same_tensors_are_one_with_two_places() -> None:
    first = layer(name="then.lstm")
    counted = count_layers([first, first._replace(name="else.lstm"), layer(name="other")])
    assert [(count.layer.name, count.layer.also_at) for count in counted] == [
        ("then.lstm", ("else.lstm",)),
        ("other", ()),
    ]


def test_the_same_weights_in_another_root_are_named_by_it() -> None:
    first = layer()._replace(root="model")
    (counted,) = count_layers([first, first._replace(root="ema"), first._replace(root="model")])
    assert counted.layer.also_at == ("ema: lstm", "lstm")


def test_layers_that_store_nothing_are_not_merged() -> None:
    fed = tuple(given._replace(fate=Fate.INPUT, tensors=()) for given in layer().operands)
    counted = count_layers([layer(name=name)._replace(operands=fed) for name in "ab"])
    assert [count.stored for count in counted] == [0, 0]


def test_layers_of_one_name_get_different_ones() -> None:
    first, second, third = (layer(name=str(k))._replace(name="rnn") for k in range(3))
    named = count_layers([first._replace(root="ema"), second, third])
    assert [count.layer.name for count in named] == ["ema: rnn", "rnn", "rnn (2)"]


def test_a_negative_shape_is_not_multiplied() -> None:
    counted = count_layer(reshaped(layer(), Role.KERNEL, (-8, -3)))
    assert counted.stored == 56 - 24


def test_a_part_of_no_elements_counts_none() -> None:
    made = layer()
    empty = made.operands[0]._replace(shape=(0, 3))
    assert count_layer(made._replace(operands=(empty, *made.operands[1:]))).stored == 56 - 24


def test_a_shape_below_zero_counts_what_is_stored() -> None:
    made = layer()
    odd = made.operands[0]._replace(shape=(-1, 3))
    assert count_layer(made._replace(operands=(odd, *made.operands[1:]))).stored == 56


def test_an_undeclared_weight_is_expected_to_have_no_elements() -> None:
    counted = count_layer(layer()._replace(roles=ONE_BIAS))
    assert [slot.expected for slot in counted.slots] == [24, 16, 8, 0]


def test_a_root_is_named_only_where_names_are_equal() -> None:
    alone = layer(name="rnn")._replace(root="model")
    assert [count.layer.name for count in count_layers([alone])] == ["rnn"]


def test_the_parts_of_a_computed_weight_are_all_counted() -> None:
    made = layer()
    parts = (tensor("g", (8, 1)), tensor("v", (8, 3)))
    computed = made.operands[0]._replace(fate=Fate.COMPUTED, tensors=parts)
    counted = count_layer(made._replace(operands=(computed, *made.operands[1:])))
    assert (counted.operands[0].parameters, counted.stored) == (32, 56 + 8)


def test_a_slot_that_several_fill_has_the_fate_of_the_first() -> None:
    made = layer()
    second = made.operands[0]._replace(name="second", fate=Fate.COMPUTED)
    counted = count_layer(made._replace(operands=(*made.operands, second)))
    assert [operand.operand.name for operand in counted.slots[0].operands][1] == "second"
    assert counted.slots[0].fate is Fate.STORED


def test_layers_of_one_name_are_named_by_their_roots() -> None:
    pair = [layer(name=root)._replace(name="rnn", root=root) for root in ("model", "ema")]
    assert [count.layer.name for count in count_layers(pair)] == ["model: rnn", "ema: rnn"]


def test_bits_per_weight_are_those_of_all_stored_bytes() -> None:
    made = layer()
    assert count_layer(made).bits_per_weight == 32.0
    packed = made.operands[0]._replace(
        tensors=(made.operands[0].tensors[0]._replace(bytes=90),)  # of 96
    )
    counted = count_layer(made._replace(operands=(packed, *made.operands[1:])))
    assert counted.bits_per_weight == 31.14  # 8 · 218 / 56, rounded
    fed = tuple(given._replace(fate=Fate.INPUT, tensors=()) for given in made.operands)
    assert count_layer(made._replace(operands=fed)).bits_per_weight is None


def test_another_root_is_named_whichever_comes_first_in_the_alphabet() -> None:
    first = layer()._replace(root="ema")
    (counted,) = count_layers([first, first._replace(root="model")])
    assert counted.layer.also_at == ("model: lstm",)


def test_a_root_is_known_by_its_word_and_not_by_the_object() -> None:
    first = layer()._replace(root="model")
    again = first._replace(root=b"model".decode())
    assert [made.layer.also_at for made in count_layers([first, again])] == [("lstm",)]
