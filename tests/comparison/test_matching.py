"""Which layers of two files are compared with each other."""

from __future__ import annotations

from hypothesis import given

from comparison.outlines import OUTLINES, kinds, lstm, names, seen
from making.by_hand import layer
from making.networks import NARROW, WIDE, form_of
from rnninspect.cells import Sizes
from rnninspect.comparison import Kind, Outline
from rnninspect.comparison.matching import match


def test_names_pair_layers_before_sizes_do() -> None:
    old, new = [lstm("enc", 4), lstm("dec", 8)], [lstm("enc", 8), lstm("dec", 4)]
    assert names(old, new) == [("enc", "enc"), ("dec", "dec")]
    assert kinds(seen(*old), seen(*new)) == {Kind.RESIZED}


def test_numbers_that_a_framework_appends_do_not_mislead() -> None:
    old = [lstm("lstm", 4), lstm("lstm_1", 8), lstm("lstm_2", 16)]
    new = [lstm("lstm_1", 4), lstm("lstm_2", 8), lstm("lstm_3", 16)]
    assert names(old, new) == [("lstm", "lstm_1"), ("lstm_1", "lstm_2"), ("lstm_2", "lstm_3")]
    assert kinds(seen(*old), seen(*new)) == {Kind.RENAMED}


def test_added_and_removed_layers_are_listed_in_their_place() -> None:
    a, b, c = lstm("a", 4), lstm("b", 8), lstm("c", 16)
    new = layer("GRU", Sizes(3, 2), name="new")
    assert names([a, b, c], [a, new, c]) == [("a", "a"), ("b", ""), ("", "new"), ("c", "c")]
    assert names([a, b], [new, b]) == [("a", ""), ("", "new"), ("b", "b")]
    assert kinds(seen(a, b, c), seen(a, new, c)) == {Kind.ADDED, Kind.REMOVED}
    only = seen(a).layers
    assert match((), only) == ((None, only[0]),)
    assert match(only, ()) == ((only[0], None),)


def test_unmatched_layers_are_paired_by_order_and_cell() -> None:
    old = [lstm("a", 4), lstm("b", 8)]
    new = [lstm("a", 4), lstm("c", 9)]
    assert names(old, new) == [("a", "a"), ("b", "c")]
    assert kinds(seen(*old), seen(*new)) == {Kind.RESIZED, Kind.RENAMED}


def test_equal_layers_of_other_names_are_paired_in_order() -> None:
    old, new = [lstm(f"x.{n}", 4) for n in range(3)], [lstm(f"y.{n}", 4) for n in range(3)]
    assert names(old, new) == [("x.0", "y.0"), ("x.1", "y.1"), ("x.2", "y.2")]


@given(OUTLINES, OUTLINES)
def test_each_layer_is_in_one_pair_and_their_order_is_kept(old: Outline, new: Outline) -> None:
    pairs = match(old.layers, new.layers)
    parts = [sum(side.parts for pair in pairs if (side := pair[n])) for n in (0, 1)]
    assert parts == [len(old.layers), len(new.layers)]
    order = [right for _, right in pairs if right]
    if all(right.parts == 1 for right in order):
        assert order == list(new.layers)


def test_ten_thousand_layers_are_matched() -> None:
    old = [form_of("pytorch").layers[1]] * 10_000
    new = [same._replace(name=f"other.{n}") for n, same in enumerate(old)]
    assert all(left and right for left, right in match(old, new))
    assert (WIDE.directions, NARROW.directions) == (2, 1)
