"""Models of many tensors and operators: what is in columns is reported as values are."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.short_ways import hold_equal
from making.tensorflow.tflite_cells import Lstm, unidirectional
from making.tensorflow.tflite_models import ABSENT, INT8, INT32, Graph, Model
from rnninspect.source.source import open_source
from rnninspect.stored.columns import TensorColumns
from rnninspect_tflite.describing import describe
from rnninspect_tflite.schema import rows

MANY = 300


def _chain(model: Model) -> Model:
    """Many operators after those of a model's subgraph; some weights share a buffer."""
    graph = Graph(model, "")
    graph.made = model.made.subgraphs[0]
    value = graph.fed("more", 1, 4)
    for at in range(MANY):
        if at % 7 == 0:
            buffer = model.buffer(bytes(16))
            weight = graph.stored(f"tied{at}", buffer, 4, 4, kind=INT8)
            graph.stored(f"again{at}", buffer, 4, 4, kind=INT8)
        else:
            weight = graph.weight(f"w{at}", 4, 4)
        out = graph.value(f"out{at}", 1, 4)
        value = graph.run("FULLY_CONNECTED", [value, weight, ABSENT], [out])
        if at % 11 == 0:
            axes = graph.integers(f"axes{at}", 1, 4)
            out = graph.value(f"shaped{at}", 1, 4)
            value = graph.run("RESHAPE", [value, axes], [out])
    graph.weight("short", 9, data=bytes(8))
    graph.weight("unread", 3, kind=INT32)
    graph.give(value)
    return model


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    path = tmp_path / "model.tflite"
    path.write_bytes(_chain(unidirectional(Lstm(3, 4))).file())
    return path


def test_what_is_in_columns_is_reported_as_values_are(path: Path) -> None:
    hold_equal(path)


def test_only_tensors_of_layers_and_what_is_odd_are_made(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "_FEW", 0)
    with open_source(path) as source:
        model = describe(source)
    tensors = model.tensors
    assert isinstance(tensors, TensorColumns)
    made = {tensor.name for tensor in tensors.single()}
    assert "short" in made
    assert {"tied7", "again7"} <= made
    assert "w8" not in made
    assert len(tensors) > MANY
    assert model.layers
