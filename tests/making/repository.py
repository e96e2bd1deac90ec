"""A repository with three models, a policy and a baseline, and `rnninspect check` run in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from making.small_models import lstm_file

POLICY = """
[tool.rnninspect]
max-parameters = "1k"
max-file-bytes = "8 kB"
max-hidden-size = 16
allowed-cells = ["LSTM", "GRU"]
min-coverage = "100%"
max-growth = "2%"
baseline = "rnninspect.lock"

[[tool.rnninspect.overrides]]
files = ["models/big*"]
max-parameters = "2k"
"""
SCREEN = 24  # lines of a terminal


def make_repository(folder: Path) -> Path:
    """Three models of 144, 480 and 1,248 parameters that keep to the policy and the baseline."""
    (folder / "pyproject.toml").write_text(POLICY)
    lstm_file(folder / "models" / "small.safetensors", 3, 4)
    lstm_file(folder / "models" / "middle.safetensors", 5, 8)
    lstm_file(folder / "models" / "big.safetensors", 12, 12)
    assert check(folder, "--update-baseline").returncode == 0
    return folder


def check(
    folder: Path,
    *arguments: str | Path,
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Check all models of the repository, as a shell's glob names them, or those that are given."""
    given = list(map(str, arguments))
    if not any(argument.startswith("models/") or "/models/" in argument for argument in given):
        given += [f"models/{path.name}" for path in sorted((folder / "models").iterdir())]
    command = [sys.executable, "-m", "rnninspect", "check", *given]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    environment = {**kept, "COLUMNS": "80", **(variables or {})}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=cwd or folder
    )


def screen(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What is seen without scrolling."""
    return done.stdout.splitlines()[:SCREEN]
