"""Asks a judge about many files in one guarded process; prints what was not asked, and why.

`python guarded_samples.py MODULE FILE...` in an empty folder, which it may write to.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from pathlib import Path

from rnninspect import inspect_file
from rnninspect.verification import guard
from rnninspect.verification.asking import question_on
from rnninspect.verification.child import ask
from rnninspect.verification.opinion import Bounds


def main(module: str, *paths: str) -> None:
    warnings.simplefilter("ignore")
    questions = [question_on(inspect_file(path), Bounds(), trusted=False) for path in paths]
    import_module(module).version()
    refused: list[str] = []
    guard.install(Path.cwd(), Path("/model"), refused.append)  # type: ignore[arg-type]  # goes on
    for question in questions:
        given = ask(module, question)
        for reason in (given.untrusted, given.unfinished, given.refusal, *refused):
            if reason:
                print(f"{question.path}: {reason}")  # noqa: T201 - for the test that started it
        refused.clear()


if __name__ == "__main__":
    main(*sys.argv[1:])
