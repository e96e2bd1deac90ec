"""Short ways of the readers give what the long ways give, for every sample and hostile file."""

from __future__ import annotations

from pathlib import Path

import pytest

from hostile.corpus import CORPUS
from making.short_ways import hold_equal
from rnninspect.source.limits import Limits

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
FILES = sorted(
    path
    for path in SAMPLES.rglob("*")
    if path.is_file() and path.suffix not in {".py", ".pyc", ".toml", ".md"}
)
FAMILIES = (  # those of the formats that have short ways
    *("torch", "safetensors", "onnx", "keras", "tensorflow", "graphs", "steps", "structures"),
    *("containers", "pickles", "budgets", "names", "numpy", "flatbuffers", "tfjs", "paddle"),
)
# A hundredth of what is allowed, so that both ways take little time for each file.
LOW = Limits(
    header_bytes=2**23,
    expansion=2**22,
    members=20_000,
    tensors=5_000,
    opcodes=100_000,
    nodes=100_000,
    table_bytes=2**20,
    fields=200_000,
    objects=20_000,
    entries=20_000,
    checked_bytes=2**20,
    steps=100_000,
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_a_sample_is_read_alike(path: Path) -> None:
    hold_equal(path)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in CORPUS if name.startswith(FAMILIES)])
def test_a_hostile_file_is_read_alike(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    CORPUS[name].make(path)
    hold_equal(path, LOW)
