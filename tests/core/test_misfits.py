"""Steps that fit no cell, and steps that may be a layer: named, and only where a state returns."""

from __future__ import annotations

import pytest

from making.hand_graphs import M, Maker, N
from rnninspect.graphs import Survey, Value, View


def no_cell(to: Maker, x: Value, h: Value, matrices: tuple[Value, Value]) -> Value:
    """Two gates, multiplied: σ(Wx + Uh) · tanh(Wx + Uh), and a square of the old state."""
    sums = to.call("add", to.product(x, matrices[0]), to.product(h, matrices[1]))
    gate, new = to.call("sigmoid", to.part(sums, 0)), to.call("tanh", to.part(sums, 1))
    return to.call("add", to.call("mul", gate, new), to.call("mul", h, h))


def in_a_loop(*, same_input: bool = False) -> tuple[Maker, Survey]:
    to = Maker()
    matrices = to.stored(M, 2 * N), to.stored(N, 2 * N)
    h = to.other(N)
    x = to.fed(M) if same_input else to.other(M)
    new = no_cell(to, x, h, matrices)
    assert isinstance(h, View)
    to.graph.carry("loop", [(h, new)])
    return to, to.survey()


def test_a_step_of_a_loop_that_fits_no_cell() -> None:
    to, survey = in_a_loop()
    assert (survey.cells, survey.ambiguous) == ((), ())
    (step,) = survey.unknown
    assert (step.how, step.place) == ("loop", "loop")
    assert [to.graph.leaves[leaf].key for leaf in step.leaves] == [(M, 2 * N), (N, 2 * N)]


def test_an_iteration_over_the_same_input_is_not_a_step() -> None:
    assert in_a_loop(same_input=True)[1] == Survey(())


@pytest.mark.parametrize("count", [3, 30])
def test_an_unrolled_step_that_fits_no_cell(count: int) -> None:
    to = Maker()
    matrices = to.stored(M, 2 * N), to.stored(N, 2 * N)
    h: Value = to.fed(N)
    for _ in range(count):
        h = no_cell(to, to.fed(M), h, matrices)
    survey = to.survey(h)
    assert survey.cells == ()
    (step,) = survey.unknown
    assert (step.how, step.steps) == ("unrolled", count)


def test_an_unrolled_iteration_over_the_same_input_is_not_a_step() -> None:
    to = Maker()
    matrices = to.stored(M, 2 * N), to.stored(N, 2 * N)
    x, h = to.fed(M), to.fed(N)
    for _ in range(4):
        h = no_cell(to, x, h, matrices)
    assert to.survey(h) == Survey(())


def test_a_lone_step_of_gates_over_both_states() -> None:
    to = Maker()
    x, h = to.fed(M), to.fed(N)
    survey = to.survey(no_cell(to, x, h, (to.stored(M, 2 * N), to.stored(N, 2 * N))))
    assert [step.how for step in survey.unknown] == ["one step"]


def test_a_gate_between_two_inputs_is_not_a_step() -> None:
    to = Maker()
    x, y = to.fed(N), to.fed(N)
    sums = to.call("add", to.product(x, to.stored(N, N)), to.product(y, to.stored(N, N)))
    gate = to.call("sigmoid", sums)
    rest = to.call("sub", to.number(1.0), gate)
    assert to.survey(to.call("add", to.call("mul", gate, x), to.call("mul", rest, y))) == Survey(())


def test_a_layer_over_two_inputs_of_one_width_may_be_a_step() -> None:
    to = Maker()
    one, other = to.fed(N), to.fed(N)
    sums = to.call("add", to.product(one, to.stored(N, N)), to.product(other, to.stored(N, N)))
    survey = to.survey(to.call("tanh", sums))
    assert (survey.cells, survey.unknown) == ((), ())
    (step,) = survey.ambiguous
    (reading,) = step.readings
    assert (reading.cell, reading.input_size, reading.hidden_size) == ("RNN", N, N)


def test_a_layer_applied_again_beside_one_input_may_be_a_fixed_point() -> None:
    to = Maker()
    matrices = to.stored(M, N), to.stored(N, N)
    x, h = to.fed(M), to.fed(N)
    for _ in range(4):
        sums = to.call("add", to.product(x, matrices[0]), to.product(h, matrices[1]))
        h = to.call("tanh", sums)
    survey = to.survey(h)
    assert (survey.cells, survey.unknown) == ((), ())
    assert [step.reason for step in survey.ambiguous] == ["a step over the same input each time"]
