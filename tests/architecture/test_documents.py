"""What the documents show is what is printed, and what they list is what there is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from making.reports import drawn
from rnninspect.render import LISTING
from rnninspect.render.knowledge.listings import cell_listing, rule_listing

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
CONSOLE = re.compile(
    r"(?<=^```console\n)\$ ((?:python -P -m )?rnninspect .*)\n((?:.*\n)*?)(?=^```$)", re.MULTILINE
)
WITH_FINDINGS = ("sample_models/broken/", "check sample_models/")
TABLES = {
    "cells": cell_listing,
    "rules": rule_listing,
}


def printed(command: str) -> str:
    arguments = [sys.executable, "-m", *command.removeprefix("python -P -m ").split()]
    variables = {**os.environ, "COLUMNS": "80"}
    done = subprocess.run(
        arguments, capture_output=True, text=True, check=False, cwd=ROOT, env=variables
    )
    assert done.returncode == code_of(command), f"{command}: {done.stderr or done.stdout}"
    return done.stdout + done.stderr


def code_of(command: str) -> int:
    """The exit code that a command of the README has: another one's output is not written to it."""
    return int(any(words in command for words in WITH_FINDINGS))


def test_what_a_command_prints_when_it_cannot_run_is_not_shown() -> None:
    with pytest.raises(AssertionError, match="No such file"):
        printed("rnninspect sample_models/absent.onnx")
    with pytest.raises(AssertionError, match="large"):
        printed("rnninspect check sample_models/onnx/basic_lstm.onnx --max-parameters large")


def renew(text: str, *, asking: bool) -> str:
    """The text with its examples as they are printed: those that ask a framework, or the others."""

    def example(match: re.Match[str]) -> str:
        chosen = match[1].startswith("rnninspect verify ") == asking
        return f"$ {match[1]}\n{printed(match[1])}" if chosen else match[0]

    return CONSOLE.sub(example, text)


ASKING = pytest.param(True, id="asking", marks=pytest.mark.frameworks)


@pytest.mark.parametrize("asking", [pytest.param(False, id="alone"), ASKING])
def test_the_readme_shows_what_is_printed(pytestconfig: pytest.Config, *, asking: bool) -> None:
    text = README.read_text()
    fresh = renew(text, asking=asking)
    if pytestconfig.getoption("--renew-golden"):
        README.write_text(fresh)
    assert fresh == README.read_text()
    assert len(CONSOLE.findall(text)) >= 4


@pytest.mark.parametrize("name", TABLES)
def test_a_generated_table_is_fresh(name: str, pytestconfig: pytest.Config) -> None:
    text = README.read_text()
    pattern = re.compile(rf"(?<=<!-- {name} -->\n\n)(?:\|.*\n)*")
    assert pattern.search(text), f"no place for the table of {name}"
    fresh = pattern.sub(f"{drawn(LISTING, 'markdown', TABLES[name]())}\n", text, count=1)
    if pytestconfig.getoption("--renew-golden"):
        README.write_text(fresh)
    assert fresh == README.read_text()


def test_links_lead_somewhere() -> None:
    for document in (README, *ROOT.glob("*/README.md")):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{document}: {target}"


def test_the_readme_has_one_command_to_run_and_one_to_test() -> None:
    commands = re.findall(r"^```sh\n(.*)\n```$", README.read_text(), re.MULTILINE)
    assert len(commands) == 2
    assert "rnninspect sample_models/" in commands[0]
    assert "pytest" in commands[1]
