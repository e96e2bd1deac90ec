"""Unrolled sequences of any length are found within the budget that their nodes allow."""

from __future__ import annotations

import pytest

from making.hand_graphs import M, Maker, N
from rnninspect.graphs import budget_for

_NODES_OF_A_STEP = 18


@pytest.mark.parametrize("steps", [10, 60, 100, 200, 1000])
def test_an_unrolled_lstm_is_found_within_its_budget(steps: int) -> None:
    to = Maker(budget_for(_NODES_OF_A_STEP * steps))
    kernel, recurrent = to.stored(M, 4 * N), to.stored(N, 4 * N)
    h, c = to.fed(N), to.fed(N)
    for _ in range(steps):
        sums = to.call("add", to.product(to.fed(M), kernel), to.product(h, recurrent))
        i, f, o = (to.call("sigmoid", to.part(sums, at)) for at in (0, 1, 3))
        g = to.call("tanh", to.part(sums, 2))
        c = to.call("add", to.call("mul", f, c), to.call("mul", i, g))
        h = to.call("mul", o, to.call("tanh", c))
    survey = to.survey(h, c)
    assert [(cell.cell, cell.how, cell.steps) for cell in survey.cells] == [
        ("LSTM", "unrolled", steps)
    ]
    assert (survey.unknown, survey.ambiguous) == ((), ())
