"""Every intact sample of Core ML, read by coremltools' own messages and blob reader."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coremltools
import pytest
from coremltools.optimize.coreml import get_weights_metadata
from coremltools.proto import Model_pb2

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore"),  # what coremltools warns of is its own
]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
MANIFEST = tomllib.loads((SAMPLES / "manifest.toml").read_text())["sample"]
INTACT = {
    each["path"]: each
    for each in MANIFEST
    if each["path"].startswith("coreml/") and "fault" not in each
}
NETWORKS = [path for path in INTACT if path.endswith(".mlmodel")]
PROGRAMS = [path for path in INTACT if path.endswith(".mlpackage")]


def weights(message: Any) -> Iterator[Any]:  # noqa: ANN401 - of a generated class
    """Every message of weights, wherever it is."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for part in value if field.is_repeated else [value]:
            if field.message_type.name == "WeightParams":
                yield part
            else:
                yield from weights(part)


def elements(weight: Any) -> int:  # noqa: ANN401 - as above
    bits = weight.quantization.numberOfBits
    return len(weight.floatValue) + (8 * len(weight.rawValue) // bits if bits else 0)


@pytest.mark.parametrize("path", NETWORKS)
def test_a_network_has_as_many_weights(path: str) -> None:
    model = Model_pb2.Model()
    model.ParseFromString((SAMPLES / path).read_bytes())
    assert sum(map(elements, weights(model))) == INTACT[path]["parameters"]


@pytest.mark.parametrize("path", PROGRAMS)
def test_a_program_has_as_many_weights(path: str) -> None:
    model = coremltools.models.MLModel(str(SAMPLES / path), skip_model_load=True)
    found = get_weights_metadata(model, weight_threshold=0)
    assert sum(each.val.size for each in found.values()) == INTACT[path]["parameters"]


def test_the_samples_are_here() -> None:
    assert len(NETWORKS) == 2
    assert len(PROGRAMS) == 1
