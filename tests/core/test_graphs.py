"""Recognition over graphs made by hand: the cells by their equations, and near misses."""

from __future__ import annotations

import pytest

from making.hand_graphs import M, Maker, N
from rnninspect.cells import CELLS
from rnninspect.cells.equations import EQUATIONS
from rnninspect.graphs import Exhausted, Graph, Multiplier, Origin, Recovered, Value, recognise


def lstm(changed: str = "") -> list[Recovered]:
    to = Maker()
    x, h, c = to.fed(M), to.fed(N), to.fed(N)
    sums = to.gates(x, h, 4)
    i, f, o = (to.call("sigmoid", sums[at]) for at in (0, 1, 3))
    g = to.call("tanh", sums[2])
    kept, new = to.call("mul", f, c), to.call("mul", i, g)
    memory = to.call("sub" if changed == "c'" else "add", kept, new)
    state = to.call("add" if changed == "h'" else "mul", o, to.call("tanh", memory))
    return to.found(state, memory)


def test_a_step_of_an_lstm() -> None:
    (cell,) = lstm()
    assert (cell.cell, cell.how, cell.input_size, cell.hidden_size) == ("LSTM", "one step", M, N)
    assert cell.gate_order == "ifgo"
    sizes = [(weight.roles, weight.rows, weight.columns) for weight in cell.weights]
    assert sizes == [
        (("kernel",), M, 4 * N),
        (("recurrent_kernel",), N, 4 * N),
        (("bias",), 0, 4 * N),
        (("recurrent_bias",), 0, 4 * N),
    ]


@pytest.mark.parametrize("changed", ["c'", "h'"])
def test_one_changed_operator_makes_it_another_cell(changed: str) -> None:
    """`f·c - i·g` and `o + tanh(c')`."""
    assert lstm(changed) == []


GRU_FORMS = ["z·h + (1-z)·g", "(1-z)·h + z·g", "g + z·(h-g)", "h - z·(h-g)"]


@pytest.mark.parametrize("form", GRU_FORMS)
@pytest.mark.parametrize("resets", ["after", "before"])
def test_a_gru_in_every_way_to_write_it(form: str, resets: str) -> None:
    to = Maker()
    x, h = to.fed(M), to.fed(N)
    z, r = (to.call("sigmoid", each) for each in to.gates(x, h, 2))
    kernel, recurrent = to.product(x, to.stored(M, N)), to.stored(N, N)
    if resets == "after":
        state = to.call("mul", r, to.product(h, recurrent))
    else:
        state = to.product(to.call("mul", r, h), recurrent)
    g = to.call("tanh", to.call("add", kernel, state))
    rest, difference = to.call("sub", to.number(1.0), z), to.call("sub", h, g)
    step = to.call("mul", z, difference)
    new = {
        GRU_FORMS[0]: ("add", to.call("mul", z, h), to.call("mul", rest, g)),
        GRU_FORMS[1]: ("add", to.call("mul", h, rest), to.call("mul", g, z)),
        GRU_FORMS[2]: ("add", step, g),
        GRU_FORMS[3]: ("sub", h, step),
    }[form]
    (cell,) = to.found(to.call(*new))
    assert (cell.cell, cell.input_size, cell.hidden_size) == ("GRU", M, N)


@pytest.mark.parametrize("count", [2, 3, 40])
def test_an_unrolled_sequence_is_one_cell(count: int) -> None:
    to = Maker()
    matrices = to.stored(M, N), to.stored(N, N)
    h: Value = to.fed(N)
    for _ in range(count):
        sums = to.call("add", to.product(to.fed(M), matrices[0]), to.product(h, matrices[1]))
        h = to.call("tanh", sums)
    (cell,) = to.found(h)
    assert (cell.cell, cell.how, cell.steps) == ("RNN", "unrolled", count)


def test_layers_of_a_deep_net_are_no_steps() -> None:
    """A highway layer has the equation of a cell, and nothing that is fed beside its state."""
    to = Maker()
    x = to.fed(N)
    for _ in range(3):
        z = to.call("sigmoid", to.product(x, to.stored(N, N)))
        g = to.call("tanh", to.product(x, to.stored(N, N)))
        rest = to.call("sub", to.number(1.0), z)
        x = to.call("add", to.call("mul", z, g), to.call("mul", rest, x))
    assert to.found(x) == []


def test_a_layer_over_two_inputs_of_one_width_is_not_taken_for_a_step() -> None:
    to = Maker()
    one, other = to.fed(N), to.fed(N)
    sums = to.call("add", to.product(one, to.stored(N, N)), to.product(other, to.stored(N, N)))
    assert to.found(to.call("tanh", sums)) == []


def test_a_graph_beyond_its_budget_is_given_up() -> None:
    to = Maker(budget=2)
    value = to.call("tanh", to.fed(N))
    with pytest.raises(Exhausted):
        to.call("tanh", value)


def test_each_step_names_every_gate_of_its_cell() -> None:
    for name, steps in EQUATIONS.items():
        for step in steps:
            assert len(step.gates) == len(CELLS[name].gates)
            letters = {
                factor for update in step.updates for term in update.terms for factor in term
            }
            used = {letter.removeprefix("1-") for letter in letters} | set(step.inside or ())
            assert set(step.gates) <= used


def test_equations_are_written_as_people_write_them() -> None:
    spelled = [str(update) for update in EQUATIONS["LSTM"][0].updates]
    assert spelled == ["c' = f·c + i·g", "h' = o·A(c')"]
    assert str(EQUATIONS["GRU"][0].updates[0]) == "h' = z·h + (1-z)·g"


@pytest.mark.parametrize("looped", [False, True])
def test_a_state_may_be_given_with_its_axes_moved(looped: bool) -> None:
    """Its units are then on an axis on which nothing has read them before."""
    graph = Graph(10_000)
    state = graph.leaf(Origin.INPUT, "h", (4, 4))
    matrix = graph.leaf(Origin.STORED, "w", (4, 4))
    product = graph.linear(state, 1, Multiplier(matrix, 0, 1), (4, 4), 1, "product")
    moved = graph.move(state, (1, 0), (4, 4))
    assert product is not None
    assert moved is not None
    if looped:
        graph.carry("loop", [(state, moved)])
    else:
        graph.inputs.append(state)
        graph.outputs += [moved, product]
    assert recognise(graph) == ()
