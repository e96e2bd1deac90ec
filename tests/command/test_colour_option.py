"""Where text is in colour: on terminals, unless a variable or an option says otherwise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from making.reports import without_codes
from making.terminal import ROOT, call
from rnninspect.cli import COMMANDS

FAULTY = "sample_models/broken/half_bias.onnx"
RED = "\x1b[1;31mFAIL R107\x1b[0m"


@pytest.mark.parametrize(
    ("arguments", "variables", "coloured"),
    [
        ((), {}, True),
        ((), {"TERM": "dumb"}, False),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"NO_COLOR": ""}, True),
        ((), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1", "TERM": "dumb"}, True),
        (("--color", "auto"), {"NO_COLOR": "1"}, False),
        (("--color=never",), {"FORCE_COLOR": "1"}, False),
        (("--format", "markdown"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_a_terminal_shows_colour(
    arguments: tuple[str, ...], variables: dict[str, str], coloured: bool
) -> None:
    done = call(FAULTY, *arguments, variables=variables)
    assert done.code == 1
    assert (RED in done.stdout) == coloured == ("\x1b" in done.stdout)


@pytest.mark.parametrize(
    ("arguments", "variables", "coloured"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        (("--color", "always"), {}, True),
        (("--color", "auto"), {}, False),
    ],
)
def test_a_pipe_has_no_colour_unless_it_is_asked_for(
    arguments: tuple[str, ...], variables: dict[str, str], coloured: bool
) -> None:
    done = call(FAULTY, *arguments, terminals=(2,), variables=variables)
    assert (RED in done.stdout) == coloured == ("\x1b" in done.stdout)


def test_a_file_has_no_colour(tmp_path: Path) -> None:
    for command in ((FAULTY,), ("scan", FAULTY), ("check", FAULTY), ("diff", FAULTY, FAULTY)):
        output = tmp_path / "report.txt"
        call(*command, "--color", "always", "-o", str(output), variables={"FORCE_COLOR": "1"})
        assert output.read_text()
        assert "\x1b" not in output.read_text()
        output.unlink()


CALLS = {
    "inspect": (FAULTY,),
    "scan": (FAULTY,),
    "explain": (FAULTY,),
    "check": (FAULTY, "--verbose"),
    "diff": (FAULTY, "sample_models/onnx/basic_lstm.onnx"),
    "count": ("lstm", "--input-size", "3", "--hidden-size", "2"),
    "rules": (),
    "rule": ("R107",),
    "readers": (),
    "cells": (),
}


@pytest.mark.parametrize("command", CALLS)
def test_each_command_for_people_is_in_colour(command: str) -> None:
    plain, coloured = (
        call(command, *CALLS[command], "--color", choice, terminals=())
        for choice in ("never", "always")
    )
    assert "\x1b[1m" in coloured.stdout
    assert without_codes(coloured.stdout) == plain.stdout
    assert coloured.code == plain.code


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_the_option(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rnninspect", command, "--help"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert "--color <str>" in done.stdout


def test_an_unknown_choice_is_a_usage_error() -> None:
    done = call("rules", "--color", "alway")
    assert done.code == 2
    assert "'alway' is not one of auto, always, never; did you mean always?" in done.stderr.replace(
        "\n", " "
    )
