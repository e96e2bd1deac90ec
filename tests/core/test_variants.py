"""An LSTM with norms between its maps and its gates: the norms are outside its formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from making.hand_graphs import M, Maker, N
from rnninspect.cells import Role

if TYPE_CHECKING:
    from rnninspect.graphs import Recovered, Value, Weight


def normalised_lstm(*, shift: bool, bias: bool = False) -> Recovered:
    to = Maker()
    x, h, c = to.fed(M), to.fed(N), to.fed(N)
    parts = [
        normed(to, to.product(x, to.stored(M, 4 * N)), shift=shift),
        normed(to, to.product(h, to.stored(N, 4 * N)), shift=shift),
    ]
    sums = to.call("add", *parts)
    sums = to.call("add", sums, to.stored(4 * N)) if bias else sums
    i, f, o = (to.call("sigmoid", to.part(sums, at)) for at in (0, 1, 3))
    g = to.call("tanh", to.part(sums, 2))
    memory = to.call("add", to.call("mul", f, c), to.call("mul", i, g))
    state = to.call("mul", o, to.call("tanh", normed(to, memory, shift=shift)))
    (cell,) = to.found(state, memory)
    return cell


def normed(to: Maker, value: Value, *, shift: bool) -> Value:
    width = value.shape[-1] or 0
    found = to.call("mul", to.call("norm", value), to.stored(width))
    return to.call("add", found, to.stored(width)) if shift else found


def biases(cell: Recovered) -> list[Weight]:
    return [weight for weight in cell.weights if Role.BIAS in weight.roles]


def test_the_shifts_of_norms_are_biases_that_the_cell_does_not_store() -> None:
    cell = normalised_lstm(shift=True)
    assert (cell.cell, cell.normalised) == ("LSTM", True)
    (bias,) = biases(cell)
    assert (set(bias.roles), bias.leaves) == ({Role.BIAS, Role.RECURRENT_BIAS}, ())


def test_gains_are_no_biases() -> None:
    assert biases(normalised_lstm(shift=False)) == []


def test_a_bias_beside_norms_is_a_bias() -> None:
    (bias,) = biases(normalised_lstm(shift=True, bias=True))
    assert len(bias.leaves) == 1


def test_the_memory_of_coupled_gates_is_not_a_cell_of_its_own() -> None:
    """c' = f·c + (1-f)·g is a minGRU's step, but f and g read the h that is made of c'."""
    to = Maker()
    x, h, c = to.fed(M), to.fed(N), to.fed(N)
    f, g, o = to.gates(x, h, 3)
    f, g, o = to.call("sigmoid", f), to.call("tanh", g), to.call("sigmoid", o)
    rest = to.call("sub", to.number(1.0), f)
    memory = to.call("add", to.call("mul", f, c), to.call("mul", rest, g))
    state = to.call("mul", o, to.call("tanh", memory))
    survey = to.survey(memory, state)
    assert [cell.cell for cell in survey.cells] == ["CIFG-LSTM"]
    assert (survey.unknown, survey.ambiguous) == ((), ())
