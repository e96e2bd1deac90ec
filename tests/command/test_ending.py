"""The command stopped by a signal, without a reader, or with input that changes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parents[2] / "sample_models"
GOOD = SAMPLES / "onnx" / "basic_lstm.onnx"
COMMAND = [sys.executable, "-m", "rnninspect"]
MANY = [
    f"{GOOD.parent}/{'./' * i}{GOOD.name}" for i in range(80)
]  # more JSON than fits into a pipe
SIGNALS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}

ENDING = (*SIGNALS, signal.SIGHUP)


@pytest.fixture(autouse=True)
def _signals_are_heard() -> Iterator[None]:
    """What runs the tests in the background may ignore signals, and a child would as well."""
    ignored = [number for number in ENDING if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.default_int_handler)  # a child that is started has the default
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


def run_with(preparation: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process where these lines of Python ran before it."""
    lines = f"import os, signal\n{preparation}\nfrom rnninspect.__main__ import main\nmain()"
    return subprocess.run(
        [sys.executable, "-c", lines, *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("command", ["inspect", "check"])
def test_a_signal_while_it_prints_is_one_line_and_a_code(
    command: str, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [*COMMAND, command, *MANY, "--format", "json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    assert process.stderr
    process.stdout.read(1)  # it prints, and waits for whoever reads on
    process.send_signal(number)
    assert process.stderr.read() == f"rnninspect: {SIGNALS[number]}\n".encode()
    assert process.wait(60) == 128 + number
    process.stdout.close()
    process.stderr.close()


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_while_it_reads_is_one_line_and_a_code(number: signal.Signals) -> None:
    raised = f"os.pread = lambda *_: os.kill(os.getpid(), {int(number)})"
    done = run_with(raised, GOOD)
    assert (done.returncode, done.stdout) == (128 + number, "")
    assert done.stderr == f"rnninspect: {SIGNALS[number]}\n"


AT_THE_SECOND_FILE = (
    "from rnninspect.command import running as command\n"
    "true = command.inspect_file\n"
    "def fake(path, *more, **words):\n"
    "    if path.endswith('second'):\n"
    "        os.kill(os.getpid(), signal.SIGTERM)\n"
    "    return true(path, *more, **words)\n"
    "command.inspect_file = fake"
)


def test_a_signal_between_files_leaves_whole_reports_on_standard_output(tmp_path: Path) -> None:
    done = run_with(AT_THE_SECOND_FILE, GOOD, tmp_path / "second")
    alone = subprocess.run([*COMMAND, GOOD], capture_output=True, text=True, check=True).stdout
    assert (done.returncode, done.stderr) == (143, "rnninspect: terminated\n")
    assert done.stdout
    assert alone.startswith(done.stdout)  # what the letters mean is said at the end
    assert done.stdout.endswith("understood\n")


def test_a_signal_between_files_leaves_no_half_document(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    words: list[str | Path] = ["--format", "json", "-o", target]
    done = run_with(AT_THE_SECOND_FILE, GOOD, tmp_path / "second", *words)
    assert (done.returncode, done.stdout) == (143, "")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("moment", ["fsync", "replace", "open"])
def test_a_signal_while_it_writes_keeps_the_old_file(
    moment: str, number: signal.Signals, tmp_path: Path
) -> None:
    target = tmp_path / "report.txt"
    target.write_text("old")
    raised = (
        f"true = os.{moment}\n"
        f"def fake(name, *more, **words):\n"
        f"    value = None if '{moment}' == 'replace' else true(name, *more, **words)\n"
        f"    if '{moment}' != 'open' or '.rnninspect-' in str(name):\n"
        f"        os.kill(os.getpid(), {int(number)})\n"
        f"    return value\n"
        f"os.{moment} = fake"
    )
    done = run_with(raised, "check", GOOD, "-o", target)
    assert done.returncode == 128 + number
    assert done.stderr == f"rnninspect: {SIGNALS[number]}\n"
    assert (target.read_text(), list(tmp_path.iterdir())) == ("old", [target])


def test_a_second_signal_does_not_interrupt_the_cleaning_up(tmp_path: Path) -> None:
    twice = (
        "from pathlib import Path\n"
        "true = Path.unlink\n"
        "def fake(path, **words):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    true(path, **words)\n"
        "Path.unlink = fake\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGINT)"
    )
    done = run_with(twice, GOOD, "-o", tmp_path / "report.txt")
    assert (done.returncode, done.stderr) == (130, "rnninspect: interrupted\n")
    assert not list(tmp_path.iterdir())


def test_a_signal_that_the_caller_ignores_is_ignored() -> None:
    ignored = (
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "true = os.pread\n"
        "os.pread = lambda *those: (os.kill(os.getpid(), signal.SIGINT), true(*those))[1]"
    )
    assert run_with(ignored, GOOD).returncode == 0


@pytest.mark.frameworks
def test_a_signal_ends_the_framework_that_verify_has_asked(tmp_path: Path) -> None:
    asked = (
        "from rnninspect.verification import process\n"
        "true = process.subprocess.Popen\n"
        f"def fake(command, **words):\n"
        f"    child = true([*command[:1], '-c', 'import time; time.sleep(600)'], **words)\n"
        f"    open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid))\n"
        f"    return child\n"
        "process.subprocess.Popen = fake\n"
        "process.time.sleep = lambda _: os.kill(os.getpid(), signal.SIGTERM)"
    )
    done = run_with(asked, "verify", GOOD)
    assert (done.returncode, done.stderr) == (143, "rnninspect: terminated\n")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "child").read_text()), 0)


def in_bash(line: str) -> subprocess.CompletedProcess[str]:
    command = " ".join(COMMAND)
    return subprocess.run(
        ["bash", "-c", line.replace("RNNINSPECT", command).replace("GOOD", str(GOOD))],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"RNNINSPECT {' '.join(MANY)} --format json | head -c 1", 0),
        ("RNNINSPECT check GOOD GOOD --format json | true", 0),
        ("RNNINSPECT GOOD nothing | true", 2),
        ("RNNINSPECT nothing 2>&1 >/dev/null | true", 2),
        ("RNNINSPECT check nothing 2>&1 >/dev/null | true", 2),
    ],
)
def test_a_pipe_that_is_closed_leaves_the_code_as_it_was(line: str, code: int) -> None:
    done = in_bash(f"{line}; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "ignored" not in done.stderr


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("RNNINSPECT GOOD > /dev/full", "standard output: No space left on device"),
        (f"RNNINSPECT {' '.join(MANY)} --format json > /dev/full",
         "standard output: No space left on device"),
        ("RNNINSPECT GOOD >&-", "standard output: it is closed"),
    ],
    ids=lambda text: text.split(" ", 1)[1][-20:],
)  # fmt: skip
def test_a_full_disk_is_one_line_and_exit_2(line: str, reason: str) -> None:
    done = in_bash(line)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"rnninspect: {reason}\n"


@pytest.mark.parametrize(
    "words",
    ["explain GOOD", "card GOOD", "diff GOOD GOOD", "count lstm --input-size 1 --hidden-size 1",
     "rules", "rule R101", "readers", "cells", "--version", "--help", "check --help"],
)  # fmt: skip
def test_a_command_that_cannot_print_fails(words: str) -> None:
    done = in_bash(f"RNNINSPECT {words} > /dev/full")
    assert done.returncode == 2
    assert done.stderr == "rnninspect: standard output: No space left on device\n"


@pytest.mark.parametrize("command", ["inspect", "check"])
def test_a_job_summary_that_cannot_be_written_is_exit_2(command: str) -> None:
    done = in_bash(f"GITHUB_STEP_SUMMARY=/dev/full RNNINSPECT {command} GOOD --format github")
    assert done.returncode == 2
    assert done.stderr == "rnninspect: /dev/full: No space left on device\n"


def test_with_both_streams_closed_the_exit_code_is_right() -> None:
    assert in_bash("RNNINSPECT nothing >&- 2>&-").returncode == 2


@pytest.mark.parametrize("before", [None, "old"])
def test_a_disk_that_fills_up_leaves_no_half_file(before: str | None, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    if before:
        target.write_text(before)
    files = [target] if before else []
    done = in_bash(f"ulimit -f 4; RNNINSPECT {' '.join(MANY)} --format json -o {target}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"rnninspect: {target}: File too large\n"
    assert list(tmp_path.iterdir()) == files
    assert not before or target.read_text() == before


@pytest.mark.parametrize("change", ["truncate(40)", "truncate(10**6)", "write(b'x')"])
@pytest.mark.parametrize("name", ["onnx/basic_lstm.onnx", "torch/tagger.pt",
                                  "keras/bidirectional.keras"])  # fmt: skip
def test_a_file_that_changes_while_it_is_read_is_not_reported(
    name: str, change: str, tmp_path: Path
) -> None:
    path = tmp_path / Path(name).name
    path.write_bytes((SAMPLES / name).read_bytes())
    os.utime(path, (0, 0))
    meanwhile = (
        f"true = os.pread\n"
        f"def fake(*those):\n"
        f"    data = true(*those)\n"
        f"    with open({str(path)!r}, 'r+b') as file:\n"
        f"        file.{change}\n"
        f"    return data\n"
        f"os.pread = fake"
    )
    done = run_with(meanwhile, path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"rnninspect: {path}: the file changed while it was read\n"


def test_external_data_that_changes_while_it_is_read_is_not_reported(tmp_path: Path) -> None:
    model, data = (SAMPLES / "onnx" / f"external_lstm.onnx{end}" for end in ("", ".data"))
    for path in (model, data):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    meanwhile = (
        "true = os.stat\n"
        "def fake(path, **words):\n"
        "    status = true(path, **words)\n"
        "    if str(path).endswith('.data'):\n"
        "        os.truncate(path, status.st_size + 1)\n"
        "    return status\n"
        "os.stat = fake"
    )
    done = run_with(meanwhile, tmp_path / model.name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(f"{model.name}: {data.name} changed while it was read\n")


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_what_fails_while_a_signal_ends_the_call_is_not_told(number: signal.Signals) -> None:
    program = f"""
import os, sys
from rnninspect.command.ending import until_stopped
def call():
    try:
        os.kill(os.getpid(), {int(number)})
    finally:
        raise ValueError("a connection is lost")
sys.exit(until_stopped(call))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (128 + number, f"rnninspect: {SIGNALS[number]}\n")
