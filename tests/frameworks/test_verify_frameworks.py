"""`rnninspect verify` as a whole, with each framework itself in its child process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.frameworks
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
AGREED = ("torch/scripted.pt", "keras/whole_model.h5", "onnx/external_lstm.onnx")
REFUSED = (
    ("broken/level_input.pt", "torch", "size mismatch for weight_ih_l1"),
    ("broken/grown_bias.weights.h5", "keras", "is not compatible with provided weight shape"),
    ("broken/short_payload.onnx", "onnxruntime", "refuses it"),
)


def verify(path: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rnninspect", "verify", str(SAMPLES / path), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("path", AGREED)
def test_the_framework_counts_the_same(path: str) -> None:
    done = verify(path, "--trust-file")
    assert (done.returncode, done.stderr) == (0, "")
    assert ": agree" in done.stdout
    assert "no opinion" not in done.stdout


@pytest.mark.parametrize(("path", "framework", "words"), REFUSED)
def test_the_framework_says_why_it_refuses(path: str, framework: str, words: str) -> None:
    done = verify(path)
    assert (done.returncode, done.stderr) == (1, "")
    assert framework in done.stdout
    assert words in done.stdout


def test_no_code_of_a_file_runs_unless_it_is_trusted() -> None:
    done = verify("broken/runs_code.pt")
    assert (done.returncode, done.stdout) == (2, "")
    assert "torch would import and call the names in it" in done.stderr
