"""Runs the command over many files, each in a forked process: `driver.py ANSWERS FILE...`.

A process of its own, so that exit codes, streams, peak memory and audit events are the command's;
forked from one that has imported everything, so that hundreds of runs take little time.
"""

from __future__ import annotations

import cProfile
import io
import json
import os
import pkgutil
import resource
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path

from rnninspect.__main__ import call
from rnninspect.command import running
from rnninspect.command.ending import until_stopped
from rnninspect.inspection import inspect_file
from rnninspect.report import Report
from rnninspect.source import stores

FORMATS = ("table", "json", "markdown", "csv")
PACKAGES = (
    *("rnninspect", "rnninspect_onnx", "rnninspect_torch", "rnninspect_keras"),
    *("rnninspect_tflite", "rnninspect_ggml", "rnninspect_jax", "rnninspect_tesseract"),
    *("rnninspect_audio", "rnninspect_coreml", "rnninspect_openvino", "rnninspect_paddle"),
    "rnninspect_ncnn",
)
NOT_NEEDED = (  # typer, the frameworks, servers and other processes
    *(".__main__", ".cli", ".verification", ".judge"),
    *(".cluster", ".remote", ".results", ".workers"),
)
EXTRAS = ("zstandard", "unicodedata")  # what few files need, one of them where it is installed
WARMING = ("sound.", "prose.")
MOST_SECONDS = 60  # of CPU: ends runs that never end; not a limit that is tested
# of Python's own internals, or of this listener
QUIET = (
    *("object.", "sys._getframe", "sys.setprofile", "code.__new__", "array.__new__"),
    *("builtins.id", "gc."),
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


def answers_about(path: str, folder: Path) -> dict[str, dict[str, object]]:
    """What a run costs, opens and starts, as `watch`, and what each format prints, by its name.

    The file is read once, for the table, while everything is counted; each format is rendered in a
    process that is forked from the one that has read it.
    """
    answer = folder / "answer"

    def run() -> int:
        _bound_time(10 * MOST_SECONDS)
        vars(running)["inspect_file"] = _once(inspect_file)
        said = {"watch": asdict(_watched(path))}
        reading = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        said |= {output: _rendered(output, path, folder, reading) for output in FORMATS}
        answer.write_text(json.dumps(said, default=repr))
        return 0

    code, _ = _in_fork(run)
    if code:  # it was ended while it read, by whatever
        ended: dict[str, object] = {"code": code, "out": "", "err": "", "megabytes": 0}
        return {"watch": asdict(Seen()), **dict.fromkeys(FORMATS, ended)}
    said: dict[str, dict[str, object]] = json.loads(answer.read_text())
    answer.unlink()
    return said


def _in_fork(run: Callable[[], int]) -> tuple[int, resource.struct_rusage]:
    """The exit code of a call in a forked process, and what that has used."""
    child = os.fork()
    if not child:
        code = 70  # of a traceback; not among those of the contract
        try:
            code = run()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            if sys.exc_info()[1] is not None:
                sys.excepthook(*sys.exc_info())
            os._exit(code)
    _, status, usage = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), usage


def _once(read: Callable[..., Report]) -> Callable[..., Report]:
    """`inspect_file`, which reads each file once, and gives the answer or the error again."""
    found: dict[object, Report | Exception] = {}

    def again(path: object, *arguments: object, **options: object) -> Report:
        if path not in found:
            try:
                found[path] = read(path, *arguments, **options)
            except Exception as error:  # noqa: BLE001 - whatever it is, each format will show it
                found[path] = error
        known = found[path]
        if isinstance(known, Exception):
            raise known
        return known

    return again


def _rendered(output: str, path: str, folder: Path, reading: int) -> dict[str, object]:
    """What one format prints; `reading` is the peak in kB of the process that read the file."""
    out, err = folder / "out", folder / "err"

    def run() -> int:
        _bound_time(MOST_SECONDS)
        for stream, target in ((1, out), (2, err)):
            os.dup2(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        return call_main(path, output)

    code, usage = _in_fork(run)
    return {
        "code": code,
        "out": out.read_bytes().decode("utf-8", "backslashreplace"),
        "err": err.read_bytes().decode("utf-8", "backslashreplace"),
        "megabytes": max(reading, usage.ru_maxrss) // 1024,
    }


def _bound_time(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _watched(path: str) -> Seen:
    """What one run opens, starts and costs, counted."""
    seen = Seen()
    with redirect_stdout(io.TextIOWrapper(io.BytesIO())), redirect_stderr(io.StringIO()):
        _listen(seen)
        counter = cProfile.Profile(subcalls=False)
        counter.runcall(call_main, path, "table")
        seen.calls = sum(entry.callcount for entry in counter.getstats())
    return seen


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

    stores.File.read_at = counted  # type: ignore[method-assign]
    sys.addaudithook(hear)


def warm_up(sound: list[str]) -> None:
    """Import all modules that a reader may need, and read intact files once."""
    for extra in EXTRAS:
        with suppress(ImportError):
            import_module(extra)
    for package in map(import_module, PACKAGES):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not any(part in module.name for part in NOT_NEEDED):
                import_module(module.name)
    with redirect_stdout(io.TextIOWrapper(io.BytesIO())), redirect_stderr(io.StringIO()):
        for path in sound:
            for output in FORMATS:
                call_main(path, output)


def start(answers: str, *paths: str) -> None:
    """Write the answers about all files, a line of JSON for each: its path, and answers by label.

    None is kept: what this process holds would count as memory of each run.
    """
    warm_up([path for path in paths if Path(path).name.startswith(WARMING)])
    folder = Path(answers).parent
    with Path(answers).open("w") as file:
        for path in paths:
            print(json.dumps([path, answers_about(path, folder)]), file=file, flush=True)


if __name__ == "__main__":
    start(*sys.argv[1:])
