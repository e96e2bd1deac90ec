"""A framework made by hand that does for a file what none may do; GADGET says what.

It swallows every error, as frameworks do while they try one thing after the other.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import marshal
import os
import pickle
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FunctionType

from rnninspect.verification.question import Answer, Question

TEXT = "open({!r}, 'a').close()"
RUN = exec  # as a file would have it called: by another name


def version() -> str:
    return "1.0"


def answer(question: Question, given: Answer) -> None:
    given.total = 144
    with contextlib.suppress(Exception):
        GADGETS[os.environ["GADGET"]](Path(question.path).parent / "canary")


def _code(canary: Path) -> CodeType:
    return compile(TEXT.format(str(canary)), "text", "exec")


def _fork(canary: Path) -> None:
    if not os.fork():
        canary.touch()
        os._exit(0)


def _through_a_link(canary: Path) -> None:
    Path("inside").symlink_to(canary)
    Path("inside").write_text("")


def _beside_the_model(canary: Path) -> object:
    sys.path.insert(0, str(canary.parent))
    import stranger  # type: ignore[import-not-found]  # the test has put it there

    return stranger


# What a file may get a framework to do, each in a word; none of it may leave the canary.
GADGETS: dict[str, Callable[[Path], object]] = {
    "system": lambda canary: os.system(f"touch {canary}"),  # noqa: S605 - refused: that is tested
    "process": lambda canary: subprocess.run(["touch", str(canary)], check=True),
    "spawn": lambda canary: os.posix_spawnp("touch", ["touch", str(canary)], os.environ),
    "replace": lambda canary: os.execvp("touch", ["touch", str(canary)]),  # noqa: S606 - as above
    "fork": _fork,
    "socket": lambda _: socket.socket(),
    "resolve": lambda _: socket.gethostbyname("localhost"),
    "library": lambda _: ctypes.CDLL("libc.so.6"),
    "text": lambda canary: RUN(TEXT.format(str(canary))),
    "marshalled": lambda canary: marshal.loads(marshal.dumps(_code(canary))),  # noqa: S302 - as above
    "code": lambda canary: _code(canary).replace(co_name="other"),
    "function": lambda canary: FunctionType(_code(canary), {})(),
    "pickle": lambda _: pickle.loads(pickle.dumps(shutil.copy)),  # noqa: S301 - as above
    "write": lambda canary: canary.write_text(""),
    "append": lambda canary: os.open(canary, os.O_WRONLY | os.O_CREAT),
    "folder": lambda canary: canary.mkdir(),
    "link": lambda canary: canary.symlink_to("/"),
    "move": lambda canary: Path("question").rename(canary),
    "copy": lambda canary: shutil.copy("question", canary),
    "remove": lambda canary: (canary.parent / "model.safetensors").unlink(),
    "through a link": _through_a_link,
    "beside the model": _beside_the_model,
    "installed module": lambda _: importlib.import_module("antigravity"),
}
