"""Runs the child process that loads a framework: bounded, its output kept, its crash a result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from json import JSONDecodeError, loads
from pathlib import Path
from tempfile import TemporaryDirectory

from rnninspect.verification.question import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.plugin import Judge
    from rnninspect.verification.opinion import Bounds
    from rnninspect.verification.question import Question

PAUSE = 0.05  # seconds between two looks at the child
LONGEST_TAIL = 2_000
GIGABYTE = 2**30
HOME = Path(__file__).resolve().parents[2]  # the folder from which rnninspect itself is imported
SETTINGS = {
    "CUDA_VISIBLE_DEVICES": "-1",  # on the processor alone
    "PYTHONSAFEPATH": "1",
    "PYTHONUTF8": "1",  # a folder's config.json is read as what was looked through
}
KEPT_OF_PYTHON = ("PYTHONHOME", "PYTHONNOUSERSITE", "PYTHONUSERBASE")


def run_child(
    judge: Judge, question: Question, bounds: Bounds, report: Callable[[int], None]
) -> Answer:
    """Ask in a new process, in an empty folder that is gone afterwards."""
    with TemporaryDirectory(prefix="rnninspect-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "question").write_text(question.as_text())
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - this very Python, on a module of ours
                [sys.executable, "-P", "-m", "rnninspect.verification.child", judge.module],
                cwd=folder,
                env=environment(judge, folder, question.path),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                unfinished = _watch(process, bounds, report)
            finally:
                _end(process)
        if process.returncode == -signal.SIGXFSZ:
            megabytes = question.largest_file / 2**20
            unfinished = f"it wrote more than {megabytes:,.0f} MB; --limit expansion=N raises it"
        return _answer(folder, process.returncode, unfinished)


def environment(judge: Judge, own: Path, model: str) -> dict[str, str]:
    """The variables of the child, and a module path without the model's folder or our own.

    Either folder may be a stranger's, whose modules must not be imported.
    """
    asked = dict(judge.environment)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in asked and (name[:6] != "PYTHON" or name in KEPT_OF_PYTHON)
    }
    place = Path(model)
    foreign = {Path.cwd().resolve(), place, place.parent} - {HOME}
    paths = [path for path in sys.path if Path(path).is_dir() and Path(path).is_absolute()]
    known = os.pathsep.join(path for path in paths if Path(path).resolve() not in foreign)
    given = {name: value for name, value in asked.items() if value is not None}
    return kept | given | SETTINGS | {"PYTHONPATH": known, "TMPDIR": str(own)}


def _watch(process: subprocess.Popen[bytes], bounds: Bounds, report: Callable[[int], None]) -> str:
    """Wait for the end of the child; the bound that it passed, if any."""
    start, reported = time.monotonic(), 0
    while process.poll() is None:
        spent = time.monotonic() - start
        if spent > bounds.seconds:
            return f"no answer within {bounds.seconds:g} s; --timeout raises it"
        if _memory_of(process.pid) > bounds.memory:
            return f"it took more than {bounds.memory / GIGABYTE:g} GB; --memory raises it"
        if int(spent) > reported:
            reported = int(spent)
            report(reported)
        time.sleep(PAUSE)
    return ""


def _memory_of(process: int) -> int:
    """Bytes that a process keeps in memory; 0 if the system has no /proc."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text().split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the child with all that it has started, if it still runs."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _answer(folder: Path, code: int, unfinished: str) -> Answer:
    if unfinished:
        return Answer(unfinished=unfinished)
    try:
        return Answer(**loads((folder / "answer").read_text()))
    except (OSError, JSONDecodeError, TypeError):
        return Answer(refusal=_death(code, _tail(folder / "output")))


def _death(code: int, tail: str) -> str:
    end = f"its process was ended by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
    return f"{end}: {tail}" if tail else end


def _tail(path: Path) -> str:
    """The last line that the child printed."""
    data = path.read_bytes()[-LONGEST_TAIL:].decode(errors="replace")
    lines = [line.strip() for line in data.splitlines() if line.strip()]
    return lines[-1] if lines else ""
