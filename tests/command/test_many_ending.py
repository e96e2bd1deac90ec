"""Calls over many models that are stopped, and workers that are killed under them."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parents[2] / "sample_models"
TAGGER = SAMPLES / "torch" / "tagger.pt"
COMMAND = [sys.executable, "-m", "rnninspect"]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    for number in range(1_500):
        os.link(TAGGER, folder / f"{number}.pt") if number else shutil.copy(TAGGER, folder / "0.pt")
    return folder


def started(*arguments: str | Path) -> subprocess.Popen[str]:
    """The command in a session of its own, whose processes get a signal together."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def workers_of(call: subprocess.Popen[str]) -> list[int]:
    """The numbers of its worker processes, once there are two."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = Path(f"/proc/{call.pid}/task/{call.pid}/children").read_text().split()
        if len(found) == 2:
            return [int(number) for number in found]
        time.sleep(0.01)
    raise AssertionError("no workers")


def gone(numbers: list[int]) -> bool:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        if not any(Path(f"/proc/{number}/cmdline").is_file() for number in numbers):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("together", [True, False])
def test_a_signal_ends_a_scan_with_what_is_whole(
    many: Path, number: signal.Signals, *, together: bool
) -> None:
    call = started("inspect", many, "--jobs", "2")
    numbers = workers_of(call)
    assert call.stdout is not None
    assert call.stderr is not None
    with call.stdout, call.stderr:
        assert call.stdout.read(20_000)
        os.killpg(call.pid, number) if together else call.send_signal(number)
        rest, said = call.stdout.read(), call.stderr.read()
    call.wait(timeout=30)
    word = "interrupted" if number is signal.SIGINT else "terminated"
    assert said == f"rnninspect: {word}\n"
    assert call.returncode == 128 + number
    assert rest.endswith("\n")
    assert gone(numbers)


def test_an_interrupted_scan_says_what_it_has_counted(many: Path) -> None:
    call = started("scan", *[many] * 20, "--jobs", "2", "--format", "json")
    numbers = workers_of(call)
    time.sleep(2)
    call.send_signal(signal.SIGINT)
    text, said = call.communicate(timeout=30)
    assert call.returncode == 130
    assert said.splitlines()[-1] == "rnninspect: interrupted"
    if text:
        assert "so far" in said
        assert 0 < json.loads(text)["total"]["models"] < 30_000
    assert gone(numbers)


def test_a_killed_worker_costs_at_most_one_model(many: Path) -> None:
    call = started("scan", many, "--jobs", "2", "--format", "json")
    for number in workers_of(call):
        os.kill(number, signal.SIGKILL)
    text, said = call.communicate(timeout=120)
    verdicts = json.loads(text)["total"]["verdicts"]
    assert sum(verdicts.values()) == 1_500
    assert verdicts["unreadable"] == len(said.splitlines()) <= 2
    assert all("was ended by SIGKILL" in line for line in said.splitlines())
    assert call.returncode == (2 if said else 0)


def test_a_model_that_takes_too_long_costs_itself(tmp_path: Path) -> None:
    for number in range(3):
        shutil.copy(TAGGER, tmp_path / f"{number}.pt")
    program = (
        "import sys, time, rnninspect.workers.process as p;"
        "p._PROGRAM = 'making.stuck_worker';"
        f"sys.path[:0] = [{str(Path(__file__).parents[1])!r}];"
        "from rnninspect.__main__ import main; main()"
    )
    arguments = ["scan", str(tmp_path), "--jobs", "2", "--timeout", "2", "-f", "json"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    said = f"rnninspect: {tmp_path}/1.pt: no result within 2 s; --timeout raises it\n"
    assert (done.returncode, done.stderr) == (2, said)
    assert json.loads(done.stdout)["total"]["verdicts"]["ok"] == 2


def test_progress_is_shown_on_a_terminal_alone(many: Path) -> None:
    quiet = subprocess.run(
        [*COMMAND, "scan", many, "-j", "1"], capture_output=True, text=True, check=True
    )
    assert quiet.stderr == ""
    assert _shown(many, CI="") != ""
    assert "a second" in _shown(many, CI="")
    assert _shown(many, CI="true") == ""


def _shown(many: Path, **variables: str) -> str:
    """What a scan writes to a terminal that is its standard error."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", **variables}
    with subprocess.Popen(
        [*COMMAND, "scan", str(many), "-j", "1"],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=environment,
    ):
        os.close(theirs)
        text = b""
        try:
            while piece := os.read(ours, 4096):
                text += piece
        except OSError:  # the other side is closed
            pass
    os.close(ours)
    return text.decode()
