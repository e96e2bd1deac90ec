"""The documents show what is printed, and their links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCUMENTS = (README, *sorted((ROOT / "docs").glob("*.md")))
CONSOLE = re.compile(
    r"(?<=^```console\n)\$ ((?:python -P -m )?rnninspect .*)\n((?:.*\n)*?)(?=^```$)", re.MULTILINE
)
# What other tools print, by one line of Python.
OTHERS = re.compile(r"(?<=^```console\n)\$ (python -c .*)\n((?:.*\n)*?)(?=^```$)", re.MULTILINE)
# A line of a finding that fails, in each format that an example shows: its command exits with 1.
FINDING = re.compile(r'^(?:error |FAIL\b|::error )|"severity": "(?:major|blocker)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Renewal:
    """A document with its examples renewed, and the reason for each that is left as it was."""

    text: str
    refused: tuple[str, ...]


def renew(text: str, chosen: Callable[[str], bool] = lambda _: True) -> Renewal:
    """Run the examples of a document, those whose command is chosen, and put in what they print.

    An example whose exit code is not the one of its block is refused: what a command prints when it
    cannot run is no example. For a new example with findings the block states that with a line
    `FAIL`, which its output replaces.
    """
    refused: list[str] = []

    def example(match: re.Match[str]) -> str:
        command, shown = match[1], match[2]
        if not chosen(command):
            return match[0]
        done = run(command)
        expected = int(bool(FINDING.search(shown)))
        if done.returncode == expected and "Traceback" not in done.stderr:
            return f"$ {command}\n{done.stdout}{done.stderr}"
        last = (done.stderr or done.stdout).splitlines()[-1:]
        refused.append(f"$ {command}: exit code {done.returncode}, expected {expected}: {last}")
        return match[0]

    return Renewal(CONSOLE.sub(example, text), tuple(refused))


def run(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command.removeprefix("python -P -m ").split()],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80"},
    )


def asks_a_framework(command: str) -> bool:
    return command.startswith("rnninspect verify ")


def asks_none(command: str) -> bool:
    return not asks_a_framework(command)


ASKING = pytest.param(asks_a_framework, id="asking", marks=pytest.mark.frameworks)


def with_examples(pattern: re.Pattern[str]) -> pytest.MarkDecorator:
    """A parameter for each document that has an example of the pattern."""
    found = [path for path in DOCUMENTS if pattern.search(path.read_text())]
    return pytest.mark.parametrize("document", found, ids=lambda path: path.stem)


@with_examples(CONSOLE)
@pytest.mark.parametrize("chosen", [pytest.param(asks_none, id="alone"), ASKING])
def test_a_document_shows_what_is_printed(
    document: Path, pytestconfig: pytest.Config, chosen: Callable[[str], bool]
) -> None:
    renewal = renew(document.read_text(), chosen)
    if pytestconfig.getoption("--renew-golden"):
        document.write_text(renewal.text)
    assert renewal.refused == ()
    assert renewal.text == document.read_text()


@pytest.mark.frameworks
@with_examples(OTHERS)
def test_a_document_shows_what_other_tools_print(
    document: Path, pytestconfig: pytest.Config
) -> None:
    def example(match: re.Match[str]) -> str:
        _, *arguments = shlex.split(match[1])
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
        )
        return f"$ {match[1]}\n{done.stdout}"

    fresh = OTHERS.sub(example, document.read_text())
    if pytestconfig.getoption("--renew-golden"):
        document.write_text(fresh)
    assert fresh == document.read_text()


def test_every_example_is_run() -> None:
    for document in DOCUMENTS:
        text = document.read_text()
        shown = len(re.findall(r"^```console$", text, re.MULTILINE))
        run = len(CONSOLE.findall(text)) + len(OTHERS.findall(text))
        elsewhere = len(re.findall(r"^\$ pre-commit ", text, re.MULTILINE))
        assert shown == run + elsewhere, document.name


PASSING, FAILING = "sample_models/onnx/basic_lstm.onnx", "sample_models/broken/half_bias.onnx"


def block(command: str, shown: str) -> str:
    return f"```console\n$ rnninspect {command}\n{shown}\n```\n"


@pytest.mark.parametrize(
    ("command", "shown", "reason"),
    [
        ("sample_models/absent.onnx", "as printed", "exit code 2, expected 0"),
        (f"check {PASSING} --max-parameters large", "as printed", "exit code 2, expected 0"),
        (PASSING, "error R109 level-input: as printed", "exit code 0, expected 1"),
        (FAILING, "ok", "exit code 1, expected 0"),
    ],
)
def test_an_example_whose_exit_code_changed_is_refused_by_name(
    command: str, shown: str, reason: str
) -> None:
    kept = block(command, shown)
    renewal = renew(f"{block(PASSING, 'stale')}\n{kept}")
    (refused,) = renewal.refused
    assert refused.startswith(f"$ rnninspect {command}: {reason}")
    assert renewal.text.endswith(kept)
    assert "stale" not in renewal.text
    assert "understood" in renewal.text


def test_a_command_that_ends_in_a_traceback_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    crash = subprocess.CompletedProcess([], 1, "", "Traceback (most recent call last):\nKeyError")
    monkeypatch.setitem(globals(), "run", lambda _: crash)
    kept = block(FAILING, "error R107 bias-convention: as printed")
    assert renew(kept).text == kept
    assert len(renew(kept).refused) == 1


def test_a_new_example_states_that_it_fails() -> None:
    renewal = renew(block(FAILING, "FAIL"))
    assert renewal.refused == ()
    assert "error R107 bias-convention" in renewal.text


def test_links_lead_somewhere() -> None:
    for document in (*ROOT.glob("*.md"), *DOCUMENTS, *ROOT.glob("*/README.md")):
        text = document.read_text()
        pictures = re.findall(r'(?:src|srcset)="([^"]+)"', text)
        for target in (*re.findall(r"\]\((?!https?:)([^)#]+)", text), *pictures):
            assert (document.parent / target).exists(), f"{document}: {target}"


def test_the_readme_has_one_command_to_run_and_one_to_test() -> None:
    commands = re.findall(r"^```sh\n(.*)\n```$", README.read_text(), re.MULTILINE)
    assert len(commands) == 2
    assert "rnninspect sample_models/" in commands[0]
    assert "pytest" in commands[1]
