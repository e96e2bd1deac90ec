"""Completion for a shell that is named, whatever shell the caller has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from making.small_models import safetensors_file

SAMPLES = Path(__file__).parents[2] / "sample_models"
PLACES = {
    "bash": ".bash_completions/rnninspect.sh",
    "zsh": ".zfunc/_rnninspect",
    "fish": ".config/fish/completions/rnninspect.fish",
}


def call(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rnninspect", *arguments]
    variables = {**os.environ, "HOME": str(home), "SHELL": "/bin/bash", "PATH": "/nowhere"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=variables, timeout=60
    )


@pytest.mark.parametrize("joint", [" ", "="])
@pytest.mark.parametrize("shell", PLACES)
def test_the_completion_of_the_named_shell_is_installed(
    shell: str, joint: str, tmp_path: Path
) -> None:
    done = call(tmp_path, *f"--install-completion{joint}{shell}".split(" "))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{shell} completion installed in {tmp_path / PLACES[shell]}")
    assert "_RNNINSPECT_COMPLETE" in (tmp_path / PLACES[shell]).read_text()
    others = set(PLACES.values()) - {PLACES[shell]}
    assert not any((tmp_path / other).exists() for other in others)


@pytest.mark.parametrize(("shell", "word"), [("zsh", "#compdef"), ("fish", "complete --command")])
def test_the_completion_of_the_named_shell_is_shown(shell: str, word: str, tmp_path: Path) -> None:
    done = call(tmp_path, "--show-completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(word)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [["tcsh"], ["zsh", "bash"], ["model.onnx"]], ids=" ".join)
@pytest.mark.parametrize("option", ["--install-completion", "--show-completion"])
def test_another_word_is_not_a_shell(option: str, words: list[str], tmp_path: Path) -> None:
    done = call(tmp_path, option, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"rnninspect: {option}: {' '.join(words)!r} is not one of"
        " bash, zsh, fish, powershell, pwsh\n"
    )
    assert not list(tmp_path.iterdir())


def test_a_missing_shell_is_one_line(tmp_path: Path) -> None:
    done = call(tmp_path, "--install-completion", "pwsh")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "pwsh" in done.stderr


def completed(words: str) -> list[str]:
    """What bash is offered for the last word of a command line."""
    last = len(words.split(" ")) - 1
    variables = {
        "_RNNINSPECT_COMPLETE": "complete_bash",
        "COMP_WORDS": f"rnninspect {words}",
        "COMP_CWORD": str(last + 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "rnninspect"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
        cwd=SAMPLES,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")[:-1] if done.stdout.strip() else []


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("rule tensor-s", ["tensor-shape"]),
        ("rule R10", [f"R10{digit}" for digit in range(1, 10)]),
        ("rule x", []),
        ("count Gated-D", ["Gated-DeltaNet"]),
        ("inspect --columns layer,stor", ["layer,stored"]),
        ("inspect --columns stored,stor", []),
        ("inspect --limit tens", ["tensors="]),
        ("inspect --format ju", ["junit"]),
        ("check --allowed-cells LSTM,UG", ["LSTM,UGRNN"]),
        (
            "check --ignore R4,R501,R502,R503,R50",
            [f"R4,R501,R502,R503,R50{digit}" for digit in range(4, 10)],
        ),
        ("check --fail-on n", ["note", "never"]),
        ("explain torch/tagger.pt rnn", ["rnn[0]", "rnn", "rnn[1]"]),
        ("explain torch/tagger.pt ", ["rnn[0]", "rnn", "rnn[1]"]),
        ("explain absent.pt ", []),
        ("explain manifest.toml ", []),
        ("explain https://127.0.0.1:9/model.onnx ", []),
        ("explain - ", []),
        ("explain ~nobody-of-this-name/model.pt ", []),
    ],
)
def test_words_of_an_argument_are_completed(words: str, offered: list[str]) -> None:
    assert completed(words) == offered


def test_no_name_of_a_file_becomes_a_command(tmp_path: Path) -> None:
    names = ("lstm", "$(touch x)", "a;ls", "`ls`", "a b", "~root", "-rf", "a\nb", "'", "a*")
    shapes = {
        f"{name}.{kind}_l0": shape
        for name in names
        for kind, shape in (("weight_ih", (8, 3)), ("weight_hh", (8, 2)))
    }
    path = safetensors_file(tmp_path / "model.safetensors", shapes)
    assert completed(f"explain {path} ") == ["lstm"]
