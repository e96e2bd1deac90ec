"""An installed distribution with a reader, and the command in a process that finds it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def install(folder: Path, modules: Mapping[str, str], reader: str) -> Path:
    """Write modules, and the metadata by which a reader in one of them is found."""
    for name, code in modules.items():
        (folder / name).write_text(code)
    metadata = folder / "toy-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Name: toy\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[rnninspect.readers]\ntoy = {reader}\n")
    return folder


def call(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `rnninspect` where the folder is on the module path."""
    command = [sys.executable, "-m", "rnninspect", *map(str, arguments)]
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    variables = {**os.environ, "PYTHONPATH": path, "COLUMNS": "80"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=variables, timeout=60
    )
