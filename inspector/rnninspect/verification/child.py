"""The child process: loads one framework, asks it, and writes its answer into the folder it is in.

`python -m rnninspect.verification.child MODULE` reads `question` and writes `answer`; the module
has functions `version() -> str` and `answer(question, given)`, which fills in what it finds.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sys
import warnings
from dataclasses import asdict
from functools import partial
from importlib import import_module
from pathlib import Path

from rnninspect.errors import RefusedFile
from rnninspect.verification import guard
from rnninspect.verification.question import Answer, NeedsTrust, Question

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn, Protocol

    class Judging(Protocol):
        """A module that asks a framework."""

        def version(self) -> str:
            """The framework's version."""

        def answer(self, question: Question, given: Answer) -> None:
            """Fill in what the framework says of the file."""


LONGEST_REASON = 300


def main() -> None:
    """Answer the question in the current folder."""
    question = Question.from_text(Path("question").read_text())
    _bound(question)
    warnings.simplefilter("ignore")  # what a framework warns of is its own matter
    fence = None if question.trusted else partial(_fence, question, Path.cwd())
    _write(Path.cwd(), ask(sys.argv[1], question, fence))


def ask(module: str, question: Question, fence: Callable[[Answer], None] | None = None) -> Answer:
    """What the framework says, whatever it raises; its answer may be half, and then says why.

    `fence` is called once the framework is imported, before it sees the file.
    """
    answer = Answer()
    try:
        judge = _loaded(module, answer)
        if fence is not None:
            fence(answer)
        judge.answer(question, answer)
    except _NotLoaded as error:
        answer.unfinished = one_line(error)
    except NeedsTrust as error:
        answer.untrusted = one_line(error)
    except RefusedFile as error:
        answer.unfinished = one_line(error)
    except ModuleNotFoundError as error:
        answer.unfinished = f"it needs the module {error.name}, which is not installed"
    except Exception as error:  # noqa: BLE001 - whatever it raises is its opinion of the file
        answer.refusal = one_line(error)
    return answer


class _NotLoaded(Exception):  # noqa: N818 - says nothing of the file
    """The judge or its framework cannot be imported; the text says why."""


def _loaded(module: str, answer: Answer) -> Judging:
    """The judge's module, which knows its framework's version."""
    try:
        judge: Judging = import_module(module)
        answer.version = judge.version()
    except ModuleNotFoundError:
        raise
    except Exception as error:
        reason = f"{module} cannot be loaded: {type(error).__name__}: {error}"
        raise _NotLoaded(reason) from error
    if not callable(getattr(judge, "answer", None)):
        raise _NotLoaded(f"{module} has no function answer")
    return judge


def one_line(error: BaseException) -> str:
    """The first words of an error that say something, in one line, without the child's folder."""
    own = re.compile(re.escape(str(Path.cwd())) + r"/(?:tmp\w{8}/)?")
    lines = [line.strip() for line in own.sub("", str(error)).splitlines() if line.strip()]
    text = " ".join(lines)[:LONGEST_REASON]
    return text or type(error).__name__


def _fence(question: Question, folder: Path, answer: Answer) -> None:
    """Refuse from now on what reading the file has no need of; that ends the process."""

    def refuse(what: str) -> NoReturn:
        answer.untrusted = f"loading it tried to {what}"
        _write(folder, answer)
        os._exit(0)

    guard.install(folder, Path(question.path), refuse)


def _write(folder: Path, answer: Answer) -> None:
    """Write the answer whole or not at all."""
    draft = folder / "draft"
    draft.write_text(json.dumps(asdict(answer)))
    draft.rename(folder / "answer")


def _bound(question: Question) -> None:
    """Limit this process too: an allocation may be faster than the parent's next look at it."""
    _limit(resource.RLIMIT_AS, question.address_space)
    _limit(resource.RLIMIT_FSIZE, question.largest_file)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # ends the child, and no error is swallowed
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit(kind: int, bound: int) -> None:
    _, most = resource.getrlimit(kind)
    bound = bound if most == resource.RLIM_INFINITY else min(bound, most)
    resource.setrlimit(kind, (bound, most))


if __name__ == "__main__":
    main()
