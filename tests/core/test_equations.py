"""Every cell of the table has its equations, which name nothing that is not explained."""

from __future__ import annotations

import re

import pytest

from making.by_hand import layer, model, report
from making.reports import drawn
from rnninspect.cells import BIASES, CELLS, Role, textbook_roles
from rnninspect.cells.equations import EQUATIONS, WRITTEN
from rnninspect.cells.spelling import LEGEND, equations, gate_names
from rnninspect.render import CATALOGUE, EXPLANATION
from rnninspect.render.knowledge.explanation import Explanation
from rnninspect.render.knowledge.listings import Catalogue, cell_listing
from rnninspect.render.view import View

NAMES = re.compile(r"[^\W\d_][\w₁₂]*'?")
FUNCTIONS = {"σ", "A", "N", "tanh", "relu"}
# Weights, and what a cell of continuous time has of its own; H are the heads on the backbone.
WEIGHTS = {"u", "W", "R", "P", "H", "b", "b₁", "b₂", "p", "a", "t", "Δt", "x", "h", "c"}
FILTERS = {"V", "T", "the", "last", "of"}  # V over the last T products
MEMBRANE = {"w", "sigma", "mu", "erev", "cm", "gleak", "vleak", "v", "Σ"}


def test_each_cell_has_its_step_in_one_place() -> None:
    assert not EQUATIONS.keys() & WRITTEN.keys()
    assert EQUATIONS.keys() | WRITTEN.keys() <= CELLS.keys()
    for cell in CELLS.values():
        assert any(equation.startswith("h' = ") for equation in equations(cell)), cell.name


@pytest.mark.parametrize("name", CELLS)
def test_each_name_in_an_equation_is_known(name: str) -> None:
    known = {*FUNCTIONS, *WEIGHTS, *MEMBRANE, *FILTERS}
    for equation in equations(CELLS[name], CELLS[name].roles()):
        left, right = equation.split(" = ", 1)
        used = NAMES.findall(right.partition(", ")[0])
        defined = NAMES.findall(left)
        late = {"c'"} if "o" in defined else set()  # its peephole looks at the new state
        assert set(used) <= known | late, equation
        known.update(defined)


def test_a_layer_has_the_equations_of_its_own_weights() -> None:
    lstm = CELLS["LSTM"]
    bare = lstm.required()
    assert equations(lstm, bare)[0] == "i, f, o = σ(W·x + R·h)"
    assert equations(lstm, bare | {Role.BIAS})[0] == "i, f, o = σ(W·x + R·h + b)"
    assert equations(lstm, bare | BIASES)[0] == "i, f, o = σ(W·x + R·h + b₁ + b₂)"
    assert equations(lstm, bare | {Role.PEEPHOLE}) == (
        "i, f = σ(W·x + R·h + p·c)",
        "g = A(W·x + R·h)",
        "o = σ(W·x + R·h + p·c')",
        "c' = f·c + i·g",
        "h' = o·A(c')",
    )
    assert equations(lstm, bare | {Role.PROJECTION})[-1] == "h' = P·(o·A(c'))"
    assert equations(CELLS["IndRNN"]) == ("h' = A(W·x + u·h + b)",)
    norm = CELLS["LayerNormLSTM"]
    assert equations(norm, norm.required())[0] == "i, f, o = σ(N(W·x) + N(R·h))"


@pytest.mark.parametrize(
    ("reset_after", "two", "candidate"),
    [
        (True, True, "g = A(W·x + b₁ + r·(R·h + b₂))"),
        (True, False, "g = A(W·x + r·(R·h) + b)"),
        (False, False, "g = A(W·x + R·(r·h) + b)"),
        (None, True, "g = A(W·x + r·R·h + b₁ + b₂)"),
    ],
)
def test_a_reset_gate_is_where_the_convention_has_it(
    reset_after: bool | None,
    two: bool,
    candidate: str,
) -> None:
    gru = CELLS["GRU"]
    roles = textbook_roles(gru) | (BIASES if two else frozenset())
    assert equations(gru, roles, reset_after=reset_after)[1] == candidate


def test_the_letters_of_gates_have_names() -> None:
    assert gate_names(CELLS["CudnnGRU"]) == {"r": "reset", "z": "update", "g": "candidate"}
    assert gate_names(CELLS["LayerNormLSTM"]) == gate_names(CELLS["LSTM"])
    assert gate_names(CELLS["NAS"]) == {}


def explained(cell: str, order: str) -> list[str]:
    made = report(model(layer(cell)._replace(gate_order=order)))
    return drawn(EXPLANATION, "text", Explanation(made, made.layers)).splitlines()


def test_an_explanation_has_the_step_and_the_order_of_the_gates() -> None:
    lines = explained("LSTM", "iofg")
    assert "gates       i input, o output, f forget, g candidate, stored in this order" in lines
    at = lines.index("step        i, f, o = σ(W·x + R·h + b₁ + b₂)")
    assert lines[at + 3] == "            h' = o·A(c')"
    assert "gates       z update, r reset, g candidate" in explained("GRU", "")
    assert not any(line.startswith("gates") for line in explained("RNN", ""))


@pytest.mark.parametrize("width", [80, 120])
def test_the_list_of_cells_has_them_without_breaking_one(width: int) -> None:
    gated = Catalogue("cells", (), (cell_listing(),))
    text = drawn(CATALOGUE, "table", gated, View(width))
    assert max(map(len, text.splitlines())) <= width
    assert all(sentence in text for sentence in LEGEND)
    whole = {part for line in text.splitlines() for part in line[20:].split("; ")}
    assert set(equations(CELLS["LSTM"])) <= whole
    assert set(equations(CELLS["NAS"])) <= whole
