"""Runs the command over many files, each in a forked process: `driver.py MODE ANSWERS FILE...`.

A process of its own, so that exit codes, streams, peak memory and audit events are the command's;
forked from one that has imported everything, so that hundreds of runs take seconds. MODE is
`streams`, every format once, or `watch`, the table once with everything counted.
"""

from __future__ import annotations

import io
import json
import os
import pkgutil
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path

from rnninspect.__main__ import call
from rnninspect.command.ending import until_stopped
from rnninspect.source import stores

FORMATS = ("table", "json", "markdown", "csv")
PACKAGES = (
    *("rnninspect", "rnninspect_onnx", "rnninspect_torch", "rnninspect_keras"),
    "rnninspect_tflite",
)
NOT_NEEDED = (".__main__", ".cli", ".verification", ".judge")  # typer and the frameworks
WARMING = ("sound.", "prose.")
MOST_SECONDS = 60  # of CPU: ends runs that never end; not a limit that is tested
QUIET = (  # about Python's own inside, or this listener's
    *("object.", "sys._getframe", "sys.setprofile", "code.__new__", "builtins.id", "gc."),
)


@dataclass(slots=True)
class Seen:
    """What one run did: calls of functions, bytes read of models, audit events."""

    calls: int = 0
    read: int = 0
    opened: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)


def call_main(path: str, output: str) -> int:
    """The command in this process; the exit code that it would end with."""
    sys.argv = ["rnninspect", path, "--format", output]
    return until_stopped(call)


def streams(output: str, path: str, folder: Path) -> dict[str, object]:
    """Exit code, standard output and standard error, and the peak of memory in megabytes."""
    out, err = folder / "out", folder / "err"
    child = os.fork()
    if not child:
        for stream, target in ((1, out), (2, err)):
            os.dup2(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        code = 70  # of a traceback; not among those of the contract
        try:
            code = call_main(path, output)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            if sys.exc_info()[1] is not None:
                sys.excepthook(*sys.exc_info())
            os._exit(code)
    _, status, usage = os.wait4(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "out": out.read_bytes().decode("utf-8", "backslashreplace"),
        "err": err.read_bytes().decode("utf-8", "backslashreplace"),
        "megabytes": usage.ru_maxrss // 1024,
    }


def watch(path: str, folder: Path) -> dict[str, object]:
    """What one run opens, starts and costs, counted."""
    answer = folder / "seen"
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (10 * MOST_SECONDS, 10 * MOST_SECONDS))
        seen = Seen()
        with redirect_stdout(io.TextIOWrapper(io.BytesIO())), redirect_stderr(io.StringIO()):
            _listen(seen)
            call_main(path, "table")
            sys.setprofile(None)
        heard = asdict(seen)
        answer.write_text(json.dumps(heard, default=repr))
        os._exit(0)
    os.waitpid(child, 0)
    said: dict[str, object] = json.loads(answer.read_text())
    answer.unlink()
    return said


def _listen(seen: Seen) -> None:
    read_at = stores.File.read_at

    def counted(self: stores.File, offset: int, length: int) -> bytes:
        data = read_at(self, offset, length)
        seen.read += len(data)
        return data

    def hear(event: str, args: tuple[object, ...]) -> None:
        if event == "open":
            seen.opened.append(os.fsdecode(args[0]) if isinstance(args[0], str | bytes) else "?")
        elif event in ("os.listdir", "os.scandir"):
            seen.listed.append(str(args[0]))
        elif not event.startswith(QUIET):
            seen.events.append(f"{event} {args!r}"[:200])

    def count(_frame: object, event: str, _argument: object) -> None:
        if event in ("call", "c_call"):
            seen.calls += 1

    stores.File.read_at = counted  # type: ignore[method-assign]
    sys.addaudithook(hear)
    sys.setprofile(count)


def warm_up(sound: list[str]) -> None:
    """Import all modules that a reader may need, and read intact files once."""
    for package in map(import_module, PACKAGES):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in module.name for part in NOT_NEEDED):
                import_module(module.name)
    with redirect_stdout(io.TextIOWrapper(io.BytesIO())), redirect_stderr(io.StringIO()):
        for path in sound:
            for output in FORMATS:
                call_main(path, output)


def runs(mode: str) -> Iterator[tuple[str, Callable[[str, Path], dict[str, object]]]]:
    """The runs of a mode by their labels."""
    if mode == "watch":
        yield "watch", watch
        return
    for output in FORMATS:
        yield output, partial(streams, output)


def start(mode: str, answers: str, *paths: str) -> None:
    """Write the answers of all runs over all files as JSON: path, label, answer."""
    warm_up([path for path in paths if Path(path).name.startswith(WARMING)])
    folder, said = Path(answers).parent, {}
    for path in paths:
        said[path] = {label: run(path, folder) for label, run in runs(mode)}
    Path(answers).write_text(json.dumps(said))


if __name__ == "__main__":
    start(*sys.argv[1:])
