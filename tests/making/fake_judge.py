"""A framework made by hand for the tests of `verify`: a word says how it behaves.

The word stands in the variable FAKE_JUDGE, or else it is what the file holds.
"""

from __future__ import annotations

import ctypes
import os
import time
from pathlib import Path

from rnninspect.verification.question import Answer, NeedsTrust, Question


def version() -> str:
    return "1.0"


def answer(question: Question, given: Answer) -> None:
    word = os.environ.get("FAKE_JUDGE") or Path(question.path).read_text()
    print("the framework talks")  # noqa: T201 - it must not reach the report
    match word:
        case "crash":
            print("about to fall", flush=True)  # noqa: T201 - the last words of a crash
            ctypes.string_at(0)
        case "import":
            raise ModuleNotFoundError("No module named 'theirs'", name="theirs")
        case "raise":
            raise ValueError("first line\nsecond line")
        case "sleep":
            time.sleep(60)
        case "eat":
            eaten = bytearray(b"x") * (400 * 2**20)
            time.sleep(60 + len(eaten) * 0)
        case "write":
            Path("much").write_bytes(b"x" * (100 * 2**20))
        case "modules":
            import wave  # of the standard library, and nobody else imports it

            given.refusal = wave.__file__
        case "code":
            if not question.trusted:
                raise NeedsTrust("it would run something")
            given.total = 1
        case _:
            given.counts = {part.name: int(word) for part in question.parts}
            given.total, given.everything = int(word), True
