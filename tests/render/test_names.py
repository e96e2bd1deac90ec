"""Names that are shortened stay different."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnninspect.render.escape import for_terminal
from rnninspect.render.names import shared_beginning, shorten_apart
from rnninspect.render.widths import width_of

NAMES = st.lists(
    st.text("ab.한e\u0301", min_size=1, max_size=30).map(for_terminal), unique=True, max_size=12
)


@given(NAMES, st.integers(10, 25))
def test_different_names_stay_different_and_fit(names: list[str], width: int) -> None:
    short = shorten_apart(names, width)
    assert list(short) == names
    assert len(set(short.values())) == len(names)
    assert all(width_of(text) <= width for text in short.values())


def test_names_that_fit_are_not_changed() -> None:
    assert shorten_apart(["encoder", "decoder", "encoder"], 7) == {
        "encoder": "encoder",
        "decoder": "decoder",
    }


@pytest.mark.parametrize(
    ("pattern", "width", "shown"),
    [
        ("encoder.en_convs.{}.tra.att_gru", 20, "enc…vs.{}.tra.att_gru"),
        ("encoder.layers.{}.self_attention.recurrent.module", 24, "encoder.layers.{}.se…dule"),
        ("a.very.long.beginning.of.a.name.{}", 20, "a.very.lo…f.a.name.{}"),
        ("{}.and.a.very.long.ending.of.a.name", 20, "{}.and.a.v….of.a.name"),
    ],
)
def test_the_part_that_differs_is_kept(pattern: str, width: int, shown: str) -> None:
    names = [pattern.format(number) for number in (2, 3, 4)]
    assert list(shorten_apart(names, width).values()) == [shown.format(n) for n in (2, 3, 4)]


def test_names_that_differ_in_too_much_are_numbered() -> None:
    names = [f"same.{letter * 40}.same" for letter in "abc"]
    assert list(shorten_apart(names, 10).values()) == ["same….same", "sam…same#2", "sam…same#3"]


@pytest.mark.parametrize(
    ("names", "shared"),
    [
        (["net.rnn.weight_ih", "net.rnn.weight_hh"], "net.rnn."),
        (["layers/lstm/vars/0", "layers/lstm/vars/1", "layers/lstm/vars/1"], "layers/lstm/vars/"),
        (["kernel", "kernels"], ""),
        (["net.kernel"], ""),
        (["net.kernel", "net.kernel"], ""),
        ([], ""),
    ],
)
def test_the_common_start_of_names_ends_with_a_module(names: list[str], shared: str) -> None:
    assert shared_beginning(names) == shared
