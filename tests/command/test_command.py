"""The command from outside: streams, exit codes, files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from making.process import ROOT, call
from rnninspect.cli import COMMANDS
from rnninspect.command.request import SUBCOMMANDS, plain_request
from rnninspect.render.widths import width_of
from rnninspect.results.writing import write_whole

SAMPLES = ROOT / "sample_models"
GOOD = min((SAMPLES / "onnx").glob("*.onnx"))
BROKEN = min((SAMPLES / "broken").glob("*.onnx"))


def test_a_good_model_is_exit_0_with_nothing_on_standard_error() -> None:
    done = call(GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert "LSTM" in done.stdout
    assert "ok" in done.stdout


def test_the_subcommand_and_its_short_form_print_the_same() -> None:
    assert call("inspect", GOOD).stdout == call(GOOD).stdout
    assert call("inspect", GOOD, "-f", "json").stdout == call(GOOD, "--format", "json").stdout


def test_a_finding_of_level_error_is_exit_1() -> None:
    done = call(BROKEN)
    assert (done.returncode, done.stderr) == (1, "")
    assert "error R" in done.stdout


@pytest.mark.parametrize(("level", "code"), [("error", 1), ("never", 0)])
def test_fail_on_sets_the_level_that_fails(level: str, code: int) -> None:
    assert call(BROKEN, "--fail-on", level).returncode == code


def test_an_unreadable_file_is_exit_2_and_the_others_are_reported(tmp_path: Path) -> None:
    done = call(GOOD, tmp_path / "absent.onnx", BROKEN)
    assert done.returncode == 2
    assert done.stderr == f"rnninspect: {tmp_path}/absent.onnx: No such file or directory\n"
    assert str(GOOD) in done.stdout
    assert str(BROKEN) in done.stdout


def test_json_names_the_unreadable_files(tmp_path: Path) -> None:
    document = json.loads(call(tmp_path / "x", "--format", "json").stdout)
    assert document["reports"] == []
    assert document["unreadable"][0]["reason"] == "No such file or directory"


BAD = {
    "empty.onnx": (b"", "empty"),
    "page.keras": (b"<!DOCTYPE html><html></html>", "HTML"),
    "pointer.pt": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
    "prose.h5": (b"hello\n" * 50, "no reader"),
    "zeros.pt": (bytes(10**6), ""),
    "nothing.keras": (b"PK\x05\x06" + bytes(18), ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_not_a_model_is_one_line_and_exit_2(name: str, tmp_path: Path) -> None:
    content, word = BAD[name]
    path = tmp_path / name
    path.write_bytes(content)
    done = call(path)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"rnninspect: {path}: ")
    assert word in done.stderr


def test_a_folder_and_a_pipe_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    done = call(tmp_path / "pipe", tmp_path / "folder")
    assert done.returncode == 2
    assert "a pipe" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_file_is_never_a_traceback(cut: float, tmp_path: Path) -> None:
    for sample in sorted(SAMPLES.rglob("*.*")):
        if sample.suffix in {".pt", ".onnx", ".keras", ".h5", ".safetensors"}:
            content = sample.read_bytes()
            path = tmp_path / f"{sample.parent.name}.{sample.name}"
            path.write_bytes(content[: int(len(content) * cut)])
    done = call(*sorted(tmp_path.iterdir()))
    assert "Traceback" not in done.stderr
    assert done.returncode == 2


def test_a_name_with_control_characters_cannot_reach_the_terminal(tmp_path: Path) -> None:
    done = call(tmp_path / "a\x1b[2Jb")
    assert "\x1b" not in done.stderr
    assert "\\x1b[2J" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [str(GOOD), "--format", "yaml"],
        [str(GOOD), "--columns", "nothing"],
        [str(GOOD), "--limit", "tensors=many"],
        [str(GOOD), "--limit", "everything=1"],
        [str(GOOD), "--fail-on", "sometimes"],
        ["rule", "R999"],
        ["count", "lstm"],
        ["count", "transformer", "--input-size", "1", "--hidden-size", "1"],
        ["count", "lstm", "--input-size", "0", "--hidden-size", "1"],
        ["count", "convlstm2d", "--input-size", "1", "--hidden-size", "1"],
        ["count", "lstm", "--input-size", "1", "--hidden-size", "1", "--kernel-size", "3"],
        ["count", "cfc", "--input-size", "1", "--hidden-size", "1"],
        ["count", "cfc", "--input-size", "1", "--hidden-size", "1", "--size", "B=none"],
        ["count", "lstm", "--input-size", "1", "--hidden-size", "1", "--size", "B=3"],
        ["explain"],
        ["--nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2_and_nothing_on_standard_output(arguments: list[str]) -> None:
    done = call(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_output_goes_to_a_file_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    done = call(GOOD, "--format", "json", "-o", target)
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(target.read_text())["reports"]
    failed = call(GOOD, "-o", tmp_path / "absent" / "report.txt")
    assert failed.returncode == 2
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_keeps_its_mode_and_survives_a_failure(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("old")
    target.chmod(0o640)
    write_whole(target, "new")
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("new", 0o640)
    with pytest.raises(UnicodeEncodeError):
        write_whole(target, "\ud800")
    assert (target.read_text(), len(list(tmp_path.iterdir()))) == ("new", 1)


def test_a_closed_pipe_is_not_an_error() -> None:
    command = f"{sys.executable} -m rnninspect {GOOD} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_ascii_terminal_gets_escapes_and_no_traceback() -> None:
    done = call(GOOD, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


def test_a_file_that_may_not_be_written_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.txt"
    target.write_text("old")
    monkeypatch.setattr(os, "access", lambda path, mode: (path, mode) != (target, os.W_OK))
    with pytest.raises(PermissionError, match="Permission denied"):
        write_whole(target, "new")
    assert (target.read_text(), list(tmp_path.iterdir())) == ("old", [target])


def test_columns_are_chosen_by_name() -> None:
    done = call(GOOD, "--columns", "layer,stored")
    head = done.stdout.splitlines()[2].split()
    assert head == ["Layer", "Stored"]


def test_a_limit_is_named_and_can_be_raised() -> None:
    refused = call(GOOD, "--limit", "tensors=1")
    assert refused.returncode == 2
    assert "tensors=1; --limit tensors=N raises it" in refused.stderr
    assert call(GOOD, "--limit", "tensors=9999").returncode == 0


def test_explain_shows_weights_and_groupings() -> None:
    done = call("explain", GOOD)
    assert done.returncode == 0
    assert all(word in done.stdout for word in ("kernel", "by gate", "one matrix", "textbook"))


def test_explain_of_an_unknown_layer_lists_the_known_ones() -> None:
    done = call("explain", GOOD, "nothing")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no layer named 'nothing'; its layers are" in done.stderr


@pytest.mark.parametrize("command", ["rules", "readers", "cells"])
def test_listings_fit_80_columns(command: str) -> None:
    done = call(command)
    assert done.returncode == 0
    assert max(map(width_of, done.stdout.splitlines())) <= 80


def test_a_rule_is_found_by_code_and_by_name() -> None:
    assert call("rule", "r101").stdout == call("rule", "tensor-shape").stdout
    assert "Why:" in call("rule", "R101").stdout


@pytest.mark.parametrize("command", SUBCOMMANDS)
def test_each_help_shows_an_example(command: str) -> None:
    assert f"Example: rnninspect {command}" in call(command, "--help").stdout


def test_the_help_fits_80_columns_and_cuts_no_sentence() -> None:
    text = call("--help").stdout
    assert "..." not in text.replace("MODEL...", "").replace("[ARGS]...", "")
    for command in SUBCOMMANDS:
        text += call(command, "--help").stdout
    assert max(map(width_of, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("word", "meant"), [("chek", "check"), ("dif", "diff"), ("help", "--help")]
)
def test_a_misspelt_command_is_guessed(word: str, meant: str) -> None:
    done = call(word, GOOD)
    assert done.returncode == 2
    assert done.stderr.endswith(
        f": No such file or directory; did you mean `rnninspect {meant}`?\n"
    )
    assert "did you mean" not in call(f"{word}.onnx").stderr


def test_completion_knows_the_commands() -> None:
    done = call(_RNNINSPECT_COMPLETE="complete_bash", COMP_WORDS="rnninspect ex", COMP_CWORD="1")
    assert "explain" in done.stdout


@pytest.mark.parametrize("option", ["--format", "--fail-on"])
def test_completion_knows_the_values_of_an_option(option: str) -> None:
    words = f"rnninspect inspect {option} n"
    done = call(_RNNINSPECT_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD="3")
    assert done.stdout.split() == ([] if option == "--format" else ["note", "never"])


def test_a_wrong_value_is_reported_with_its_option() -> None:
    done = call(GOOD, "--format", "xml")
    assert "Invalid value for '--format': 'xml' is not one of table, json" in done.stderr


def test_the_entry_without_a_parser_knows_every_subcommand() -> None:
    assert set(SUBCOMMANDS) == set(COMMANDS)
    assert all(plain_request([name]) is None for name in SUBCOMMANDS)


def test_a_file_named_like_a_command_is_given_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "rules").write_bytes(GOOD.read_bytes())
    assert plain_request(["./rules"]) is not None
    assert call(f"{tmp_path}/rules").returncode == 0


def test_version() -> None:
    assert call("--version").stdout.startswith("rnninspect 0.")
