"""Layers models of TensorFlow.js: Keras' configurations, under the names of each writer.

The names are those that the converter 4.22 gives to models of tf_keras 2.21 and Keras 3.15 in HDF5
and in `.keras`, and those of `model.save` in tfjs 4.22.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from making.tensorflow.tfjs import Weight, first, group, layer, weight, weights, whole_model
from making.tensorflow.tfjs import write_model as write
from rnninspect import inspect_file
from rnninspect.report import Report

LSTM = {"kernel": (5, 16), "recurrent_kernel": (4, 16), "bias": (16,)}
GRU = {"kernel": (4, 9), "recurrent_kernel": (3, 9), "bias": (9,)}
SHAPES = tuple(LSTM.values())


def numbered(prefix: str) -> list[Weight]:
    return [weight(f"{prefix}{at}", *shape) for at, shape in enumerate(SHAPES)]


def found(report: Report) -> list[tuple[str, str, str, int, int]]:
    """Each layer with its class, cell, origin, expected and stored parameters."""
    return [
        (count.layer.name, count.layer.kind, count.layer.cell, count.expected, count.stored)
        for count in report.layers
    ]


def findings(report: Report) -> list[str]:
    return [found.rule for found in report.findings]


@pytest.mark.parametrize(
    "listed",
    [
        weights("lstm_1/", **LSTM),  # Keras 2 before TensorFlow 2.2, and TensorFlow.js itself
        weights("lstm_1/lstm_cell/", **LSTM),
        weights("sequential/lstm_1/lstm_cell/", **LSTM),  # Keras 3 in HDF5
        numbered("layers/lstm/cell/vars/"),  # `.keras` of Keras 2.15 and 3
        numbered("_layer_checkpoint_dependencies/lstm/cell/vars/"),
    ],
    ids=lambda listed: listed[0]["name"],
)
def test_the_names_of_each_writer_lead_to_the_layer(tmp_path: Path, listed: list[Weight]) -> None:
    topology = whole_model(first("LSTM", "lstm_1", 6, 5, units=4, use_bias=True))
    report = inspect_file(write(tmp_path, topology, group(listed)))
    assert found(report) == [("lstm_1", "LSTM", "LSTM", 160, 160)]
    assert report.format == "tensorflow.js layers model"
    assert report.producer == "keras v2.15.0, TensorFlow.js Converter v4.22.0"
    assert (report.framework, report.totals.parameters, findings(report)) == ("keras", 160, [])
    assert report.layers[0].layer.origin == "declared"


def test_wrappers_and_stacks_as_tensorflow_js_names_them(tmp_path: Path) -> None:
    """`model.save` of tfjs: the configuration itself is the topology, the optimizer is beside."""
    both = layer("SimpleRNN", "rnn_1", units=2)
    cells = [layer("LSTMCell", "lstm_cell_1", units=3), layer("GRUCell", "gru_cell_1", units=2)]
    stack = {"class_name": "StackedRNNCells", "config": {"name": "stacked_1", "cells": cells}}
    layers = [
        first("GRU", "gru_1", 6, 4, units=3, reset_after=False, return_sequences=True),
        layer("Bidirectional", "bidirectional_1", layer=both, merge_mode="concat"),
        layer("RNN", "rnn_2", cell=stack),
    ]
    parameters = [
        *weights("gru_1/", **GRU),
        *weights("bidirectional_1/forward_rnn_1/", kernel=(3, 2), recurrent_kernel=(2, 2)),
        *weights("bidirectional_1/forward_rnn_1/", bias=(2,)),
        *weights("bidirectional_1/backward_rnn_1/", kernel=(3, 2), recurrent_kernel=(2, 2)),
        *weights("bidirectional_1/backward_rnn_1/", bias=(2,)),
        *weights("rnn_2/RNNCell_0/", kernel=(4, 12), recurrent_kernel=(3, 12), bias=(12,)),
        *weights("rnn_2/RNNCell_1/", kernel=(3, 6), recurrent_kernel=(2, 6), bias=(6,)),
    ]
    slots = [{**entry, "name": f"{entry['name']}/m", "group": "optimizer"} for entry in parameters]
    step = {**weight("iter", dtype="int32"), "group": "optimizer"}
    topology = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}
    given = group([*parameters, step, *slots], "a.bin", "b.bin")
    path = write(tmp_path, topology, given, shard=100, convertedBy=None, userDefinedMetadata={})
    report = inspect_file(path)
    assert [(name, kind, expected) for name, kind, _, expected, _ in found(report)] == [
        ("gru_1", "GRU", 72),
        ("bidirectional_1", "Bidirectional(SimpleRNN)", 24),
        ("rnn_2/lstm_cell_1", "RNN(LSTMCell)", 96),
        ("rnn_2/gru_cell_1", "RNN(GRUCell)", 36),
    ]
    assert all(count.expected == count.stored for count in report.layers)
    assert report.totals.parameters == 228
    assert report.totals.not_parameters["optimizer"] == 229
    assert (findings(report), report.producer) == ([], "keras v2.15.0")


def test_a_layer_in_a_model_in_a_model_is_found_by_its_own_name(tmp_path: Path) -> None:
    """Keras 2 does not write the name of the inner model before those of its weights."""
    inner = layer("Sequential", "inner", layers=[first("LSTM", "deep", 6, 5, units=4)])
    outer = layer("GRU", "last", units=3, reset_after=True)
    after = {**GRU, "bias": (2, 9)}
    listed = [*weights("deep/lstm_cell/", **LSTM), *weights("last/gru_cell/", **after)]
    report = inspect_file(write(tmp_path, whole_model(inner, outer), group(listed)))
    assert found(report) == [
        ("inner/deep", "LSTM", "LSTM", 160, 160),
        ("last", "GRU", "GRU", 81, 81),
    ]
    assert (findings(report), report.layers[1].layer.convention) == ([], "keras reset_after")


def test_directions_of_two_layers_with_inner_layers_of_one_name(tmp_path: Path) -> None:
    both = [
        layer("Bidirectional", name, layer=layer("LSTM", "lstm", units=4)) for name in ("b1", "b2")
    ]
    both[0]["config"] |= {"batch_input_shape": [None, 6, 5]}  # type: ignore[operator]
    wide = LSTM | {"kernel": (8, 16)}
    listed = [
        *weights("b2/forward_lstm/lstm_cell/", **wide),
        *weights("b2/backward_lstm/lstm_cell/", **wide),
        *weights("b1/forward_lstm/lstm_cell/", **LSTM),
        *weights("b1/backward_lstm/lstm_cell/", **LSTM),
    ]
    report = inspect_file(write(tmp_path, whole_model(*both), group(listed)))
    assert [(name, stored) for name, _, _, _, stored in found(report)] == [("b1", 320), ("b2", 416)]
    assert findings(report) == []


def test_a_convolutional_lstm(tmp_path: Path) -> None:
    plane = first("ConvLSTM2D", "plane", 2, 6, 6, 2, filters=3, kernel_size=[3, 3])
    shapes = {"kernel": (3, 3, 2, 12), "recurrent_kernel": (3, 3, 3, 12), "bias": (12,)}
    report = inspect_file(write(tmp_path, whole_model(plane), group(weights("plane/", **shapes))))
    assert found(report) == [("plane", "ConvLSTM2D", "ConvLSTM2D", 552, 552)]
    assert findings(report) == []


@pytest.mark.parametrize(
    "listed",
    [weights("rec/lstm_cell/", **LSTM), numbered("layers/lstm/cell/vars/")],
    ids=["named", "numbered"],
)
def test_weights_without_a_topology_are_recognised(tmp_path: Path, listed: list[Weight]) -> None:
    report = inspect_file(write(tmp_path, None, group(listed)))
    assert report.format == "tensorflow.js weights"
    assert [(cell, stored) for _, _, cell, _, stored in found(report)] == [("LSTM", 160)]
    assert findings(report) == ["R402"]


def test_the_manifest_alone_as_the_first_converters_wrote_it(tmp_path: Path) -> None:
    manifest = json.dumps([group(weights("rec/", **LSTM))])
    write(tmp_path, None, group(weights("rec/", **LSTM)))
    (tmp_path / "weights_manifest.json").write_text(manifest)
    report = inspect_file(tmp_path / "weights_manifest.json")
    assert [(cell, stored) for _, _, cell, _, stored in found(report)] == [("LSTM", 160)]
    assert (report.format, findings(report)) == ("tensorflow.js weights", ["R402"])


def test_a_declared_size_that_the_weights_contradict(tmp_path: Path) -> None:
    topology = whole_model(first("LSTM", "rec", 6, 5, units=3))
    report = inspect_file(write(tmp_path, topology, group(weights("rec/", **LSTM))))
    assert set(findings(report)) == {"R101"}


def test_what_keras_would_run_is_no_code_of_tensorflow_js(tmp_path: Path) -> None:
    own = {"class_name": "Lambda", "config": {"name": "cut", "function": ["4wE=", None, None]}}
    topology = whole_model(first("LSTM", "rec", 6, 5, units=4), own)
    report = inspect_file(write(tmp_path, topology, group(weights("rec/", **LSTM))))
    assert findings(report) == ["R407"]
    assert report.findings[0].message == "Lambda layer 'cut' is not a class of TensorFlow.js"
