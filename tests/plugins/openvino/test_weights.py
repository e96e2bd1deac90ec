"""Where the weights of networks of OpenVINO come from, written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from makers.openvino_files import Graph, loop, lstm, weights
from making.openvino_networks import errors, inspected


def test_weights_come_from_outside_of_a_loop(tmp_path: Path) -> None:
    graph = Graph()
    x = graph.parameter((4, 3))
    body = Graph(graph)
    step, h, kernel = (body.parameter(dims) for dims in ((1, 3), (1, 2), (2, 3)))
    recurrent, bias = body.const((2, 2)), body.const((2,))
    cell = body.add(
        "RNNCell", (step, h, kernel, recurrent, bias), (1, 2), name="cell", hidden_size=2
    )
    result = body.add("Result", (cell,))
    stored = graph.const((2, 3), name="W")
    start = graph.const((1, 2))
    inner = loop(body, {0: step, 1: h, 2: kernel}, {result: h})
    graph.add("TensorIterator", (x, start, stored), (1, 2), name="loop", inner=inner)
    report = inspected(graph, tmp_path)
    (layer,) = report.layers
    assert (layer.layer.name, layer.expected, layer.stored) == ("loop/cell", 12, 12)
    assert report.totals.not_parameters["state"] == 2
    assert {each.name for one in layer.layer.operands for each in one.tensors} >= {"W"}


def test_weights_in_half_precision_are_converted(tmp_path: Path) -> None:
    graph = Graph()
    x, h = graph.parameter((1, 3)), graph.parameter((1, 2))
    stored = [
        graph.add("Convert", (one,), dims, destination_type="f32")
        for one, dims in zip(
            weights(graph, 1, 3, 2, element="f16"), ((2, 3), (2, 2), (2,)), strict=True
        )
    ]
    graph.add("RNNCell", (x, h, *stored), (1, 2), hidden_size=2)
    report = inspected(graph, tmp_path)
    assert (report.layers[0].stored, report.totals.bytes) == (12, 24)
    assert not report.findings


@pytest.mark.parametrize(("element", "size"), [("i8", 6), ("u4", 3), ("i4", 3), ("nf4", 3)])
def test_scales_and_zero_points_are_no_parameters(tmp_path: Path, element: str, size: int) -> None:
    graph = Graph()
    x, h = graph.parameter((1, 3)), graph.parameter((1, 2))
    kernel = graph.const((2, 3), element=element, name="W", size=size)
    zero = graph.const((2, 1), element=element, size=2)
    value = graph.add(
        "Subtract", tuple(graph.add("Convert", (one,), (2, 3)) for one in (kernel, zero)), (2, 3)
    )
    value = graph.add("Multiply", (value, graph.const((2, 1))), (2, 3))
    others = (graph.const((2, 2)), graph.const((2,)))
    graph.add("RNNCell", (x, h, value, *others), (1, 2), hidden_size=2)
    report = inspected(graph, tmp_path)
    (layer,) = report.layers
    assert (layer.stored, report.totals.parameters) == (12, 12)
    assert report.totals.not_parameters["quantisation"] == 4
    assert report.totals.bytes == size + 4 * 6


def test_a_kernel_may_be_joined_from_constants(tmp_path: Path) -> None:
    graph = Graph()
    x, h = graph.parameter((1, 3)), graph.parameter((1, 2))
    kernel = graph.add("Concat", (graph.const((1, 3)), graph.const((1, 3))), (2, 3), axis=0)
    others = (graph.const((2, 2)), graph.const((2,)))
    graph.add("RNNCell", (x, h, kernel, *others), (1, 2), hidden_size=2)
    report = inspected(graph, tmp_path)
    (layer,) = report.layers
    assert (layer.expected, layer.stored, report.totals.parameters) == (12, 12, 12)
    assert not errors(report)


def test_weights_that_are_fed_are_no_fault(tmp_path: Path) -> None:
    graph = Graph()
    given = tuple(graph.parameter(dims) for dims in ((1, 3), (1, 2), (2, 3), (2, 2), (2,)))
    graph.add("RNNCell", given, (1, 2), hidden_size=2)
    report = inspected(graph, tmp_path)
    (layer,) = report.layers
    assert (layer.expected, layer.stored) == (12, 0)
    assert not errors(report)


def test_a_state_that_an_iteration_hands_on_as_it_is_may_be_a_weight(tmp_path: Path) -> None:
    graph = Graph()
    x, start, stored = graph.parameter((4, 3)), graph.const((1, 2)), graph.const((2, 3), name="W")
    body = Graph(graph)
    step, h, kernel = (body.parameter(dims) for dims in ((1, 3), (1, 2), (2, 3)))
    others = (body.const((2, 2)), body.const((2,)))
    cell = body.add("RNNCell", (step, h, kernel, *others), (1, 2), name="cell", hidden_size=2)
    results = [body.add("Result", (one,)) for one in (cell, kernel)]
    inner = loop(body, {0: step, 1: h, 2: kernel}, {results[0]: h, results[1]: kernel})
    graph.add("Loop", (x, start, stored), (1, 2), name="loop", inner=inner)
    report = inspected(graph, tmp_path)
    assert (report.layers[0].stored, report.totals.not_parameters["state"]) == (12, 2)
    assert not errors(report)


def test_constants_over_the_same_bytes_are_counted_once(tmp_path: Path) -> None:
    graph = Graph()
    x, h = graph.parameter((1, 3)), graph.parameter((1, 2))
    stored = weights(graph, 1, 3, 2)
    for name in ("one", "two"):
        graph.add("RNNCell", (x, h, *stored), (1, 2), name=name, hidden_size=2)
    report = inspected(graph, tmp_path)
    (layer,) = report.layers
    assert (layer.layer.also_at, report.totals.parameters) == (("two",), 12)


def test_sizes_that_are_not_declared_are_read_off_the_weights(tmp_path: Path) -> None:
    report = inspected(lstm(), tmp_path, ' hidden_size="2"')
    (layer,) = report.layers
    assert (layer.layer.inferred_sizes, layer.expected) == (("hidden_size",), 48)
