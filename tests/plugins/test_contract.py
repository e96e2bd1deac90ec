"""Each built-in reader against the contract, by a sample of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from rnninspect.plugin import Reader
from rnninspect.readers import built_in_readers
from rnninspect.testing import check_reader

SAMPLES = Path(__file__).parents[2] / "sample_models"
GOOD = {
    "onnx": min((SAMPLES / "onnx").glob("*.onnx")),
    "torch": SAMPLES / "torch" / "lstm_two_biases.pt",
    "keras": SAMPLES / "keras" / "lstm_one_bias.keras",
    "tflite": SAMPLES / "tflite" / "lstm.tflite",
    "ggml": SAMPLES / "gguf" / "mamba.gguf",
    "jax": SAMPLES / "jax" / "gru.msgpack",
    "tesseract": SAMPLES / "tesseract" / "tiny.traineddata",
    "coreml": SAMPLES / "coreml" / "network.mlmodel",
    "audio": SAMPLES / "audio" / "small.rnnn",
    "openvino": SAMPLES / "openvino" / "old_lstm.xml",
    "paddle": SAMPLES / "paddle" / "both.pdparams",
    "ncnn": SAMPLES / "ncnn" / "small.param",
}


@pytest.mark.parametrize("reader", built_in_readers(), ids=lambda reader: str(reader.name))
def test_a_built_in_reader_keeps_the_contract(reader: Reader) -> None:
    model = check_reader(reader, GOOD[reader.name])
    assert model.layers
