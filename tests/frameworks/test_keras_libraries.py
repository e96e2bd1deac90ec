"""Layers of libraries for Keras, in every container that Keras and TensorFlow save."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.keras.libraries import INNER, RANKS, WIDTH, lmu, rwkv, saved
from rnninspect.inspection import inspect_file

pytestmark = pytest.mark.filterwarnings("ignore")  # what frameworks warn of is their own

NETS = {"rwkv": rwkv, "lmu": lmu}
RANK = sum(RANKS.values())
TIME_MIX = 4 * WIDTH * WIDTH + 2 * WIDTH * RANK + 14 * WIDTH
CHANNEL_MIX = 2 * INNER * WIDTH + WIDTH
LAYERS = {
    "rwkv": {
        ("RWKV-7", TIME_MIX - 2 * WIDTH * RANKS["v"] - WIDTH),
        ("RWKV-7", TIME_MIX),
        ("RWKV-7 channel mix", CHANNEL_MIX),
    },
    "lmu": {("LSTM", 4 * 7 * (12 + 7 + 1)), ("LMUMemory", 10 * 2), ("LMUMemory", 7 * 1 + 1)},
}


@pytest.mark.parametrize("name", NETS)
def test_every_container_has_the_layers_of_the_library(name: str, tmp_path: Path) -> None:
    model = NETS[name]()
    for path in saved(model, tmp_path):
        report = inspect_file(path)
        layers = {(each.layer.cell, each.expected) for each in report.layers}
        assert layers == LAYERS[name], path.name
        assert all(each.expected == each.stored for each in report.layers), path.name
        assert report.totals.parameters == model.count_params(), path.name
        assert {f.rule for f in report.findings} <= {"R301", "R402"}, path.name
        assert not report.skipped
