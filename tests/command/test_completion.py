"""Completion for a shell that is named, whatever shell the caller has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
