"""Converted networks against Keras' own counts; models made by hand, prepared by TFLite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from tf_keras import layers

from making.tensorflow.tflite_cells import Lstm, basic_lstm, bidirectional, elman, svdf
from making.tensorflow.tflite_cells import unidirectional as lstm
from making.tensorflow.tflite_converted import (
    converted,
    in_dynamic_range,
    in_float16,
    with_flex,
)
from making.tensorflow.tflite_models import Model
from making.tensorflow.tflite_steps import chosen, one_step, variables
from plugins.tflite.test_fused import errors
from rnninspect.inspection import inspect_file

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]

Units = tuple[str, int, int, int]  # cell, inputs, hidden units, bias vectors
NETWORKS: dict[str, tuple[Callable[[], list[Any]], Any, list[Units]]] = {
    "masked": (
        lambda: [layers.Masking(), layers.LSTM(6)],
        None,
        [("LSTM", 8, 6, 1)],
    ),
    "cells": (
        lambda: [layers.RNN([layers.LSTMCell(6), layers.GRUCell(5)])],
        None,
        [("LSTM", 8, 6, 1), ("GRU", 6, 5, 2)],
    ),
    "reset before": (
        lambda: [layers.GRU(6, reset_after=False), layers.Dense(2)],
        None,
        [("GRU", 8, 6, 1)],
    ),
    "hard sigmoid": (
        lambda: [layers.LSTM(6, recurrent_activation="hard_sigmoid")],
        None,
        [("LSTM", 8, 6, 1)],
    ),
    "no bias": (lambda: [layers.LSTM(6, use_bias=False)], None, [("LSTM", 8, 6, 0)]),
    "both ways": (
        lambda: [layers.Bidirectional(layers.GRU(6))],
        None,
        [("GRU", 8, 6, 2)],
    ),
    "float16": (lambda: [layers.LSTM(6), layers.Dense(2)], in_float16, [("LSTM", 8, 6, 1)]),
    "dynamic range": (lambda: [layers.GRU(40)], in_dynamic_range, [("GRU", 8, 40, 2)]),
    "flex": (lambda: [layers.SimpleRNN(6)], with_flex, [("RNN", 8, 6, 1)]),
    "none": (
        lambda: [layers.Dense(8, "sigmoid"), layers.Dense(8, "tanh"), layers.Dense(8)],
        None,
        [],
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_converted_network_has_the_layers_of_keras(name: str, tmp_path: Path) -> None:
    make, change, expected = NETWORKS[name]
    data, count = converted(make(), change)
    path = tmp_path / "net.tflite"
    path.write_bytes(data)
    report = inspect_file(path)
    found = [
        (
            counted.layer.cell,
            counted.layer.sizes.input_size,
            counted.layer.sizes.hidden_size,
            sum("bias" in role for role in counted.layer.roles),
        )
        for counted in report.layers
    ]
    assert sorted(found) == sorted(expected)
    assert all(counted.expected == counted.stored for counted in report.layers)
    assert report.totals.parameters == count
    assert errors(report) == []
    assert not report.skipped


MADE = {
    "plain": lstm(Lstm()),
    "one step": lstm(Lstm(), "LSTM"),
    "coupled": lstm(Lstm(coupled=True, peepholes=True)),
    "all": lstm(Lstm(peepholes=True, projection=5, projection_bias=True, norms=True)),
    "basic": basic_lstm(),
    "both ways": bidirectional(Lstm()),
    "rnn": elman("RNN"),
    "sequence": elman("UNIDIRECTIONAL_SEQUENCE_RNN"),
    "both ways of an rnn": elman("BIDIRECTIONAL_SEQUENCE_RNN"),
    "svdf": svdf(),
    "step": one_step(),
    "variables": variables(),
    "chosen": chosen(),
}


@pytest.mark.parametrize("name", MADE)
def test_the_interpreter_prepares_what_tests_make_by_hand(name: str) -> None:
    """So that the layouts of the tests are those of the kernels."""
    tf.lite.Interpreter(model_content=MADE[name].file()).allocate_tensors()


def test_the_interpreter_refuses_a_file_without_the_identifier() -> None:
    data = lstm(Lstm()).file()
    with pytest.raises(ValueError, match="not a valid Flatbuffer"):
        tf.lite.Interpreter(model_content=data[:4] + b"TFL2" + data[8:])


def test_a_made_model_is_packed_as_flatc_packs_it() -> None:
    assert Model().file()[4:8] == b"TFL3"
