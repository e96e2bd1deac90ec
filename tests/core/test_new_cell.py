"""A cell is recognised in graphs by its step alone: an entry more in the table of equations."""

from __future__ import annotations

import pytest

from making.by_hand import report, tensor
from making.hand_graphs import M, Maker, N
from making.reports import drawn
from rnninspect.cells import CELLS, Cell, Role, Symbol, Weight
from rnninspect.cells.equations import EQUATIONS, Step, Update
from rnninspect.graphs import Value, View, recurrences
from rnninspect.model import SavedModel, StoredTensor
from rnninspect.plugin import Recurrences
from rnninspect.render import EXPLANATION
from rnninspect.render.knowledge.explanation import Explanation

TWIN = Cell(
    "Twin",
    ("keep", "take", "candidate"),
    (
        Weight(Role.KERNEL, (Symbol.GATES, Symbol.HIDDEN, Symbol.INPUT)),
        Weight(Role.RECURRENT_KERNEL, (Symbol.GATES, Symbol.HIDDEN, Symbol.FED_BACK)),
        Weight(Role.BIAS, (Symbol.GATES, Symbol.HIDDEN)),
        Weight(Role.RECURRENT_BIAS, (Symbol.GATES, Symbol.HIDDEN)),
    ),
    "made up: one gate keeps the old state, another takes the candidate",
)
STEP = Step("ktg", (Update("h", (("k", "h"), ("t", "g"))),))


def tensors_of(key: object) -> tuple[StoredTensor, ...]:
    """A maker's key is the shape of the leaf; both biases have one shape."""
    return (tensor(f"w{key}", key),) if isinstance(key, tuple) else ()


def twin() -> Recurrences:
    """A loop over h' = k·h + t·g, in which two gates are stored before the candidate."""
    to = Maker()
    h = to.other(N)
    assert isinstance(h, View)
    keep, take, sums = to.gates(to.other(M), h, 3)
    kept = to.call("mul", to.call("sigmoid", keep), h)
    new: Value = to.call("mul", to.call("sigmoid", take), to.call("tanh", sums))
    to.graph.carry("loop", [(h, to.call("add", kept, new))])
    return recurrences(to.graph, tensors_of, "by hand")


def test_without_an_entry_it_is_a_step_that_fits_no_cell() -> None:
    found = twin()
    assert found.layers == ()
    assert [step.kind for step in found.skipped] == ["unknown cell (loop)"]


def test_with_an_entry_it_is_a_layer_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CELLS, "Twin", TWIN)
    monkeypatch.setitem(EQUATIONS, "Twin", (STEP,))
    found = twin()
    assert found.skipped == ()
    (layer,) = found.layers
    assert (layer.kind, layer.cell, layer.gate_order) == ("Twin (loop)", "Twin", "ktg")
    assert (layer.sizes.input_size, layer.sizes.hidden_size) == (M, N)
    stored = {each.identity: each for given in layer.operands for each in given.tensors}
    made = report(SavedModel("graph", "none", "", found.layers, tuple(stored.values())))
    (counted,) = made.layers
    assert counted.formula.symbolic == "3(nm + n² + 2n)"
    assert counted.expected == 3 * (N * M + N * N + 2 * N)
    lines = drawn(EXPLANATION, "text", Explanation(made, made.layers)).splitlines()
    assert "gates       k keep, t take, g candidate, stored in this order" in lines
    assert "step        k, t = σ(W·x + R·h + b₁ + b₂)" in lines
    assert "            h' = k·h + t·g" in lines
