"""Names of nodes and variables are taken apart as by the regular expressions that describe them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnninspect_keras.graph.naming import plain_name
from rnninspect_keras.layout import WeightName
from rnninspect_keras.variable_names.recognising import _level_of
from rnninspect_keras.variable_names.vocabulary import class_of, weight_name_of

CALL = (
    r"(Stateful)?PartitionedCall|(standard|cudnn|gpu)_(lstm|gru)|(batch_)?(lstm|gru)_with_fallback"
)
END = (
    r"(_?Fused)?(Batch)?Mat_?Mul\w*|Tensordot|einsum|Einsum|while|while_(context|frame|body)"
    rf"|{CALL}|concat|body"
)
START = rf"{CALL}|Func"
KERNEL, BIAS = r"(kernel|weights|Linear/Matrix)", r"(bias|biases|Linear/Bias)"
PARTS = (
    (rf"{KERNEL}|W_\d+|W", WeightName.JOINED),
    (r"W_xh|wx|kernel_w", WeightName.KERNEL),
    (r"W_hh|wh", WeightName.RECURRENT),
    (r"kernel_u", WeightName.DIAGONAL),
    (rf"{BIAS}|B|b", WeightName.BIAS),
    (r"w_[ifo]_diag|W_[IFO]_diag", WeightName.PEEPHOLE),
    (rf"projection/{KERNEL}|W_P_\d+", WeightName.PROJECTION),
    (rf"[gG]ates/{KERNEL}", WeightName.GATES),
    (rf"[gG]ates/{BIAS}", WeightName.GATES_BIAS),
    (rf"[cC]andidate/{KERNEL}", WeightName.CANDIDATE),
    (rf"[cC]andidate/{BIAS}|candidate/input_projection/bias", WeightName.CANDIDATE_BIAS),
    (r"candidate/input_projection/kernel", WeightName.GATE_KERNEL),
    (r"candidate/hidden_projection/kernel", WeightName.GATE_RECURRENT),
    (r"candidate/hidden_projection/bias", WeightName.HIDDEN_BIAS),
    (r"(input|transform|forget|output|state)/(gamma|beta)", WeightName.STATE_NORM),
)
OTHER = r"(?!multi_rnn_cell|MultiRNNCell)\w+(_cell|Cell)"


def near(*patterns: str) -> st.SearchStrategy[str]:
    """Names that a pattern describes, and others with a letter too many or too few."""
    named = st.one_of([st.from_regex(pattern, fullmatch=True) for pattern in patterns])
    odd = st.sampled_from(["", "_1", "_23", "_", "x", "1", "\n", "_1\n", "\u0663", "_\u0663", "Ä"])
    whole = st.builds("{}{}{}".format, odd, named, odd)
    return whole | whole.map(str.upper) | whole.map(lambda name: name[1:])


def plain(path: str) -> str:
    parts = [part for part in path.split("/") if part]
    while len(parts) > 1 and re.fullmatch(END, re.sub(r"_\d+$", "", parts[-1]), re.IGNORECASE):
        parts.pop()
    while len(parts) > 1 and re.fullmatch(START, re.sub(r"_\d+$", "", parts[0])):
        parts.pop(0)
    return "/".join(parts) or path


@given(st.lists(near(END, START), min_size=1, max_size=3).map("/".join))
def test_what_says_how_a_layer_is_executed_is_left_out(path: str) -> None:
    assert plain_name(path) == plain(path)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("StatefulPartitionedCall/model/lstm/PartitionedCall_1/while", "model/lstm"),
        ("rnn/while/_FusedMatMul_2", "rnn"),
        ("rnn/gru_with_fallback/BATCHMATMULV2", "rnn"),
        ("Func/dense/Tensordot_3", "dense"),
        ("while", "while"),
        ("dense/MatMul-1", "dense/MatMul-1"),
        ("dense/_BatchMatMul", "dense/_BatchMatMul"),
    ],
)
def test_plain_names(path: str, name: str) -> None:
    assert plain_name(path) == name


@given(near(*(pattern for pattern, _ in PARTS)))
def test_a_variable_is_what_its_name_says(name: str) -> None:
    expected = [part for pattern, part in PARTS if re.fullmatch(pattern, name)]
    assert weight_name_of(name) == (expected[0] if expected else None)


@given(near(r"[a-z_]{0,3}(_cell|Cell)", OTHER))
def test_a_cell_of_an_unknown_class_is_known_by_its_ending(name: str) -> None:
    known = class_of(name)
    if known is None or known[1] is None:
        plain = re.sub(r"_\d+\Z", "", name)
        assert (known is not None) == (re.fullmatch(OTHER, plain) is not None)


@given(near(r"(cell_|Cell)\d+"))
def test_the_level_of_a_stack_is_a_number(name: str) -> None:
    found = re.fullmatch(r"(?:cell_|Cell)(\d+)", name)
    assert _level_of(name) == (int(found[1]) if found else None)
