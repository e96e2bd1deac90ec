"""The order of the gates is that of each framework, and unknown where each gate has a tensor."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnninspect import inspect_file
from rnninspect.model import Searched

SAMPLES = Path(__file__).parents[2] / "sample_models"


@pytest.mark.parametrize(
    ("file", "order"),
    [
        ("onnx/basic_lstm.onnx", "iofg"),
        ("onnx/bidirectional_gru.onnx", "zrg"),
        ("onnx/rnn.onnx", ""),
        ("torch/lstm_two_biases.pt", "ifgo"),
        ("torch/bidirectional_gru.pt", "rzg"),
        ("torch/relu_rnn.pt", ""),
        ("keras/lstm_one_bias.keras", "ifgo"),
        ("keras/conv_lstm2d.keras", "ifgo"),
        ("keras/gru_conventions.keras", "zrg"),
        ("keras/lstm.weights.h5", ""),  # no configuration names the class
        ("keras/old.ckpt-7", ""),
    ],
)
def test_the_order_of_the_gates(file: str, order: str) -> None:
    layers = inspect_file(SAMPLES / file).layers
    assert {counted.layer.gate_order for counted in layers} == {order}


@pytest.mark.parametrize(
    ("file", "what"),
    [
        ("onnx/rnn.onnx", Searched.OPERATORS),
        ("keras/family.keras", Searched.LAYERS),
        ("keras/whole_model.h5", Searched.LAYERS),
        ("keras/lstm.weights.h5", Searched.TENSORS),
        ("torch/attention.pt", Searched.TENSORS),
    ],
)
def test_what_a_reader_searches(file: str, what: Searched) -> None:
    search = inspect_file(SAMPLES / file).search
    assert search.what is what
    assert search.number > 0
    assert search.finished
