"""The child process: loads one framework, asks it, and writes its answer into the folder it is in.

`python -m rnninspect.verification.child MODULE` reads `question` and writes `answer`; the module
has functions `version() -> str` and `answer(question, given)`, which fills in what it finds.
"""

from __future__ import annotations

import json
import resource
import sys
import warnings
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from rnninspect.verification.question import Answer, NeedsTrust, Question

LONGEST_REASON = 300


def main() -> None:
    """Answer the question that lies in the current folder."""
    question = Question.from_text(Path("question").read_text())
    _bound(question.address_space)
    warnings.simplefilter("ignore")  # what a framework warns of is its own matter
    draft = Path("draft")
    draft.write_text(json.dumps(asdict(ask(sys.argv[1], question))))
    draft.rename("answer")


def ask(module: str, question: Question) -> Answer:
    """What the framework says, whatever it raises; its answer may be half, and then says why."""
    answer = Answer()
    try:
        judge = import_module(module)
        answer.version = judge.version()
        judge.answer(question, answer)
    except NeedsTrust as error:
        answer.untrusted = one_line(error)
    except ModuleNotFoundError as error:
        answer.unfinished = f"it needs the module {error.name}, which is not installed"
    except Exception as error:  # noqa: BLE001 - whatever it raises is its opinion of the file
        answer.refusal = one_line(error)
    return answer


def one_line(error: BaseException) -> str:
    """The first words of an error that say something, in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = " ".join(lines)[:LONGEST_REASON]
    return text or type(error).__name__


def _bound(address_space: int) -> None:
    """A second fence behind the parent's watch: an allocation may be faster than a look at it."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    bound = address_space if most == resource.RLIM_INFINITY else min(address_space, most)
    resource.setrlimit(resource.RLIMIT_AS, (bound, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
