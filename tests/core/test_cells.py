"""Counts and formulas of every cell."""

from __future__ import annotations

import math

import pytest

from making.by_hand import KERNELS, ONE_BIAS, TWO_BIASES
from rnninspect.cells import (
    CELLS,
    Role,
    Sizes,
    Symbol,
    count,
    formula,
    term,
    textbook_roles,
)
from rnninspect.cells.groupings import groupings

LSTM, GRU, RNN = CELLS["LSTM"], CELLS["GRU"], CELLS["RNN"]
SMALL = Sizes(input_size=3, hidden_size=2)


def test_lstm_of_input_3_and_hidden_2_with_one_bias_vector_has_48() -> None:
    assert count(LSTM, ONE_BIAS, SMALL) == 48
    assert formula(LSTM, ONE_BIAS, SMALL).symbolic == "4(nm + n² + n)"


def test_lstm_without_bias_has_40() -> None:
    assert count(LSTM, KERNELS, SMALL) == 40


def test_lstm_of_pytorch_with_two_bias_vectors_has_56() -> None:
    assert count(LSTM, TWO_BIASES, SMALL) == 56
    assert formula(LSTM, TWO_BIASES, SMALL).symbolic == "4(nm + n² + 2n)"


@pytest.mark.parametrize(("name", "gates"), [("RNN", 1), ("GRU", 3), ("LSTM", 4)])
@pytest.mark.parametrize(("inputs", "hidden"), [(3, 2), (1, 1), (257, 128)])
def test_one_formula_with_g_gates_counts_all_three(
    name: str, gates: int, inputs: int, hidden: int
) -> None:
    number = gates * (hidden * (hidden + inputs) + hidden)
    assert count(CELLS[name], ONE_BIAS, Sizes(inputs, hidden)) == number
    assert len(CELLS[name].gates) == gates


def test_one_matrix_of_4d_by_n_plus_d_is_the_count_without_biases() -> None:
    d, n = 2, 3
    assert count(LSTM, KERNELS, Sizes(n, d)) == 4 * d * (n + d) == 40
    by_gate, joined = groupings(LSTM, ONE_BIAS, SMALL)
    assert joined == "W of 4n × (m + n) = 8 × 5 = 40"
    assert by_gate == "4 × [n(n + m) + n] = 4 × [2(2 + 3) + 2] = 48"


def test_gru_with_reset_after_has_a_second_bias() -> None:
    assert formula(GRU, TWO_BIASES, SMALL).symbolic == "3(nm + n² + 2n)"
    assert count(GRU, TWO_BIASES, SMALL) - count(GRU, ONE_BIAS, SMALL) == 3 * 2


@pytest.mark.parametrize(
    ("roles", "sizes", "symbolic", "number"),
    [
        (TWO_BIASES, Sizes(257, 128, directions=2), "2 × 4(nm + n² + 2n)", 396_288),
        (TWO_BIASES | {Role.PEEPHOLE}, SMALL, "4(nm + n² + 2n) + 3n", 62),
        (TWO_BIASES | {Role.PROJECTION}, Sizes(7, 6, 3), "4(nm + np + 2n) + pn", 306),
        (
            TWO_BIASES | {Role.PROJECTION},
            Sizes(7, 6, 3, directions=2),
            "2 × [4(nm + np + 2n) + pn]",
            612,
        ),
    ],
)
def test_formula_is_written_as_people_write_it(
    roles: frozenset[Role], sizes: Sizes, symbolic: str, number: int
) -> None:
    text = formula(LSTM, roles, sizes)
    assert text.symbolic == symbolic
    assert count(LSTM, roles, sizes) == number
    spoken = text.substituted.replace("×", "*").replace("·", "*").replace("²", "**2")
    spoken = spoken.replace("4(", "4*(").replace("[", "(").replace("]", ")")
    assert eval(spoken) == number  # noqa: S307 - our own formula, to be checked as arithmetic


def test_rnn_in_two_directions_is_bracketed() -> None:
    assert formula(RNN, ONE_BIAS, Sizes(3, 2, directions=2)).symbolic == "2 × (nm + n² + n)"


def test_textbook_knows_neither_projection_nor_peepholes() -> None:
    everything = TWO_BIASES | {Role.PEEPHOLE, Role.PROJECTION}
    assert formula(LSTM, everything, Sizes(3, 2, 1)).textbook == 48


def test_convolution_multiplies_by_its_taps() -> None:
    sizes = Sizes(3, 4, kernel_size=(3, 3))
    assert count(CELLS["ConvLSTM2D"], ONE_BIAS, sizes) == 4 * 4 * (9 * (3 + 4) + 1) == 1024
    assert groupings(CELLS["ConvLSTM2D"], ONE_BIAS, sizes)[0].endswith("= 1,024")


@pytest.mark.parametrize("cell", CELLS.values(), ids=lambda cell: cell.name)
def test_table_of_cells_is_consistent(cell: object) -> None:
    known = next(other for other in CELLS.values() if other is cell)
    roles = [weight.role for weight in known.weights]
    assert len(set(roles)) == len(roles)
    assert Role.KERNEL in known.required() <= set(roles)
    sizes = Sizes(5, 3, 2 if Role.PROJECTION in roles else None, (2, 2))
    terms = [term(known, role, sizes).partition(" = ")[2] for role in roles]
    assert sum(math.prod(map(int, text.split("·"))) for text in terms) == count(known, roles, sizes)


def test_a_cell_without_the_weight_says_so() -> None:
    with pytest.raises(KeyError):
        RNN.parameters(Role.PEEPHOLE, SMALL)


@pytest.mark.parametrize(
    ("roles", "by_gate"),
    [
        (KERNELS, "4 × [n(n + m)] = 4 × [2(2 + 3)] = 40"),
        (ONE_BIAS, "4 × [n(n + m) + n] = 4 × [2(2 + 3) + 2] = 48"),
        (TWO_BIASES, "4 × [n(n + m) + 2n] = 4 × [2(2 + 3) + 2·2] = 56"),
    ],
)
def test_by_gate_is_the_count_for_any_number_of_biases(
    roles: frozenset[Role], by_gate: str
) -> None:
    assert groupings(LSTM, roles, SMALL)[0] == by_gate


def test_an_absent_projection_has_no_elements() -> None:
    assert LSTM.parameters(Role.PROJECTION, SMALL) == 0


@pytest.mark.parametrize(
    ("role", "sizes", "text"),
    [
        (Role.RECURRENT_KERNEL, SMALL, "4·n·n = 4·2·2"),
        (Role.RECURRENT_KERNEL, Sizes(3, 4, 2), "4·n·p = 4·4·2"),
        (Role.PROJECTION, Sizes(3, 4, 2), "p·n = 2·4"),
        (Role.PEEPHOLE, SMALL, "3·n = 3·2"),
    ],
)
def test_a_weight_alone_is_a_product(role: Role, sizes: Sizes, text: str) -> None:
    assert term(LSTM, role, sizes) == text


def test_tflites_lstm_has_three_gates_and_two_peepholes() -> None:
    cell = CELLS["CIFG-LSTM"]
    further = {Role.PROJECTION_BIAS, Role.NORMALISATION}
    roles = cell.roles() - {Role.RECURRENT_BIAS} - further
    assert formula(cell, roles, Sizes(3, 4, 2)).symbolic == "3(nm + np + n) + 2n + pn"
    assert count(cell, roles, Sizes(3, 4, 2)) == 3 * (12 + 8 + 4) + 2 * 4 + 2 * 4
    assert count(cell, roles | further, Sizes(3, 4, 2)) == 88 + 2 + 3 * 4
    assert not cell.required() & further


def test_an_svdf_is_two_kernels_of_low_rank_and_a_bias() -> None:
    """32 units of rank 2 over 40 inputs and 8 steps, as TFLite's operator has them."""
    cell = CELLS["SVDF"]
    sizes = Sizes(40, 32, own=((Symbol.RANK, 2), (Symbol.MEMORY, 8)))
    assert formula(cell, cell.roles(), sizes).symbolic == "n + qnm + qnT"
    assert count(cell, cell.roles(), sizes) == 2 * 32 * (40 + 8) + 32
    assert cell.required() == {Role.KERNEL, Role.TIME_KERNEL}


@pytest.mark.parametrize(
    ("name", "roles", "sizes", "symbolic", "number"),
    [
        # 16 units over 8 inputs, as tensorflow-addons counts them
        ("LayerNormLSTM", ONE_BIAS, Sizes(8, 16), "4(nm + n² + n) + 18n", 1888),
        ("LayerNormRNN", ONE_BIAS, Sizes(8, 16), "nm + n² + 2n", 416),
        ("NAS", KERNELS, Sizes(8, 16), "8(nm + n²)", 3072),
        ("NAS", KERNELS | {Role.PROJECTION}, Sizes(8, 16, 5), "8(nm + np) + pn", 1744),
        ("ESN", ONE_BIAS, Sizes(8, 16), "nm + n² + n", 400),
        # by TensorFlow 1's definitions
        ("LayerNormBasicLSTM", KERNELS, Sizes(8, 16), "4(nm + n²) + 10n", 1696),
        ("UGRNN", ONE_BIAS, Sizes(8, 16), "2(nm + n² + n)", 800),
        ("UGRNN", ONE_BIAS, Sizes(8, 16, directions=2), "2 × 2(nm + n² + n)", 1600),
        ("IndRNN", ONE_BIAS, Sizes(8, 16), "nm + 2n", 160),
        ("IndyLSTM", ONE_BIAS, Sizes(8, 16), "4(nm + 2n)", 640),
        ("minGRU", {Role.BIAS}, Sizes(8, 16), "2(nm + n)", 288),
        ("minGRU", set(), Sizes(8, 16), "2nm", 256),
        ("minGRU", set(), Sizes(8, 16, directions=2), "2 × 2nm", 512),
        ("minGRU", {Role.BIAS}, Sizes(8, 16, directions=2), "2 × 2(nm + n)", 576),
        ("CudnnGRU", TWO_BIASES, Sizes(8, 16), "3(nm + n² + n) + n", 1216),
        ("LSTM", ONE_BIAS | {Role.PEEPHOLE}, Sizes(8, 16), "4(nm + n² + n) + 3n", 1648),
    ],
)
def test_cells_beside_the_three(
    name: str, roles: frozenset[Role], sizes: Sizes, symbolic: str, number: int
) -> None:
    cell = CELLS[name]
    every = roles | cell.required()
    assert count(cell, every, sizes) == number
    assert formula(cell, every, sizes).symbolic == symbolic


@pytest.mark.parametrize(
    ("name", "left_out", "sizes", "symbolic", "number"),
    [
        # by the implementation of ncps 1.0.1
        (
            "CfC",
            {Role.BACKBONE, Role.BACKBONE_BIAS},
            Sizes(5, 12, own=((Symbol.BACKBONE, 128),)),
            "4(nB + n) + Bm + Bn + B",
            8496,
        ),
        ("WiredCfC", set(), Sizes(5, 6), "4(nm + n² + n) + nm + n²", 354),
        (
            "LTC",
            set(),
            Sizes(5, 12, own=((Symbol.OUTPUTS, 12),)),
            "4(nm + n²) + 3n + nm + n² + 2m + 2o",
            1090,
        ),
        (
            "ConvGRU2D",
            {Role.RECURRENT_BIAS},
            Sizes(3, 4, kernel_size=(3, 3)),
            "3(knm + kn² + n)",
            768,
        ),
        (
            "ConvLSTM2D",
            {Role.RECURRENT_BIAS},
            Sizes(3, 4, kernel_size=(3, 3), own=((Symbol.PLACES, 10),)),
            "4(knm + kn² + n) + 3ns",
            1144,
        ),
    ],
)
def test_cells_with_sizes_of_their_own(
    name: str, left_out: set[Role], sizes: Sizes, symbolic: str, number: int
) -> None:
    cell = CELLS[name]
    roles = cell.roles() - left_out
    assert formula(cell, roles, sizes).symbolic == symbolic
    assert count(cell, roles, sizes) == number
    assert set(cell.own_symbols(roles)) == {symbol for symbol, _ in sizes.own}


def test_the_textbook_count_of_a_cell_without_a_recurrent_kernel() -> None:
    cell = CELLS["minGRU"]
    assert cell.required() == {Role.KERNEL}
    assert textbook_roles(cell) == {Role.KERNEL, Role.BIAS}
    assert formula(cell, {Role.KERNEL}, Sizes(8, 16)).textbook == 2 * (16 * 8 + 16)
    assert formula(cell, {Role.KERNEL}, Sizes(8, 16)).substituted == "2·16·8"
