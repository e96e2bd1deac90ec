"""Refuses, in the child, what no framework needs in order to read a file that is not trusted.

A second line of defence after what is decided before a file is loaded: an audit hook (PEP 578),
set once the framework is imported. It can't be taken away again, and no `except` sees what it
refuses. What TensorFlow or torch do in native code is not heard by it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any, NoReturn

    Refuse = Callable[[str], NoReturn]

RUNNING = frozenset(
    {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.kill"}
    | {"subprocess.Popen", "pty.spawn", "webbrowser.open", "ctypes.dlopen", "resource.setrlimit"}
    | {"code.__new__", "function.__new__", "pickle.find_class"}
)
NETWORK = ("socket.", "urllib.", "http.client.", "ftplib.", "smtplib.", "poplib.", "imaplib.")
# What changes files: which of its arguments are paths, and which the folder's descriptor, if any.
CHANGING: dict[str, tuple[tuple[int, ...], int | None]] = {
    "os.chmod": ((0,), 2),
    "os.chown": ((0,), 3),
    "os.link": ((0, 1), None),
    "os.mkdir": ((0,), 2),
    "os.remove": ((0,), 1),
    "os.rename": ((0, 1), None),
    "os.rmdir": ((0,), 1),
    "os.symlink": ((1,), 2),
    "os.truncate": ((0,), None),
    "os.utime": ((0,), 3),
}
FOLLOWING = ("os.chmod", "os.chown", "os.truncate", "os.utime")  # they change what a link leads to
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# A function that means to run text has one of these names in its code; one that calls whatever a
# file has given to it has not.
RUNNERS = {"exec": {"exec", "eval"}, "compile": {"compile", "exec", "eval"}}
IMPORTING = "<frozen importlib"


def install(own: Path, model: Path, refuse: Refuse) -> None:
    """Refuse from now on to run, to connect, and to write outside of the folder `own`.

    `refuse` hears what was refused, and ends the process; `model` is the path of the file.
    """
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, _Imports(refuse))
    sys.addaudithook(_Guard(own, model, refuse))


class _Guard:
    """The hook; it is called with each event and its arguments."""

    def __init__(self, own: Path, model: Path, refuse: Refuse) -> None:
        self.own, self.folder = own.resolve(), str(model.resolve().parent)
        self.refuse = refuse
        known = (*(path for path in sys.path if path), str(Path(os.__file__).parent))
        self.code = tuple(f"{path.rstrip('/')}/" for path in known)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            self._open(arguments[0], arguments[2])
        elif event in RUNNERS:
            self._run(event, arguments, sys._getframe(1))  # noqa: SLF001 - whose call it is
        elif event == "marshal.loads":
            caller = sys._getframe(1)  # noqa: SLF001 - as above
            if not caller.f_code.co_filename.startswith(IMPORTING):
                self.refuse("unpack code from the file")
        elif event in RUNNING or event.startswith(NETWORK):
            self.refuse(f"call {event}")
        elif event in CHANGING:
            self._change(event, arguments)

    def _open(self, path: object, flags: object) -> None:
        writes = isinstance(flags, int) and flags & WRITING
        if writes and isinstance(path, str | bytes | os.PathLike):
            place = Path(os.fsdecode(path))
            if place != Path(os.devnull) and not self._is_own(place.resolve()):
                self.refuse(f"write to {place}")

    def _change(self, event: str, arguments: tuple[Any, ...]) -> None:
        paths, at = CHANGING[event]
        folder = _folder_of(-1 if at is None else arguments[at])
        for number in paths:
            path = arguments[number]
            if folder is None or isinstance(path, int):
                continue
            place = folder / os.fsdecode(path)
            if not self._is_own(place.resolve() if event in FOLLOWING else place.parent.resolve()):
                self.refuse(f"call {event} on {place}")

    def _is_own(self, place: Path) -> bool:
        return place == self.own or self.own in place.parents

    def _run(self, event: str, arguments: tuple[Any, ...], caller: FrameType) -> None:
        """Text and code run only at the wish of Python's import, or of an installed function."""
        if str(Path(_name_of(event, arguments)).parent) == self.folder:
            self.refuse("run code from the folder of the file")
        code = caller.f_code
        if not (code.co_filename.startswith(IMPORTING) or self._means_to(event, code)):
            self.refuse(f"{event} code")

    def _means_to(self, event: str, code: CodeType) -> bool:
        names = {*code.co_names, *code.co_freevars}
        return code.co_filename.startswith(self.code) and bool(RUNNERS[event] & names)


class _Imports:
    """Refuses to import by a computed name what has not been imported before."""

    def __init__(self, refuse: Refuse) -> None:
        self.refuse = refuse

    def find_spec(self, name: str, *_: object) -> None:
        """Nothing, as a finder that knows of no module; or the end of the process."""
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - whose import it is
        while frame is not None and frame.f_code.co_filename.startswith(IMPORTING):
            frame = frame.f_back
        by_name = frame is not None and frame.f_code.co_name == "import_module"
        if by_name and name.partition(".")[0] not in sys.modules:
            self.refuse(f"import {name}")


def _folder_of(descriptor: int | None) -> Path | None:
    """The folder that a path is relative to; None where the system does not say."""
    if descriptor in (-1, None):
        return Path.cwd()
    try:
        return Path(f"/proc/self/fd/{descriptor}").readlink()
    except OSError:
        return None


def _name_of(event: str, arguments: tuple[Any, ...]) -> str:
    """The file that text or code says it is from."""
    name = arguments[1] if event == "compile" else getattr(arguments[0], "co_filename", "")
    return os.fsdecode(name) if isinstance(name, str | bytes) else ""
