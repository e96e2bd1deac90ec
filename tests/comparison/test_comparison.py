"""What changed between two files: matched layers, changes and conventions."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given

from comparison.outlines import KERAS, ONNX, OUTLINES, PYTORCH, found, kinds, lstm, names, seen
from making.by_hand import KERNELS, ONE_BIAS, TWO_BIASES, layer, model, report, without
from making.networks import FORMS, form_of, inspected, layers
from rnninspect.cells import Role, Sizes
from rnninspect.comparison import Kind, Outline, compare, outline
from rnninspect.model import Fate, SavedModel, SkippedLayer


def test_equal_files_have_no_rows() -> None:
    comparison = compare(form_of("keras"), form_of("keras"))
    assert (comparison.rows, comparison.unchanged, comparison.changed) == ((), 2, False)


@pytest.mark.parametrize(("old", "new"), list(permutations(FORMS, 2)))
def test_two_formats_of_one_network_differ_only_by_conventions(old: str, new: str) -> None:
    comparison = compare(form_of(old), form_of(new))
    assert {kind for _, kind, _ in found(comparison)} == {Kind.CONVENTION}
    assert not comparison.changed


def test_the_second_bias_vector_is_named_with_its_number() -> None:
    reasons = [reason for *_, reason in found(compare(form_of("keras"), form_of("onnx")))]
    fills = (
        "one bias vector in Keras, two in ONNX: {}, which add up to the one; "
        "an exporter from Keras fills the second with zeros"
    )
    assert fills.format("+128") in reasons  # 2 directions × 4 gates × 16
    assert fills.format("+48") in reasons  # 4 gates × 12
    reasons = [reason for *_, reason in found(compare(form_of("pytorch"), form_of("keras")))]
    adds = "two bias vectors in PyTorch, one in Keras: {}, which add up to the one"
    assert adds.format("-128") in reasons
    assert adds.format("-48") in reasons


def test_another_order_is_reported_and_is_not_a_change() -> None:
    first, second, third = lstm("a", 4), lstm("b", 5), lstm("c", 6)
    moved = compare(seen(first, second, third), seen(third, first, second))
    assert (moved.rows, moved.unchanged, moved.reordered, moved.changed) == ((), 3, True, False)
    for other in ([first, second, third], [first, third], [first, lstm("x", 9), second, third]):
        assert not compare(seen(first, second, third), seen(*other)).reordered


def test_names_across_formats_are_a_convention_and_are_shown() -> None:
    reasons = {reason for *_, reason in found(compare(form_of("keras"), form_of("saved_model")))}
    assert reasons == {
        "called bidirectional in keras archive, model/bidirectional in saved model",
        "called lstm in keras archive, model/lstm in saved model",
    }


def test_two_layers_of_one_direction_are_the_bidirectional_one() -> None:
    one = Sizes(8, 16)
    halves = [layer("LSTM", one, TWO_BIASES, name) for name in ("forward", "backward")]
    halves = [half._replace(convention="onnx") for half in halves]
    split = seen(*halves, layers(ONNX)[1], form=ONNX)
    for comparison in (compare(form_of("keras"), split), compare(split, form_of("keras"))):
        assert {kind for _, kind, _ in found(comparison)} == {Kind.CONVENTION}
        assert sum(row.moved.parameters for row in comparison.rows) in {176, -176}
    reasons = {reason for *_, reason in found(compare(form_of("keras"), split))}
    assert "one layer in Keras, two of one direction each in ONNX" in reasons
    reasons = {reason for *_, reason in found(compare(split, form_of("keras")))}
    assert "two of one direction each in ONNX, one layer in Keras" in reasons


def test_two_equal_layers_are_not_joined_without_need() -> None:
    two = [lstm("a", 4), lstm("b", 4)]
    assert names(two, two) == [("a", "a"), ("b", "b")]


def test_a_bias_that_a_layer_gained_is_not_a_convention() -> None:
    for old, new, number in ((KERNELS, TWO_BIASES, "+16"), (TWO_BIASES, ONE_BIAS, "-8")):
        before, after = (layer("LSTM", Sizes(3, 2), roles, "rnn") for roles in (old, new))
        ((_, kind, reason),) = found(compare(seen(before), seen(after)))
        assert kind is Kind.RESIZED
        assert reason.endswith(number)


def test_the_zeros_that_an_exporter_writes_for_no_bias_are_a_convention() -> None:
    bare, full = (layer("LSTM", Sizes(3, 2), roles, "rnn") for roles in (KERNELS, TWO_BIASES))
    old, new = seen(bare, form=KERAS), seen(full, form=ONNX)
    assert kinds(old, new) == {Kind.CONVENTION}
    assert kinds(seen(bare), new) == {Kind.RESIZED}
    assert kinds(seen(bare, form=ONNX), seen(full, form=KERAS)) == {Kind.RESIZED}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("keras", "keras reset_after", {Kind.REPLACED, Kind.RESIZED}),
        ("keras reset_after", "cudnn", set()),
        ("keras", "pytorch", {Kind.REPLACED, Kind.RESIZED}),
        ("keras", "onnx", {Kind.CONVENTION}),
        ("keras reset_after", "onnx", set()),
        ("keras reset_after", "pytorch", set()),
    ],
)
def test_another_place_of_the_reset_gate_is_a_change(
    old: str, new: str, expected: set[Kind]
) -> None:
    def gru(convention: str) -> Outline:
        roles = ONE_BIAS if convention == "keras" else TWO_BIASES
        made = layer("GRU", Sizes(3, 2), roles, "gru")._replace(convention=convention)
        return seen(made, form=FORMS.get(convention, KERAS))

    assert kinds(gru(old), gru(new)) == expected


def test_a_fused_cudnn_layer_differs_from_a_plain_one_by_convention() -> None:
    two = layer("LSTM", Sizes(3, 2), TWO_BIASES, "lstm")._replace(convention="cudnn")
    one = layer("LSTM", Sizes(3, 2), ONE_BIAS, "lstm")._replace(convention="keras")
    ((_, kind, reason),) = found(compare(seen(two, form=KERAS), seen(one, form=KERAS)))
    assert kind is Kind.CONVENTION
    assert reason == "two bias vectors in cudnn, one in keras: -8, which add up to the one"


def test_changed_sizes_are_named() -> None:
    old = layer("LSTM", Sizes(7, 6, 3), TWO_BIASES | {Role.PROJECTION}, "rnn")
    new = layer("LSTM", Sizes(8, 6, directions=2), TWO_BIASES, "rnn")
    ((name, kind, reason),) = found(compare(seen(old), seen(new)))
    assert (name, kind) == ("rnn", Kind.RESIZED)
    assert reason == "input size 7 → 8, projection 3 → none, directions 1 → 2"
    peephole = layer("LSTM", Sizes(7, 6), TWO_BIASES | {Role.PEEPHOLE}, "rnn")
    plain = layer("LSTM", Sizes(7, 6), TWO_BIASES, "rnn")
    ((_, kind, reason),) = found(compare(seen(peephole), seen(plain)))
    assert (kind, reason) == (Kind.RESIZED, "peepholes yes → no")


def test_another_cell_in_the_same_place_is_replaced() -> None:
    ((_, kind, reason),) = found(
        compare(seen(lstm("rnn", 4)), seen(layer("GRU", Sizes(3, 4), name="rnn")))
    )
    assert (kind, reason) == (Kind.REPLACED, "LSTM → GRU")


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [("float16", Kind.RETYPED), ("bfloat16", Kind.RETYPED), ("int8", Kind.REQUANTISED),
     ("float8_e4m3fn", Kind.REQUANTISED), ("uint4", Kind.REQUANTISED)],
)  # fmt: skip
def test_another_element_type(dtype: str, kind: Kind) -> None:
    old = lstm("rnn", 4)
    operands = tuple(
        o._replace(tensors=tuple(t._replace(dtype=dtype, bytes=t.bytes // 2) for t in o.tensors))
        for o in old.operands
    )
    comparison = compare(seen(old), seen(old._replace(operands=operands)))
    assert found(comparison) == [("rnn", kind, f"float32 → {dtype}")]
    (row,) = comparison.rows
    assert (row.moved.parameters, row.moved.bytes) == (0, -2 * 144)


def test_a_damaged_layer_with_the_same_sizes_is_a_change() -> None:
    old = lstm("rnn", 4)
    comparison = compare(seen(old), seen(without(old, Role.RECURRENT_KERNEL)))
    assert {kind for _, kind, _ in found(comparison)} == {Kind.RESIZED, Kind.JUDGED}
    assert ("rnn", Kind.RESIZED, "stores 80 of 144, was 144 of 144") in found(comparison)
    assert ("rnn", Kind.JUDGED, "ok → R102") in found(comparison)
    assert comparison.new.errors == 1


def test_a_computed_weight_across_formats_is_a_convention() -> None:
    whole, part = lstm("rnn", 4), lstm("rnn", 4)
    last = part.operands[-1]._replace(fate=Fate.COMPUTED, tensors=())
    part = part._replace(operands=(*part.operands[:-1], last))
    assert kinds(seen(whole), seen(part, form=ONNX)) == {Kind.CONVENTION}
    assert kinds(seen(whole), seen(part)) == {Kind.RESIZED}


def test_a_skipped_layer_cannot_be_called_unchanged() -> None:
    lost = SkippedLayer("custom", "MyCell", "no formula is known for this cell")
    plain = model(lstm("rnn", 4))
    with_lost = plain._replace(skipped=(lost,))

    def rows(old: SavedModel, new: SavedModel) -> list[tuple[str, Kind, str]]:
        return found(compare(outline(report(old)), outline(report(new))))

    reason = "no formula is known for MyCell of the {} file"
    assert rows(plain, with_lost) == [("custom", Kind.UNKNOWN, reason.format("new"))]
    assert rows(with_lost, plain) == [("custom", Kind.UNKNOWN, reason.format("old"))]
    assert rows(with_lost, with_lost) == []


def test_the_rest_of_the_network_is_compared_by_number() -> None:
    old, new = outline(inspected(PYTORCH)), outline(inspected(PYTORCH, dense=6))
    ((name, kind, _),) = found(compare(old, new))
    assert (name, kind) == ("(everything else)", Kind.RESIZED)
    across = found(compare(form_of("keras"), new))
    assert ("(everything else)", Kind.RESIZED) in [(name, kind) for name, kind, _ in across]


def test_elements_that_another_format_keeps_as_constants_are_a_convention() -> None:
    one_more, onnx = (
        form_of("keras")._replace(parameters=form_of("keras").parameters + 1),
        form_of("onnx"),
    )
    reasons = [reason for name, _, reason in found(compare(one_more, onnx)) if name[0] == "("]
    assert reasons == ["ONNX keeps 1 of them as constants or states"]
    far_more = one_more._replace(parameters=one_more.parameters + onnx.constants)
    assert compare(far_more, onnx).changed


def test_the_rest_in_another_element_type() -> None:
    old = form_of("pytorch")
    ((name, kind, _),) = found(compare(old, old._replace(bytes=old.bytes - 100)))
    assert (name, kind) == ("(everything else)", Kind.RETYPED)


@given(OUTLINES, OUTLINES)
def test_the_rows_move_as_the_totals_do(old: Outline, new: Outline) -> None:
    rows = compare(old, new).rows
    assert sum(row.moved.parameters for row in rows) == new.parameters - old.parameters
    assert sum(row.moved.bytes for row in rows) == new.bytes - old.bytes


@given(OUTLINES)
def test_a_file_equals_itself(same: Outline) -> None:
    comparison = compare(same, same)
    assert (comparison.rows, comparison.unchanged) == ((), len(same.layers))
