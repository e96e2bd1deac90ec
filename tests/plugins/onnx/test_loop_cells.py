"""Initial states of loops, and loop bodies that look like recurrent cells."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from making.audits import hold_to, told
from making.onnx.graphs import graph, save, value
from making.onnx.results import report
from rnninspect.graphs.building import expressions
from rnninspect.model import Origin
from rnninspect.rules import Level

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rnninspect.report import Report

M, N = 3, 2


def floats(name: str, *shape: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.full(shape, 0.5, np.float32), name)


def step(operator: str, *names: str, **attributes: object) -> onnx.NodeProto:
    """A node; the last name is its output."""
    return helper.make_node(operator, list(names[:-1]), [names[-1]], **attributes)


def lstm(product: str = "MatMul") -> list[onnx.NodeProto]:
    """A step of an LSTM over x, h and c, with the kernels k and rk and the bias b."""
    split = helper.make_node("Split", ["z"], ["zi", "zf", "zg", "zo"], axis=-1, num_outputs=4)
    return [
        step(product, "h", "rk", "hr"),
        step("MatMul", "x", "k", "xk"),
        step("Add", "xk", "hr", "zs"),
        step("Add", "zs", "b", "z"),
        split,
        *(step("Sigmoid", f"z{gate}", gate) for gate in "ifo"),
        step("Tanh", "zg", "g"),
        step("Mul", "f", "c", "fc"),
        step("Mul", "i", "g", "ig"),
        step("Add", "fc", "ig", "c_out"),
        step("Tanh", "c_out", "tc"),
        step("Mul", "o", "tc", "h_out"),
    ]


def gru() -> list[onnx.NodeProto]:
    """A step of a GRU on [x, h], a kernel for the gates and one for the candidate."""
    return [
        step("Concat", "x", "h", "xh", axis=-1),
        step("Gemm", "xh", "k", "b", "zr"),
        step("Sigmoid", "zr", "gates"),
        helper.make_node("Split", ["gates"], ["z", "r"], axis=-1, num_outputs=2),
        step("Mul", "r", "h", "rh"),
        step("Concat", "x", "rh", "xrh", axis=-1),
        step("MatMul", "xrh", "rk", "n0"),
        step("Tanh", "n0", "n"),
        step("Sub", "h", "n", "difference"),
        step("Mul", "z", "difference", "kept"),
        step("Add", "n", "kept", "h_out"),
        step("Neg", "c", "c_out"),
    ]


LSTM_SHAPES = {"k": (M, 4 * N), "rk": (N, 4 * N), "b": (4 * N,)}
GRU_SHAPES = {"k": (M + N, 2 * N), "rk": (M + N, N), "b": (2 * N,)}


def loop(
    cell: Sequence[onnx.NodeProto], inner: Sequence[onnx.ValueInfoProto] = ()
) -> onnx.NodeProto:
    states = [value("h", 1, N), value("c", 1, N)]
    inputs = [
        value("turn", element=TensorProto.INT64),
        value("go", element=TensorProto.BOOL),
        *states,
        value("t", element=TensorProto.INT32),
    ]
    nodes = [
        step("Gather", "xs", "t", "x"),
        *cell,
        step("Add", "t", "one", "t_out"),
        step("Identity", "go", "go_out"),
    ]
    names = ("go_out", "h_out", "c_out", "t_out")
    body = helper.make_graph(nodes, "body", inputs, [value(name) for name in (*names, *inner)])
    given = ["most", "yes", "h0", "c0", "t0"]
    return helper.make_node("Loop", given, ["h_end", "c_end", "t_end"], "while", body=body)


def seen(
    folder: Path,
    made: onnx.NodeProto | Sequence[onnx.NodeProto],
    shapes: dict[str, tuple[int, ...]],
    more: Sequence[onnx.TensorProto] = (),
) -> Report:
    nodes = [made] if isinstance(made, onnx.NodeProto) else made
    numbers = {
        "most": np.array(7),
        "yes": np.ones((), np.bool_),
        "t0": np.array(0, np.int32),
        "one": np.array(1, np.int32),
    }
    tensors = [numpy_helper.from_array(array, name) for name, array in numbers.items()]
    tensors += [floats("h0", 1, N), floats("c0", 1, N)]
    tensors += [floats(name, *shape) for name, shape in shapes.items()]
    return report(save(folder, graph(nodes, [*tensors, *more], [value("xs", 7, 1, M)])))


def possible(of: Report) -> list[str]:
    return [finding.message for finding in of.findings if finding.rule == "R405"]


def kinds(of: Report) -> list[tuple[str, int, int]]:
    """Each layer's kind, input size and hidden size."""
    sizes = [(counted.layer.kind, counted.layer.sizes) for counted in of.layers]
    return [(kind, size.input_size, size.hidden_size) for kind, size in sizes]


@pytest.mark.parametrize(
    ("cell", "shapes", "kind"),
    [(lstm(), LSTM_SHAPES, "LSTM (loop)"), (gru(), GRU_SHAPES, "GRU (loop)")],
    ids=["lstm", "gru"],
)
def test_a_cell_in_a_loop(
    tmp_path: Path,
    cell: list[onnx.NodeProto],
    shapes: dict[str, tuple[int, ...]],
    kind: str,
) -> None:
    """Its initial states are not parameters, and all tensors belong to the layer."""
    of = seen(tmp_path, loop(cell), shapes)
    assert of.totals.parameters == sum(int(np.prod(shape)) for shape in shapes.values())
    assert of.totals.not_parameters["state"] == 2 * N
    assert kinds(of) == [(kind, M, N)]
    assert of.layers[0].layer.origin is Origin.RECOVERED
    assert of.totals.attributed == of.totals.tensors
    assert possible(of) == []
    assert [finding.rule for finding in of.findings if finding.level is Level.ERROR] == []


def test_a_cell_in_a_scan(tmp_path: Path) -> None:
    body = helper.make_graph(
        lstm(),
        "body",
        [value("h", 1, N), value("c", 1, N), value("x", 1, M)],
        [value("h_out"), value("c_out")],
    )
    scan = helper.make_node(
        "Scan", ["h0", "c0", "xs"], ["h_end", "c_end"], "scan", body=body, num_scan_inputs=1
    )
    of = seen(tmp_path, scan, LSTM_SHAPES)
    assert of.totals.not_parameters["state"] == 2 * N
    assert kinds(of) == [("LSTM (loop)", M, N)]


@pytest.mark.parametrize("budget", range(0, 60, 3))
def test_a_graph_beyond_the_budget_is_read_without_its_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: int
) -> None:
    """The budget may run out while the graph is translated, or while a cell is looked for."""
    monkeypatch.setattr(expressions, "_LEAST_BUDGET", budget)
    monkeypatch.setattr(expressions, "_BUDGET_OF_A_NODE", 0)
    of = seen(tmp_path, loop(lstm()), LSTM_SHAPES)
    assert len(kinds(of)) + len(possible(of)) == 1


def misfit() -> list[onnx.NodeProto]:
    """One changed operator makes it another cell: c' = f·c - i·g."""
    return [
        step("Sub", *node.input, *node.output) if node.output[0] == "c_out" else node
        for node in lstm()
    ]


def test_a_step_that_fits_no_cell_is_a_skipped_layer(tmp_path: Path) -> None:
    """It is reported once, with all tensors that the step reads; nothing of it is understood."""
    of = seen(tmp_path, loop(misfit()), LSTM_SHAPES)
    assert kinds(of) == []
    assert possible(of) == []
    (layer,) = of.skipped
    assert (layer.name, layer.kind) == ("while", "unknown cell (loop)")
    assert {tensor.name for tensor in layer.tensors} == LSTM_SHAPES.keys()
    (found,) = [finding for finding in of.findings if finding.rule == "R401"]
    assert found.message.startswith(f"unknown cell (loop), {of.totals.parameters} parameters: ")
    assert of.totals.attributed == 0


@pytest.mark.parametrize(
    ("cell", "broken"),
    [(lstm(), {"R502", "R503"}), (misfit(), {"R503", "R505"}), (gru(), {"R502"})],
    ids=["lstm", "misfit", "gru"],
)
def test_a_policy_of_small_grus_fails(
    tmp_path: Path, cell: list[onnx.NodeProto], broken: set[str]
) -> None:
    shapes = GRU_SHAPES if cell == gru() else LSTM_SHAPES
    policy = {"allowed_cells": ("GRU",), "max_hidden_size": 1, "min_coverage": Fraction(1)}
    rules = {rule for rule, _, _ in told(hold_to(seen(tmp_path, loop(cell), shapes), **policy))}
    assert {rule for rule in rules if rule.startswith("R5")} == broken


def test_a_loop_that_could_not_be_searched_is_named_by_its_operators(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note names what multiplies the states."""
    monkeypatch.setattr(expressions, "_LEAST_BUDGET", 5)
    monkeypatch.setattr(expressions, "_BUDGET_OF_A_NODE", 0)
    of = seen(tmp_path, loop(misfit()), LSTM_SHAPES)
    assert of.skipped == ()
    assert not of.search.finished
    assert [finding.rule for finding in of.findings] == ["R405", "R407"]
    (message,) = possible(of)
    assert message.startswith("the loop at while looks like a recurrent cell: Sigmoid and Tanh of")
    assert "of products of rk with a value that the loop carries" in message
    assert message.endswith(f"; {of.totals.parameters} parameters")
    assert of.totals.attributed == 0


NO_CELLS = {
    "a counter": [step("Add", "h", "b", "h_out"), step("Add", "c", "b", "c_out")],
    "a search": [
        step("MatMul", "x", "k", "logits"),
        step("Softmax", "logits", "p"),
        step("TopK", "p", "one", "best"),
        step("Add", "h", "best", "h_out"),
        step("Tanh", "c", "c_out"),
    ],
    "a cache of an attention": [
        step("MatMul", "x", "k", "key"),
        step("Concat", "h", "key", "h_out", axis=0),
        step("Transpose", "h_out", "turned"),
        step("MatMul", "key", "turned", "scores"),
        step("Softmax", "scores", "chances"),
        step("MatMul", "chances", "h_out", "c_out"),
    ],
    "a step of a solver": [
        step("MatMul", "h", "rk", "a"),
        step("Sigmoid", "a", "s"),
        step("Mul", "a", "s", "silu"),
        step("MatMul", "silu", "rk", "d"),
        step("Add", "h", "d", "h_out"),
        step("Identity", "c", "c_out"),
    ],
}


@pytest.mark.parametrize("kind", NO_CELLS)
def test_loops_without_a_cell(tmp_path: Path, kind: str) -> None:
    of = seen(tmp_path, loop(NO_CELLS[kind]), {"k": (M, N), "rk": (N, N), "b": (1, N)})
    assert possible(of) == []
    assert kinds(of) == []


def test_a_weight_that_an_inner_loop_passes_on_is_a_weight(tmp_path: Path) -> None:
    inner = helper.make_graph(
        [step("Identity", "go2", "go2_out"), step("Identity", "w2", "w2_out")],
        "inner",
        [
            value("turn2", element=TensorProto.INT64),
            value("go2", element=TensorProto.BOOL),
            value("w2", 1, N),
        ],
        [value("go2_out"), value("w2_out")],
    )
    cell = [
        helper.make_node("Loop", ["most", "yes", "h"], ["h_out"], "inner", body=inner),
        step("Add", "c", "h", "c_out"),
    ]
    of = seen(tmp_path, loop(cell), {})
    assert of.totals.parameters == N
    assert of.totals.not_parameters["state"] == N
