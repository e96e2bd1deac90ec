"""Runs the command over many files, each in a forked process: `driver.py MODE ANSWERS FILE...`.

A process of its own, so that exit codes, streams, peak memory and audit events are the command's;
forked from one that has imported everything, so that hundreds of runs take seconds. MODE is
`streams`, every format once, or `watch`, the table once with everything counted. For `streams` a
file is read once, and a process for each format is forked from the one that has read it.
"""

from __future__ import annotations

import cProfile
import gc
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


def streams(path: str, folder: Path) -> dict[str, dict[str, object]]:
    """For each format exit code, standard output and error, and the peak of memory in megabytes."""
    answer = folder / "streams"
    child = os.fork()
    if not child:
        _bound_time(MOST_SECONDS)
        gc.disable()  # as a call does before it reads
        vars(running)["inspect_file"] = _once(inspect_file, path)
        reading = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        rendered = {output: _rendered(output, path, folder, reading) for output in FORMATS}
        answer.write_text(json.dumps(rendered))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:  # it was ended while it read, by whatever
        ended = {"code": os.waitstatus_to_exitcode(status), "out": "", "err": "", "megabytes": 0}
        return dict.fromkeys(FORMATS, ended)
    said: dict[str, dict[str, object]] = json.loads(answer.read_text())
    answer.unlink()
    return said


def _once(read: Callable[..., Report], path: str) -> Callable[..., Report]:
    """`inspect_file`, called now for this path; from then on its answer, or its error, again."""
    try:
        report = read(path)
    except Exception as error:  # noqa: BLE001 - whatever it is, each format will show it
        found: Report | Exception = error
    else:
        found = report

    def again(*_arguments: object, **_options: object) -> Report:
        if isinstance(found, Exception):
            raise found
        return found

    return again


def _rendered(output: str, path: str, folder: Path, reading: int) -> dict[str, object]:
    """What one format prints; `reading` is the peak in kB of the process that read it."""
    out, err = folder / "out", folder / "err"
    child = os.fork()
    if not child:
        for stream, target in ((1, out), (2, err)):
            os.dup2(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
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
        "megabytes": max(reading, usage.ru_maxrss) // 1024,
    }


def _bound_time(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def watch(path: str, folder: Path) -> dict[str, dict[str, object]]:
    """What one run opens, starts and costs, counted."""
    answer = folder / "seen"
    child = os.fork()
    if not child:
        _bound_time(10 * MOST_SECONDS)
        seen = Seen()
        with redirect_stdout(io.TextIOWrapper(io.BytesIO())), redirect_stderr(io.StringIO()):
            _listen(seen)
            counter = cProfile.Profile(subcalls=False)
            counter.runcall(call_main, path, "table")
            seen.calls = sum(entry.callcount for entry in counter.getstats())
        heard = asdict(seen)
        answer.write_text(json.dumps(heard, default=repr))
        os._exit(0)
    os.waitpid(child, 0)
    said: dict[str, object] = json.loads(answer.read_text())
    answer.unlink()
    return {"watch": said}


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


MODES = {"streams": streams, "watch": watch}


def start(mode: str, answers: str, *paths: str) -> None:
    """Write the answers of all runs over all files as JSON: path, label, answer."""
    warm_up([path for path in paths if Path(path).name.startswith(WARMING)])
    run, folder = MODES[mode], Path(answers).parent
    Path(answers).write_text(json.dumps({path: run(path, folder) for path in paths}))


if __name__ == "__main__":
    start(*sys.argv[1:])
