"""`rnninspect verify` as it is called: exit codes, both streams, formats, progress on a terminal.

A framework made by hand answers in place of torch; see fake_judge.py.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from making.small_models import lstm_file
from rnninspect.cli import app
from rnninspect.plugin import Judge
from rnninspect.verification import asking

pytestmark = pytest.mark.slow

FAKE = Judge("fake", "making.fake_judge", ("json",), "torch")
COUNT = 144  # of small_models.lstm_file
CODE = """
import sys
from rnninspect.cli import start
from rnninspect.plugin import Judge
from rnninspect.verification import asking
asking.judges_of = lambda report: (Judge("fake", "making.fake_judge", ("json",), "torch"),)
start(sys.argv[1:])
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(asking, "judges_of", lambda _: (FAKE,))
    return lstm_file(tmp_path / "model.safetensors")


def verify(model: Path, word: str, *options: str) -> Result:
    arguments = ["verify", str(model), *options]
    return CliRunner().invoke(app, arguments, env={"FAKE_JUDGE": word})


@pytest.mark.parametrize(
    ("word", "code", "words"),
    [
        (str(COUNT), 0, "fake 1.0 counts 144 elements in all stored arrays: agree"),
        ("99", 1, "fake 1.0 counts 99 elements in all stored arrays: disagree"),
        ("raise", 1, "fake 1.0 refuses it: first line second line"),
        ("crash", 1, "fake refuses it: its process was ended by SIGSEGV: about to fall"),
    ],
)
def test_the_opinion_decides_the_exit_code(model: Path, word: str, code: int, words: str) -> None:
    done = verify(model, word)
    assert (done.exit_code, done.stderr) == (code, "")
    assert done.stdout.splitlines()[-1] == words
    assert "the framework talks" not in done.output


@pytest.mark.parametrize(
    ("word", "options", "words"),
    [
        (
            "code",
            (),
            "fake 1.0 not asked: it would run something; --trust-file permits it",
        ),
        ("import", (), "fake 1.0 not asked: it needs the module theirs, which is not installed"),
        ("sleep", ("--timeout", "1"), "fake not asked: no answer within 1 s; --timeout raises it"),
        (
            "eat",
            ("--memory", "0.2"),
            "fake not asked: it took more than 0.2 GB; --memory raises it",
        ),
    ],
)
def test_a_framework_that_could_not_be_asked_is_one_line_and_exit_code_2(
    model: Path, word: str, options: tuple[str, ...], words: str
) -> None:
    done = verify(model, word, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"rnninspect: {model}: {words}\n"


def test_a_missing_framework_is_one_line_that_says_what_to_install(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = Judge("torch", "making.fake_judge", ("no_such_framework",), "torch")
    monkeypatch.setattr(asking, "judges_of", lambda _: (absent,))
    done = verify(model, str(COUNT))
    assert (done.exit_code, done.stdout) == (2, "")
    reason = (
        "no_such_framework is not installed: pip install 'rnninspect[torch]',"
        " in a checkout pip install '.[torch]'"
    )
    assert done.stderr == f"rnninspect: {model}: torch not asked: {reason}\n"


def test_a_framework_of_a_third_party_has_no_judge(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "judges_of", lambda _: ())
    done = verify(model, str(COUNT))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith("torch not asked: it has no loader of its own for safetensors\n")


def test_a_file_that_refers_outside_its_folder_is_verified_only_if_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "judges_of", lambda _: (FAKE,))
    outside = Path(__file__).parents[2] / "sample_models" / "broken" / "outside_external.onnx"
    done = verify(outside, str(COUNT))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "fake not asked: it leads to other files: " in done.stderr
    assert done.stderr.endswith("; --trust-file permits it\n")
    assert verify(outside, str(COUNT), "--trust-file").stderr == ""


def test_code_runs_only_with_trust_and_the_help_says_what_that_means(model: Path) -> None:
    assert verify(model, "code").exit_code == 2
    trusted = verify(model, "code", "--trust-file")
    assert "fake 1.0 counts 1: disagree" in trusted.stdout
    told = " ".join(verify(model, "code", "--help").stdout.split())
    assert "That code can do whatever you can" in told


def test_two_files_where_one_cannot_be_read(model: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pt"
    bad.write_bytes(b"nothing")
    done = CliRunner().invoke(app, ["verify", str(bad), str(model)], env={"FAKE_JUDGE": "144"})
    assert done.exit_code == 2
    assert done.stdout.startswith(f"{model}: safetensors\n")
    assert done.stderr == f"rnninspect: {bad}: no reader recognises its content\n"


def document(done: Result) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(done.stdout)
    assert list(made) == ["schema_version", "tool", "verdicts", "unreadable"]
    return made


def test_json_contains_every_count(model: Path) -> None:
    done = verify(model, str(COUNT), "--format", "json")
    (judged,) = document(done)["verdicts"]
    row = {"rnninspect": COUNT, "framework": COUNT, "verdict": "agree", "reason": None}
    assert judged == {
        "path": str(model),
        "format": "safetensors",
        "framework": "pytorch",
        "opinions": [
            {
                "judge": "fake 1.0",
                "verdict": "agree",
                "reason": None,
                "layers": [{"name": "lstm", **row}],
                "total": {"name": "(total)", **row},
                "counts_everything": True,
                "steps": [],
            }
        ],
    }


@pytest.mark.parametrize(
    ("word", "code", "verdict", "reason"),
    [
        ("raise", 1, "refused", "first line second line"),
        ("code", 2, "not asked", "it would run something; --trust-file permits it"),
    ],
)
def test_json_contains_refusals_and_frameworks_not_asked(
    model: Path, word: str, code: int, verdict: str, reason: str
) -> None:
    done = verify(model, word, "--format", "json")
    (opinion,) = document(done)["verdicts"][0]["opinions"]
    assert (done.exit_code, opinion["verdict"], opinion["reason"]) == (code, verdict, reason)
    assert (opinion["layers"], opinion["total"]) == ([], None)


def test_json_names_the_unreadable(model: Path, tmp_path: Path) -> None:
    target = tmp_path / "verdict.json"
    model.write_bytes(b"nothing")
    done = verify(model, "144", "--format", "json", "--output", str(target))
    assert (done.exit_code, done.stdout) == (2, "")
    made = json.loads(target.read_text())
    assert made["verdicts"] == []
    (unreadable,) = made["unreadable"]
    assert unreadable["path"] == str(model)
    assert done.stderr == f"rnninspect: {model}: {unreadable['reason']}\n"


def sleepy(model: Path, stderr: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", CODE, "verify", str(model), "--timeout", "2.5"],
        env={
            **os.environ,
            "CI": "",
            "FAKE_JUDGE": "sleep",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        },
        stdout=subprocess.PIPE,
        stderr=stderr,
    )


def test_progress_is_shown_on_a_terminal_and_erased(model: Path) -> None:
    ours, theirs = pty.openpty()
    with sleepy(model, theirs) as process:
        os.close(theirs)
        told = b""
        while not told.endswith(b"raises it\r\n"):
            told += os.read(ours, 4096)
        assert process.stdout is not None
        assert process.stdout.read() == b""
    os.close(ours)
    assert b"\r\x1b[Kfake loads it, 1 s\r\x1b[Kfake loads it, 2 s\r\x1b[Krnninspect: " in told
    assert process.returncode == 2


def test_a_pipe_gets_no_progress(model: Path) -> None:
    with sleepy(model, subprocess.PIPE) as process:
        _, told = process.communicate()
    assert told.startswith(b"rnninspect: ")
    assert told.count(b"\n") == 1
