"""Runs the README's examples, and refuses one that prints something else.

Usage: examples.py README

Left out are those that need a framework (`verify`, and `python -c`, which
tests/architecture/test_documents.py runs), and pre-commit's, which is run by
tests/command/test_action.py.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

EXAMPLE = re.compile(r"^```console\n\$ (.*)\n((?:.*\n)*?)^```$", re.MULTILINE)
ELSEWHERE = ("rnninspect verify ", "python -c ", "pre-commit ")


def main() -> int:
    """0 if every example prints the output shown."""
    readme = Path(sys.argv[1]).resolve()
    examples = EXAMPLE.findall(readme.read_text(encoding="utf-8"))
    wrong = 0
    for command, shown in examples:
        if command.startswith(ELSEWHERE):
            continue
        done = subprocess.run(
            command.split(), cwd=readme.parent, env={**os.environ, "COLUMNS": "80"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if done.stdout != shown:
            wrong += 1
            print(f"$ {command}\n{done.stdout}")
    print(f"{len(examples)} examples, {wrong} wrong")
    return 1 if wrong or not examples else 0


if __name__ == "__main__":
    sys.exit(main())
