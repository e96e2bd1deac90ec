"""Which of several models are shown, in which order, and what the lines at the end say of all."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "sample_models"
MODELS = {
    "model.10.pt": "torch/tagger.pt",  # 584 parameters
    "model.2.onnx": "onnx/basic_lstm.onnx",  # 120
    "wrong.onnx": "broken/half_bias.onnx",  # 108
    "model.3.keras": "keras/bidirectional.keras",  # 873
}
BY_PARAMETERS = ["model.3.keras", "model.10.pt", "model.2.onnx", "wrong.onnx"]
BY_NAME = ["model.2.onnx", "model.3.keras", "model.10.pt", "wrong.onnx"]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    for name, sample in MODELS.items():
        shutil.copy(SAMPLES / sample, tmp_path / name)
    return tmp_path


def call(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rnninspect", *arguments],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip


def shown(text: str) -> list[str]:
    return re.findall(r"^(\S+): .*, [\d,]+ bytes$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("options", "order"),
    [
        (["--sort", "parameters"], BY_PARAMETERS),
        (["--sort", "name"], BY_NAME),
        (["--sort", "bytes"], ["model.3.keras", "model.10.pt", "model.2.onnx", "wrong.onnx"]),
        (["--top", "2"], BY_PARAMETERS[:2]),
        (["--top", "2", "--sort", "name"], BY_NAME[:2]),
        (["--top", "9"], BY_PARAMETERS),
        (["--quiet"], ["wrong.onnx"]),
        (["--quiet", "--fail-on", "never"], []),
        (["--quiet", "--fail-on", "note", "--sort", "name"], ["model.10.pt", "wrong.onnx"]),
    ],
)
def test_all_are_read_and_some_are_shown(
    models: Path, options: list[str], order: list[str]
) -> None:
    done = call(models, *MODELS, *options)
    assert shown(done.stdout) == order
    assert done.returncode == (0 if "never" in options else 1)


def test_the_lines_at_the_end_are_about_all_models(models: Path) -> None:
    for given in (list(MODELS), ["."]):
        done = call(models, *given, "--top", "1")
        first, second, third = done.stdout.splitlines()[-3:]
        assert first == "4 models: 3 ok, 1 error; 3 not shown"
        assert second == "7 recurrent layers, 1,583 of 1,685 parameters recurrent"
        assert third == "largest: model.3.keras, 873"
        assert "not shown" not in call(models, *given).stdout.splitlines()[-3]


def test_one_model_has_no_lines_about_all(models: Path) -> None:
    assert "1 model" not in call(models, "model.2.onnx").stdout
    assert "1 model" not in call(models, ".", "--include", "model.2.onnx").stdout


def test_a_file_that_cannot_be_read_is_counted(models: Path) -> None:
    done = call(models, *MODELS, "absent.pt", "--top", "1")
    assert done.returncode == 2
    assert done.stdout.splitlines()[-3] == "5 models: 3 ok, 1 error, 1 unreadable; 3 not shown"


def test_quiet_says_nothing_where_nothing_fails(models: Path) -> None:
    done = call(models, "model.2.onnx", "model.10.pt", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_documents_for_programs_may_be_sorted_and_are_never_cut(models: Path) -> None:
    for option in (["--top", "1"], ["--quiet"]):
        done = call(models, *MODELS, *option, "--format", "json")
        assert (done.returncode, done.stdout) == (2, "")
        assert f"{option[0]} needs --format table" in done.stderr
    document = json.loads(call(models, *MODELS, "--sort", "name", "--format", "json").stdout)
    assert [report["path"] for report in document["reports"]] == BY_NAME


def test_equal_models_keep_their_order(models: Path) -> None:
    shutil.copy(models / "model.2.onnx", models / "again.onnx")
    for order in (["again.onnx", "model.2.onnx"], ["model.2.onnx", "again.onnx"]):
        assert shown(call(models, *order, "--sort", "parameters").stdout) == order
