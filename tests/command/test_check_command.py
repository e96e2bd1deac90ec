"""`rnninspect check` in a repository with three models and a policy, as CI runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from making.reports import hold
from making.repository import check, screen
from making.small_models import lstm_file, strange_file

pytestmark = pytest.mark.slow


def test_models_that_keep_to_the_policy_pass(repository: Path, pytestconfig: pytest.Config) -> None:
    done = check(repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "3 models checked, all passed\n"
    shown = check(repository, "--verbose").stdout
    assert shown.startswith("3 models: 3 passed, 0 failed\n")
    assert "FAIL" not in shown
    hold("check.pass.screen", shown.rstrip("\n"), pytestconfig)


def test_a_quiet_run_prints_nothing_but_failures(repository: Path) -> None:
    done = check(repository, "--quiet", "--baseline", "none.lock", "--update-baseline")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = check(repository, "-q", "--max-parameters", "1k")
    assert done.returncode == 1
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["Result", "------", "FAIL"]


def test_a_model_over_its_budget_fails_and_shows_its_largest_layers(
    repository: Path, pytestconfig: pytest.Config
) -> None:
    lstm_file(repository / "models" / "small.safetensors", 30, 17)
    done = check(repository, "--baseline", "none.lock", "--update-baseline")
    assert (done.returncode, done.stderr) == (1, "")
    small = "models/small.safetensors"
    rows = [line.split() for line in screen(done)]
    assert rows[2] == ["FAIL", "334", "%", "3,332", "1,000", "parameters", small]
    assert rows[4][:7] == ["FAIL", "107", "%", "17", "16", "hidden", "size"]
    assert screen(done)[6] == "3 models checked: 1 failed, 2 passed"
    hold("check.over.screen", done.stdout.rstrip("\n"), pytestconfig)
    shown = screen(check(repository, "--baseline", "none.lock", "-v"))
    assert shown[0] == "3 models: 2 passed, 1 failed"
    assert any(line.startswith("     3,332   100 %  LSTM") for line in shown)


def test_a_model_that_grew_fails_with_its_figures(
    repository: Path, pytestconfig: pytest.Config
) -> None:
    lstm_file(repository / "models" / "middle.safetensors", 6, 8)
    done = check(repository)
    assert (done.returncode, done.stderr) == (1, "")
    assert screen(done)[-1] == "3 models checked: 1 failed, 2 passed"
    assert "growth, parameters" in screen(done)[2]
    hold("check.grown.screen", done.stdout.rstrip("\n"), pytestconfig)
    told = check(repository, "--format", "github").stdout
    assert "(480 before, 512 now; lstm +32)" in told


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, None], ids=["empty", "zeros", "cut"])
def test_a_model_that_cannot_be_read_never_passes(
    repository: Path, content: bytes | None, pytestconfig: pytest.Config
) -> None:
    path = repository / "models" / "middle.safetensors"
    path.write_bytes(path.read_bytes()[:50] if content is None else content)
    done = check(repository)
    assert done.returncode == 2
    assert done.stderr.startswith("rnninspect: models/middle.safetensors: ")
    assert len(done.stderr.splitlines()) == 1
    assert "models/middle.safetensors: unreadable: " in screen(done)[0]
    assert screen(done)[2:] == ["3 models checked: 1 unreadable, 2 passed"]
    assert check(repository, "-v").stdout.startswith("3 models: 2 passed, 0 failed, 1 unreadable")
    if content == b"":
        hold("check.unreadable.screen", done.stdout.rstrip("\n"), pytestconfig)


def test_a_run_of_nothing_but_unreadable_models_still_reports(repository: Path) -> None:
    done = check(repository, "models/absent.pt", "--ignore", "R509")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert screen(done)[2] == "1 model checked: 1 unreadable"


def test_an_unreadable_model_is_exit_2_even_with_failures(repository: Path) -> None:
    (repository / "models" / "middle.safetensors").write_bytes(b"")
    assert check(repository, "--max-parameters", "1").returncode == 2


def test_a_skipped_layer_fails_under_min_coverage(
    repository: Path, pytestconfig: pytest.Config
) -> None:
    strange_file(repository / "models" / "strange.onnx")
    done = check(repository, "--ignore", "R507")
    assert (done.returncode, done.stderr) == (1, "")
    first = screen(done)
    assert first[-1] == "4 models checked: 1 failed, 3 passed"
    assert any(line.startswith("FAIL") and "coverage" in line for line in first)
    assert any("R401 layer-skipped" in line for line in first)
    hold("check.skipped.screen", done.stdout.rstrip("\n"), pytestconfig)


def test_a_skipped_layer_without_min_coverage_passes_and_is_reported(repository: Path) -> None:
    path = strange_file(repository / "models" / "strange.onnx")
    done = check(repository, path, "--min-coverage", "none", "--allowed-cells", "none,LSTM")
    assert "is not one of RNN" in done.stderr
    empty = repository / "empty.toml"
    empty.write_text("")
    done = check(repository, path, "--config", empty)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "1 model checked, passed",
        "no limit is set: only the rules were checked",
        "1 warning not shown; --verbose shows more",
    ]
    shown = check(repository, path, "--config", empty, "--verbose").stdout
    assert "no limit is set" in shown
    assert "warning R401 layer-skipped" in shown


LIMITS = {
    "max-parameters": "10",
    "max-file-bytes": "10",
    "max-hidden-size": "10",
    "allowed-cells": "LSTM",
    "min-coverage": "100%",
}
GIVEN = [f"--{name}={value}" for name, value in LIMITS.items()]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ([], "no limit is set: only the rules were checked"),
        (GIVEN[:1], "1 limit set, none was checked: no model could be read"),
        (GIVEN, "5 limits set, none was checked: no model could be read"),
    ],
)
@pytest.mark.parametrize("output", ["table", "markdown"])
def test_limits_that_were_not_checked_are_not_called_absent(
    tmp_path: Path, given: list[str], line: str, output: str
) -> None:
    (tmp_path / "models").mkdir()
    done = check(tmp_path, "./models/", *given, "--format", output)
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == line


def test_a_limit_on_layers_does_not_apply_where_there_is_none(tmp_path: Path) -> None:
    strange_file(tmp_path / "models" / "strange.onnx")
    done = check(tmp_path, "--max-hidden-size", "10")
    assert done.returncode == 0
    assert "1 limit set, none of them applies" in done.stdout


def test_models_appear_and_vanish(repository: Path) -> None:
    lstm_file(repository / "models" / "new.safetensors")
    (repository / "models" / "big.safetensors").unlink()
    done = check(repository)
    assert done.returncode == 1
    assert "models/new.safetensors: error R507 model-appeared" in done.stdout
    assert "models/big.safetensors: error R508 model-vanished" in done.stdout
    assert screen(done)[-1] == "3 models checked: 1 failed, 1 absent, 2 passed"
    renewed = check(repository, "--update-baseline")
    assert renewed.returncode == 0
    assert "3 models accepted: 1 added, 0 changed, 1 removed" in renewed.stdout
    assert check(repository).returncode == 0


def test_a_model_that_is_not_checked_keeps_its_figures_and_is_a_note(repository: Path) -> None:
    before = (repository / "rnninspect.lock").read_text()
    done = check(repository, "models/small.safetensors", "--update-baseline")
    assert done.returncode == 0
    assert screen(done)[:2] == [
        "1 model checked, passed",
        "2 models of the baseline not checked",
    ]
    done = check(repository, "models/small.safetensors", "--verbose")
    assert "models/big.safetensors: note R509 model-unchecked" in done.stdout
    assert (repository / "rnninspect.lock").read_text() == before


def test_accepting_keeps_the_figures_of_unreadable_models(repository: Path) -> None:
    before = json.loads((repository / "rnninspect.lock").read_text())["models"]
    (repository / "models" / "middle.safetensors").write_bytes(b"")
    lstm_file(repository / "models" / "small.safetensors", 3, 5)
    assert check(repository, "--update-baseline").returncode == 2
    after = json.loads((repository / "rnninspect.lock").read_text())["models"]
    assert after["models/middle.safetensors"] == before["models/middle.safetensors"]
    assert after["models/small.safetensors"]["parameters"] == 200


def test_the_lock_file_is_the_same_from_every_folder(repository: Path) -> None:
    before = (repository / "rnninspect.lock").read_bytes()
    path = repository / "models" / "small.safetensors"
    done = check(repository, path, "--update-baseline", cwd=repository / "models")
    assert done.returncode == 0
    assert (repository / "rnninspect.lock").read_bytes() == before
    assert not (repository / "models" / "rnninspect.lock").exists()


def test_an_absent_or_damaged_baseline_is_exit_2(repository: Path) -> None:
    (repository / "rnninspect.lock").write_text("<<<<<<< HEAD\n")
    for arguments, word in (
        ([], "rnninspect.lock: not valid JSON"),
        (["--baseline", "x"], "x: no such"),
    ):
        done = check(repository, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"rnninspect: {word}")


def test_a_baseline_that_cannot_be_written_is_exit_2(repository: Path) -> None:
    done = check(repository, "--update-baseline", "--baseline", "absent/x.lock")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "rnninspect: absent/x.lock: its folder does not exist\n"
