"""The command as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def call(
    *arguments: str | Path, folder: Path = ROOT, text: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command at 80 columns.

    Args:
        arguments: those of the command.
        folder: the working directory.
        text: standard input.
        environment: variables beside those of the tests.
    """
    return subprocess.run(
        [sys.executable, "-m", "rnninspect", *map(str, arguments)],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80", **environment},
        cwd=folder,
        timeout=60,
    )
