"""Runs the examples of documents, and refuses one that prints something else.

Usage: examples.py DOCUMENT...

Call it from the folder that the commands are for. It leaves out what needs a framework (`verify`,
and `python -c`), which tests/architecture/test_documents.py runs, and pre-commit, which
tests/command/test_hooks.py runs. To write what is printed into the documents:
`pytest --renew-golden tests/architecture/test_documents.py`.
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
    """0 if every example prints the output shown, and there is one."""
    documents = sys.argv[1:]
    examples = wrong = 0
    for document in documents:
        for command, shown in EXAMPLE.findall(Path(document).read_text(encoding="utf-8")):
            if command.startswith(ELSEWHERE):
                continue
            examples += 1
            printed = output_of(command)
            if printed != shown:
                wrong += 1
                print(f"{document}: $ {command}\n{printed}")
    print(f"{examples} examples in {len(documents)} documents, {wrong} wrong")
    return 1 if wrong or not examples else 0


def output_of(command: str) -> str:
    """What a command prints on both streams."""
    done = subprocess.run(
        command.split(), env={**os.environ, "COLUMNS": "80", "NO_COLOR": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
