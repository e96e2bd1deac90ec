"""Rules on shapes: those of another cell, of a stack's levels, of flat buffers."""

from __future__ import annotations

import pytest

from core.judging import errors
from making.by_hand import (
    LAYOUT,
    ONE_BIAS,
    layer,
    model,
    operand,
    reshaped,
    tensor,
    without,
)
from rnninspect.cells import CELLS, GATE_COUNTS, Role, Sizes, Symbol
from rnninspect.model import (
    RecurrentLayer,
    Slot,
    Stack,
)


def stacked(*sizes: Sizes) -> list[RecurrentLayer]:
    return [
        layer(sizes=each, name=f"rnn[{level}]")._replace(stack=Stack("rnn", level, len(sizes)))
        for level, each in enumerate(sizes)
    ]


def test_levels_that_fit_raise_nothing() -> None:
    assert errors(model(*stacked(Sizes(3, 2, directions=2), Sizes(4, 2, directions=2)))) == []


def test_a_level_that_does_not_fit_the_one_below_is_found() -> None:
    saved = model(*stacked(Sizes(3, 2, directions=2), Sizes(5, 2, directions=2)))
    assert errors(saved) == [("R109", "rnn[1]", None)]


def test_a_projected_level_gives_its_projection() -> None:
    roles = layer().roles | {Role.PROJECTION}
    levels = [
        layer(sizes=Sizes(inputs, 4, 2), roles=roles, name=f"l{k}")._replace(stack=Stack("s", k, 2))
        for k, inputs in enumerate((3, 2))
    ]
    assert errors(model(*levels)) == []


def test_a_declared_level_whose_kernel_has_other_inputs_is_found() -> None:
    below, above = stacked(Sizes(3, 2), Sizes(2, 2))
    saved = model(below, reshaped(above, Role.KERNEL, (8, 9)))
    assert errors(saved) == [("R109", "rnn[1]", "rnn[1].kernel.0")]


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
def test_a_kernel_with_the_gates_of_another_cell_is_reported_as_that(cell: str) -> None:
    own = len(CELLS[cell].gates)
    assert GATE_COUNTS == (1, 2, 3, 4, 8)
    for gates in range(1, 10):
        saved = model(reshaped(layer(cell, Sizes(5, 11)), Role.KERNEL, (gates * 11, 5)))
        rule = "R108" if gates in GATE_COUNTS else "R101"
        assert [found[0] for found in errors(saved)] == ([] if gates == own else [rule])


@pytest.mark.parametrize("shape", [(24,), (2,), (17,), (3,)])
def test_a_bias_that_is_neither_half_nor_double_has_a_wrong_shape(shape: tuple[int, ...]) -> None:
    saved = model(reshaped(layer(), Role.BIAS, shape))
    assert errors(saved) == [("R101", "lstm", "lstm.bias.0")]


def test_a_bias_for_two_directions_instead_of_one_is_not_a_bias_convention() -> None:
    made = layer()
    axes = ((Symbol.DIRECTIONS,), *LAYOUT[Role.BIAS])
    stored = made.operands[2]._replace(axes=axes, shape=(2, 8), tensors=(tensor("b", (2, 8)),))
    saved = model(made._replace(operands=(*made.operands[:2], stored, made.operands[3])))
    assert errors(saved) == [("R101", "lstm", "lstm.bias.0")]


@pytest.mark.parametrize(("level", "shape"), [(0, (8, 9)), (1, (9, 9))])
def test_a_kernel_that_no_level_below_explains_has_a_wrong_shape(
    level: int, shape: tuple[int, ...]
) -> None:
    levels = stacked(Sizes(3, 2), Sizes(2, 2))
    levels[level] = reshaped(levels[level], Role.KERNEL, shape)
    name = f"rnn[{level}]"
    assert errors(model(*levels)) == [("R101", name, f"{name}.kernel.0")]


def test_gates_of_which_one_has_a_wrong_shape_are_reported_once() -> None:
    made = without(layer(), Role.KERNEL)
    axes = ((LAYOUT[Role.KERNEL][0][1],), LAYOUT[Role.KERNEL][1])
    gates = [
        operand(f"W_{gate}", Slot(0, Role.KERNEL), (2, 4 if gate == "o" else 3))._replace(axes=axes)
        for gate in "ifco"
    ]
    assert errors(model(made._replace(operands=(*gates, *made.operands)))) == [
        ("R101", "lstm", "W_o")
    ]


def test_an_undeclared_flat_weight_is_reported_once() -> None:
    made = layer(roles=ONE_BIAS)
    more = operand("extra", Slot(0, Role.RECURRENT_BIAS), (8,))._replace(axes=())
    assert errors(model(made._replace(operands=(*made.operands, more)))) == [
        ("R103", "lstm", "extra")
    ]


def test_a_large_flat_buffer_that_fits_raises_nothing() -> None:
    made = layer(sizes=Sizes(40, 30))
    flat = made.operands[0]._replace(axes=(), shape=(4800,), tensors=(tensor("flat", (4800,)),))
    assert errors(model(made._replace(operands=(flat, *made.operands[1:])))) == []
