"""What a call says that has no arguments, or a path or a word that does not exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rnninspect.cli import COMMANDS
from rnninspect.command import short_help
from rnninspect.command.hints import hint_on
from rnninspect.command.request import SUBCOMMANDS

LSTM = Path(__file__).parents[2] / "sample_models" / "onnx" / "basic_lstm.onnx"


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rnninspect", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_call_without_arguments_is_an_error_that_shows_the_commonest_calls() -> None:
    done = call()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{short_help.TEXT}\n"
    calls = re.findall(r"^  rnninspect (\w+)", done.stderr, re.MULTILINE)
    assert calls == ["MODEL", "check", "diff"]
    assert set(calls[1:]) <= set(COMMANDS)
    assert max(map(len, done.stderr.splitlines())) <= 80


@pytest.mark.parametrize("command", ["inspect", "explain", "diff"])
def test_a_wrong_path_suggests_the_nearest_name(command: str) -> None:
    wrong = str(LSTM.with_name("basic_lst.onnx"))
    done = call(command, wrong, *[str(LSTM)] * (command == "diff"))
    assert done.returncode == 2
    said = f"rnninspect: {wrong}: No such file or directory; did you mean {LSTM}?\n"
    assert done.stderr == said


def test_a_name_is_suggested_in_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("models").mkdir()
    Path("models/tagger.pt").touch()
    assert hint_on("models/tager.pt") == "; did you mean models/tagger.pt?"
    assert hint_on("model") == "; did you mean models?"
    assert hint_on("./modelz/") == "; did you mean ./models?"
    for path in ("models/tagger.pt", "tagger.pt", "absent/tagger.pt", "-", "https://a/models"):
        assert hint_on(path) == ""


def test_a_word_and_a_name_may_both_be_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("checks").touch()
    assert hint_on("chec") == "; did you mean `rnninspect check` or checks?"


def test_a_hostile_name_is_suggested_escaped(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m\nb.onnx").touch()
    done = call(str(tmp_path / "a[31mb.onnx"))
    assert done.stderr.count("\n") == 1
    assert done.stderr.strip().isprintable()
    assert "did you mean" in done.stderr


def test_few_names_of_a_large_folder_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnninspect.command.hints.MOST", 3)
    for number in range(9):
        (tmp_path / f"model{number}").touch()
    seen = {path for path in tmp_path.iterdir() if str(path) in hint_on(f"{path}x")}
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("argument", "meant"), [("--verson", "--version"), ("--hlep", "--help"), ("scann", "scan")]
)
def test_a_misspelt_word_suggests_the_known_one(argument: str, meant: str) -> None:
    done = call(argument)
    assert done.returncode == 2
    assert meant in done.stderr
    assert meant in (*SUBCOMMANDS, "--version", "--help")
