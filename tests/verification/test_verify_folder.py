"""What a stranger's folder may hold beside a model: no module of it is imported, no disk filled."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from making.judges import TORCH
from making.small_models import lstm_file
from rnninspect.verification.process import environment

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parents[1]
# What Python's own `runpy` imports before `-m` gives anybody a say; `-P` is the way around them.
BEFORE_US = {
    *("importlib", "warnings", "contextlib", "collections", "keyword", "operator", "reprlib"),
    *("functools", "types"),
}
OTHERS = ("wcwidth", "typer", "click", "rnninspect_onnx", "rnninspect_torch", "torch", "onnx")
VERIFY = """
from rnninspect.__main__ import main
from rnninspect.plugin import Judge
from rnninspect.verification import asking
asking.judges_of = lambda report: (Judge("fake", "making.fake_judge", ("json",), "torch"),)
main()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a model, and a module of every name that anybody may import."""
    for name in {*sys.stdlib_module_names, *OTHERS}:
        canary = f"open({str(tmp_path / 'canary')!r}, 'a').write({name!r}); raise ImportError"
        (tmp_path / f"{name}.py").write_text(canary)
    lstm_file(tmp_path / "model.safetensors")
    return tmp_path


def call(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, "rnninspect", "model.safetensors"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_module_imports_nothing_of_the_working_directory(folder: Path) -> None:
    for name in BEFORE_US:
        (folder / f"{name}.py").unlink()
    done = call(folder, "-m")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (folder / "canary").exists()


def test_with_a_safe_path_not_even_runpy_does(folder: Path) -> None:
    done = call(folder, "-P", "-m")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (folder / "canary").exists()


def test_the_child_gets_neither_the_working_directory_nor_the_models_folder(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path_factory.mktemp("other")
    monkeypatch.chdir(other)
    monkeypatch.setenv("PYTHONSTARTUP", "startup.py")
    monkeypatch.setattr(sys, "path", ["", ".", str(other), str(folder), *sys.path])
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")  # would lift a check of torch
    known = environment(TORCH, other, str(folder / "model.safetensors"))
    paths = known["PYTHONPATH"].split(os.pathsep)
    assert not {"", ".", str(other), str(folder)} & set(paths)
    assert str(TESTS) in paths
    assert not {"PYTHONSTARTUP", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"} & set(known)


def verify(word: str, *options: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", VERIFY, "verify", "model.safetensors", *options],
        cwd=cwd,
        env={**os.environ, "FAKE_JUDGE": word, "PYTHONPATH": f"{TESTS}{os.pathsep}{cwd}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_judge_imports_nothing_of_the_models_folder(tmp_path: Path) -> None:
    lstm_file(tmp_path / "model.safetensors")
    (tmp_path / "wave.py").write_text("")
    done = verify("modules", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == f"fake 1.0 refuses it: {wave.__file__}"


@pytest.mark.parametrize(("word", "code"), [("write", 2), ("crash", 1), ("sleep", 2), ("144", 0)])
def test_a_child_writes_no_more_than_the_limit_and_leaves_nothing(
    word: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    lstm_file(tmp_path / "model.safetensors")
    done = verify(word, "--timeout", "2", cwd=tmp_path)
    assert done.returncode == code
    assert list((tmp_path / "temporary").iterdir()) == []
    if word == "write":
        told = "fake not asked: it wrote more than 64 MB; --limit expansion=N raises it\n"
        assert done.stderr.endswith(told)
        assert verify(word, "--limit", "expansion=200000000", cwd=tmp_path).returncode == 0


def test_a_signal_ends_the_child_and_frees_its_folder(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    lstm_file(tmp_path / "model.safetensors")
    given = {"FAKE_JUDGE": "sleep", "PYTHONPATH": str(TESTS), "TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen(
        [sys.executable, "-P", "-c", VERIFY, "verify", "model.safetensors"],
        cwd=tmp_path,
        env={**os.environ, **given},
        stderr=subprocess.PIPE,
    ) as process:
        while not list((tmp_path / "temporary").glob("*/output")):
            pass
        process.terminate()
        _, told = process.communicate()
    assert (process.returncode, told) == (143, b"rnninspect: terminated\n")
    assert list((tmp_path / "temporary").iterdir()) == []
