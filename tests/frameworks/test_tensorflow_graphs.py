"""Recurrent layers in graphs that TensorFlow made, against the networks themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import pytest
import tensorflow as tf
import tf_keras

from making.tensorflow import frozen
from rnninspect import inspect_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rnninspect import Report

pytestmark = pytest.mark.frameworks

WAYS = {
    "loop": frozen.dynamic,
    "loop with lengths": frozen.masked,
    "unrolled": frozen.static,
    "one step": frozen.single,
    "both ways": frozen.both_ways,
}


def cells_of(report: Report) -> list[frozen.Cell]:
    return sorted(
        (counted.layer.cell, counted.layer.sizes.input_size, counted.layer.sizes.hidden_size)
        for counted in report.layers
        for _ in range(counted.layer.sizes.directions)
    )


def sound(report: Report, number: int) -> bool:
    """Whether all parameters are counted, and nothing but the origin of sizes is remarked."""
    codes = {finding.rule for finding in report.findings} - {"R402"}
    agree = all(counted.expected == counted.stored for counted in report.layers)
    return agree and not codes and not report.skipped and report.totals.parameters == number


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cell", frozen.CELLS)
def test_cells_of_tensorflow_1(tmp_path: Path, cell: str, way: str) -> None:
    make, expected = frozen.CELLS[cell]
    number = frozen.freeze(tmp_path / "m.pb", lambda: WAYS[way](make))
    report = inspect_file(tmp_path / "m.pb")
    assert cells_of(report) == sorted(expected * (2 if way == "both ways" else 1))
    assert sound(report, number)
    assert {counted.layer.origin for counted in report.layers} == {"recovered"}


@pytest.mark.parametrize("cell", ["BasicLSTMCell", "GRUCell", "LSTMCell with a projection"])
def test_loops_that_are_operators_with_functions(tmp_path: Path, cell: str) -> None:
    make, expected = frozen.CELLS[cell]
    build = lambda: frozen.dynamic(make)  # noqa: E731
    number = frozen.freeze(tmp_path / "m.pb", build, functions=True)
    report = inspect_file(tmp_path / "m.pb")
    assert cells_of(report) == expected
    assert sound(report, number)


def test_the_text_form_says_the_same(tmp_path: Path) -> None:
    frozen.freeze(tmp_path / "m.pb", lambda: frozen.both_ways(frozen.CELLS["GRUCell"][0]))
    graph = tf.compat.v1.GraphDef.FromString((tmp_path / "m.pb").read_bytes())
    tf.io.write_graph(graph, str(tmp_path), "m.pbtxt", as_text=True)
    binary, text = inspect_file(tmp_path / "m.pb"), inspect_file(tmp_path / "m.pbtxt")
    assert cells_of(text) == cells_of(binary)
    assert [counted.layer.name for counted in text.layers] == ["bidirectional_rnn"]
    assert text.totals == binary.totals


LAYERS: dict[str, tuple[Callable[[Any], list[Any]], list[frozen.Cell]]] = {
    "LSTM": (lambda of: [of.LSTM(12)], [frozen.LSTM]),
    "GRU": (lambda of: [of.GRU(12)], [frozen.GRU]),
    "GRU, reset before": (lambda of: [of.GRU(12, reset_after=False)], [frozen.GRU]),
    "SimpleRNN": (lambda of: [of.SimpleRNN(12)], [frozen.RNN]),
    "unrolled": (lambda of: [of.LSTM(12, unroll=True)], [frozen.LSTM]),
    "masked": (lambda of: [of.Masking(), of.LSTM(12)], [frozen.LSTM]),
    "hard sigmoid": (lambda of: [of.LSTM(12, recurrent_activation="hard_sigmoid")], [frozen.LSTM]),
    "without bias": (lambda of: [of.LSTM(12, use_bias=False)], [frozen.LSTM]),
    "stacked cells": (
        lambda of: [of.RNN([of.LSTMCell(12), of.GRUCell(9)])],
        [frozen.LSTM, ("GRU", 12, 9)],
    ),
    "both ways": (lambda of: [of.Bidirectional(of.LSTM(12)), of.Dense(3)], [frozen.LSTM] * 2),
    "none": (lambda of: [of.Dense(12, "sigmoid"), of.Dense(7, "tanh")], []),
}


@pytest.mark.parametrize("lower", [True, False], ids=["lowered", "functions"])
@pytest.mark.parametrize("library", ["keras", "tf_keras"])
@pytest.mark.parametrize("kind", LAYERS)
def test_layers_of_keras(tmp_path: Path, kind: str, library: str, *, lower: bool) -> None:
    of = keras if library == "keras" else tf_keras
    build, expected = LAYERS[kind]
    model = of.Sequential([of.Input((frozen.STEPS, frozen.INPUTS)), *build(of.layers)])
    shape: list[int | None] = [None, frozen.STEPS, frozen.INPUTS]
    number = frozen.freeze_function(tmp_path / "m.pb", model.call, shape, lower=lower)
    report = inspect_file(tmp_path / "m.pb")
    assert cells_of(report) == sorted(expected)
    assert sound(report, number)
