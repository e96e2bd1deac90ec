"""Runs the command over the hostile corpus by its driver, for the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from hostile.corpus import CORPUS
from hostile.entry import MARKERS

DRIVER = Path(__file__).parent / "driver.py"
Answers = dict[str, dict[str, dict[str, object]]]


def drive(corpus: Path, folder: Path) -> Answers:
    """What the driver answers for each file of the corpus, by name and then by format."""
    answers = folder / "answers.json"
    paths = [str(corpus / name) for name in CORPUS]
    command = [sys.executable, str(DRIVER), str(answers), *paths]
    environment = {**os.environ, "COLUMNS": "100", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(command, check=True, env=environment, timeout=3_600, cwd=DRIVER.parent)
    said = dict(map(json.loads, answers.read_text().splitlines()))
    return {name: said[str(corpus / name)] for name in CORPUS}


def nothing_is_left(corpus: Path) -> bool:
    """Whether no file of the corpus has left one of the marks that its code would leave."""
    marks = [*(corpus / MARKERS).iterdir(), *corpus.parent.rglob("escape")]
    return marks == []
