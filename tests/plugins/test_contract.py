"""Each built-in reader against the contract, by a sample of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.contract import hold
from rnninspect.plugin import Reader
from rnninspect.readers import built_in_readers

SAMPLES = Path(__file__).parents[2] / "sample_models"
GOOD = {
    "onnx": min((SAMPLES / "onnx").glob("*.onnx")),
    "torch": SAMPLES / "torch" / "lstm_two_biases.pt",
    "keras": SAMPLES / "keras" / "lstm_one_bias.keras",
}


@pytest.mark.parametrize("reader", built_in_readers(), ids=lambda reader: str(reader.name))
def test_a_built_in_reader_keeps_the_contract(reader: Reader, tmp_path: Path) -> None:
    model = hold(reader, GOOD[reader.name], tmp_path)
    assert model.layers
