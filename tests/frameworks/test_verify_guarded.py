"""The guard of the child refuses nothing that a framework does for an intact file."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from making.judges import (
    FLAX,
    GGUF,
    KERAS,
    NUMPY,
    ONNX,
    ONNXRUNTIME,
    OPENVINO,
    TENSORSTORE,
    TFLITE,
    TORCH,
)
from rnninspect.plugin import Judge

pytestmark = pytest.mark.frameworks
TESTS = Path(__file__).parents[1]
SAMPLES = TESTS.parent / "sample_models"
INTACT = [
    entry["path"]
    for entry in tomllib.loads((SAMPLES / "manifest.toml").read_text())["sample"]
    if "fault" not in entry
    and not entry["path"].endswith((".task", "-00001-of-00002.gguf"))  # no judge loads these
]
# What is not asked for without trust, by decision and not by the guard.
PROGRAMS = {
    *("keras/exported", "keras/keras2_family"),
    *("torch/mobile.ptl", "torch/scripted.pt", "torch/traced.pt"),
}


@pytest.mark.parametrize(
    ("judge", "folder"),
    [
        (KERAS, "keras"),
        (TORCH, "torch"),
        (ONNX, "onnx"),
        (ONNXRUNTIME, "onnx"),
        (TFLITE, "tflite"),
        (GGUF, "gguf"),
        (NUMPY, "numpy"),
        (FLAX, "jax"),
        (TENSORSTORE, "jax"),
        (OPENVINO, "openvino"),
    ],
    ids=lambda value: value.name if isinstance(value, Judge) else "",
)
def test_every_intact_sample_is_loaded_under_guard(
    judge: Judge, folder: str, tmp_path: Path
) -> None:
    paths = [
        str(SAMPLES / path)
        for path in INTACT
        if path.startswith(f"{folder}/") and not (judge is ONNX and path.endswith(".ort"))
        if folder != "jax" or path.endswith(".msgpack") is (judge is FLAX)
        if "old_" not in path  # of a version that OpenVINO does not load any more
    ]
    assert paths
    environment = {name: value for name, value in judge.environment if value is not None}
    done = subprocess.run(
        [sys.executable, "-P", str(TESTS / "making" / "guarded_samples.py"), judge.module, *paths],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert {path.removeprefix(f"{SAMPLES}/") for path in told} <= PROGRAMS | WHOLE, told


WHOLE = {"torch/whole_module.pt"}  # torch's own classes, which `weights_only` does not build
