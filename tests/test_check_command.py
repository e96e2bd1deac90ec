"""`rnninspect check` in a repository with three models and a policy, as CI runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from report_cases import hold
from rnninspect.policy import KEYS
from rnninspect.render import RENDERERS
from rnninspect.rules import RULES
from small_models import lstm_file, strange_file

POLICY = """
[tool.rnninspect]
max-parameters = "1k"
max-file-bytes = "8 kB"
max-hidden-size = 16
allowed-cells = ["LSTM", "GRU"]
min-coverage = "100%"
max-growth = "2%"
baseline = "rnninspect.lock"

[[tool.rnninspect.overrides]]
files = ["models/big*"]
max-parameters = "2k"
"""
SCREEN = 24  # lines of a terminal


@pytest.fixture(scope="session")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three models of 144, 480 and 1,248 parameters that keep to the policy and the baseline."""
    folder = tmp_path_factory.mktemp("accepted")
    (folder / "pyproject.toml").write_text(POLICY)
    lstm_file(folder / "models" / "small.safetensors", 3, 4)
    lstm_file(folder / "models" / "middle.safetensors", 5, 8)
    lstm_file(folder / "models" / "big.safetensors", 12, 12)
    assert check(folder, "--update-baseline").returncode == 0
    return folder


@pytest.fixture
def repository(accepted: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(accepted, tmp_path / "repository"))


def check(
    folder: Path,
    *arguments: str | Path,
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Check all models of the repository, as a shell's glob names them, or those that are given."""
    given = list(map(str, arguments))
    if not any(argument.startswith("models/") or "/models/" in argument for argument in given):
        given += [f"models/{path.name}" for path in sorted((folder / "models").iterdir())]
    command = [sys.executable, "-m", "rnninspect", "check", *given]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
    environment = {**kept, "COLUMNS": "80", **(variables or {})}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=cwd or folder
    )


def screen(done: subprocess.CompletedProcess[str]) -> list[str]:
    return done.stdout.splitlines()[:SCREEN]


def test_models_that_keep_to_the_policy_pass(repository: Path, pytestconfig: pytest.Config) -> None:
    done = check(repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert screen(done)[0] == "3 models: 3 passed, 0 failed"
    assert "FAIL" not in done.stdout
    hold("check.pass.screen", done.stdout.rstrip("\n"), pytestconfig)


def test_a_model_over_its_budget_fails_and_tells_where_to_cut(
    repository: Path, pytestconfig: pytest.Config
) -> None:
    lstm_file(repository / "models" / "small.safetensors", 30, 17)
    done = check(repository, "--baseline", "none.lock", "--update-baseline")
    assert (done.returncode, done.stderr) == (1, "")
    first = screen(done)
    assert first[0] == "3 models: 2 passed, 1 failed"
    small = "models/small.safetensors"
    rows = [line.split() for line in first]
    assert rows[4] == ["FAIL", "334", "%", "3,332", "1,000", "parameters", small]
    assert rows[6][:7] == ["FAIL", "107", "%", "17", "16", "hidden", "size"]
    assert any(line.startswith("     3,332   100 %  LSTM") for line in first)
    hold("check.over.screen", done.stdout.rstrip("\n"), pytestconfig)


def test_a_model_that_grew_fails_with_its_figures(
    repository: Path, pytestconfig: pytest.Config
) -> None:
    lstm_file(repository / "models" / "middle.safetensors", 6, 8)
    done = check(repository)
    assert (done.returncode, done.stderr) == (1, "")
    assert screen(done)[0] == "3 models: 2 passed, 1 failed"
    assert "growth, parameters" in screen(done)[4]
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
    assert screen(done)[0] == "3 models: 2 passed, 0 failed, 1 unreadable"
    assert "models/middle.safetensors: unreadable: " in screen(done)[2]
    if content == b"":
        hold("check.unreadable.screen", done.stdout.rstrip("\n"), pytestconfig)


def test_a_run_of_nothing_but_unreadable_models_still_reports(repository: Path) -> None:
    done = check(repository, "models/absent.pt", "--ignore", "R509")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert screen(done)[0] == "1 model: 0 passed, 0 failed, 1 unreadable"


def test_unreadable_beats_over_budget(repository: Path) -> None:
    (repository / "models" / "middle.safetensors").write_bytes(b"")
    assert check(repository, "--max-parameters", "1").returncode == 2


def test_a_skipped_layer_fails_under_min_coverage(
    repository: Path, pytestconfig: pytest.Config
) -> None:
    strange_file(repository / "models" / "strange.onnx")
    done = check(repository, "--ignore", "R507")
    assert (done.returncode, done.stderr) == (1, "")
    first = screen(done)
    assert first[0] == "4 models: 3 passed, 1 failed"
    assert any(line.startswith("FAIL") and "coverage" in line for line in first)
    assert any("R401 layer-skipped" in line for line in first)
    hold("check.skipped.screen", done.stdout.rstrip("\n"), pytestconfig)


def test_a_skipped_layer_without_min_coverage_passes_and_is_told(repository: Path) -> None:
    path = strange_file(repository / "models" / "strange.onnx")
    done = check(repository, path, "--min-coverage", "none", "--allowed-cells", "none,LSTM")
    assert "is none of RNN" in done.stderr
    empty = repository / "empty.toml"
    empty.write_text("")
    done = check(repository, path, "--config", empty)
    assert done.returncode == 0
    assert "no limit is set" in done.stdout
    assert "warning R401 layer-skipped" in done.stdout


def test_models_appear_and_vanish(repository: Path) -> None:
    lstm_file(repository / "models" / "new.safetensors")
    (repository / "models" / "big.safetensors").unlink()
    done = check(repository)
    assert done.returncode == 1
    assert "models/new.safetensors: error R507 model-appeared" in done.stdout
    assert "models/big.safetensors: error R508 model-vanished" in done.stdout
    assert screen(done)[0] == "3 models: 2 passed, 1 failed, 1 absent"
    renewed = check(repository, "--update-baseline")
    assert renewed.returncode == 0
    assert "3 models accepted: 1 added, 0 changed, 1 removed" in renewed.stdout
    assert check(repository).returncode == 0


def test_a_model_that_is_left_out_keeps_its_figures_and_is_a_note(repository: Path) -> None:
    before = (repository / "rnninspect.lock").read_text()
    done = check(repository, "models/small.safetensors", "--update-baseline")
    assert done.returncode == 0
    assert "models/big.safetensors: note R509 model-unchecked" in done.stdout
    assert (repository / "rnninspect.lock").read_text() == before


def test_accepting_keeps_the_figures_of_what_cannot_be_read(repository: Path) -> None:
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
    for arguments, word in (([], "rnninspect.lock: no JSON"), (["--baseline", "x"], "x: no such")):
        done = check(repository, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"rnninspect: {word}")


def test_a_baseline_that_cannot_be_written_is_exit_2(repository: Path) -> None:
    done = check(repository, "--update-baseline", "--baseline", "absent/x.lock")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "rnninspect: absent/x.lock: No such file or directory\n"


@pytest.mark.parametrize(
    ("arguments", "environment", "line"),
    [
        (["--max-parameters", "5X"], {}, "--max-parameters: '5X' is no number such as 5M"),
        ([], {"RNNINSPECT_MAX_BYTES": "much"}, "RNNINSPECT_MAX_BYTES: 'much' is no amount"),
        ([], {"RNNINSPECT_MAX_BYTE": "1"}, "RNNINSPECT_MAX_BYTE: unknown variable; did you mean"),
        (["--config", "absent.toml"], {}, "absent.toml: No such file or directory"),
    ],
)
def test_a_mistake_in_the_policy_is_one_line_and_exit_2(
    repository: Path, arguments: list[str], environment: dict[str, str], line: str
) -> None:
    done = check(repository, *arguments, variables=environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"rnninspect: {line}")
    assert len(done.stderr.splitlines()) == 1


def test_a_mistake_in_the_file_names_file_and_key(repository: Path) -> None:
    (repository / "pyproject.toml").write_text("[tool.rnninspect]\nmax-parameter = 1\n")
    done = check(repository, cwd=repository / "models")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "rnninspect: ../pyproject.toml: tool.rnninspect.max-parameter: unknown key;"
        " did you mean max-parameters?\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [["--format", "yaml"], ["--nonsense"], ["--limit", "x=1"], ["--max-levels"]],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2(repository: Path, arguments: list[str]) -> None:
    done = check(repository, *arguments)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    ("level", "code"), [("error", 0), ("warning", 0), ("note", 1), ("never", 0)]
)
def test_fail_on_says_what_fails(repository: Path, level: str, code: int) -> None:
    assert check(repository, "--fail-on", level).returncode == code  # sizes inferred: notes
    assert check(repository, variables={"RNNINSPECT_FAIL_ON": level}).returncode == code


def test_a_variable_and_an_option_set_a_limit(repository: Path) -> None:
    assert check(repository, variables={"RNNINSPECT_MAX_PARAMETERS": "1,247"}).returncode == 1
    given = {"RNNINSPECT_MAX_PARAMETERS": "1"}
    assert check(repository, "--max-parameters", "1248", variables=given).returncode == 0
    assert check(repository, "--require-declared").returncode == 1
    assert check(repository, "--no-require-declared").returncode == 0


def test_a_config_may_come_from_a_variable(repository: Path) -> None:
    (repository / "strict.toml").write_text("max-levels = 0\n")
    assert check(repository, variables={"RNNINSPECT_CONFIG": "strict.toml"}).returncode == 1


def test_a_model_named_twice_is_checked_once(repository: Path) -> None:
    path = "models/small.safetensors"
    assert screen(check(repository, path, path))[0] == "1 model: 1 passed, 0 failed"


@pytest.mark.parametrize("output", RENDERERS)
def test_each_format_to_a_file_whole_or_not_at_all(repository: Path, output: str) -> None:
    target = repository / "report"
    done = check(repository, "--format", output, "-o", target)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert target.read_text() == check(repository, "--format", output).stdout or output == "github"
    failed = check(repository, "--format", output, "-o", repository / "absent" / "report")
    assert failed.returncode == 2
    assert failed.stderr.count("\n") == 1
    assert not (repository / "absent").exists()


@pytest.mark.parametrize("output", RENDERERS)
def test_each_format_tells_of_the_model_that_fails(repository: Path, output: str) -> None:
    done = check(repository, "--format", output, "--max-parameters", "1k")
    assert done.returncode == 1
    assert "models/big.safetensors" in done.stdout
    codes = {"table": "FAIL", "markdown": "FAIL", "csv": "fail", "json": '"fail"'}
    assert codes.get(output, "R501") in done.stdout
    if output == "sarif":
        (run,) = json.loads(done.stdout)["runs"]
        assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(RULES)
    if output == "junit":
        root = ET.fromstring(done.stdout)  # noqa: S314 - we have just written it
        assert root.get("failures") == "1"


def test_github_gets_a_job_summary_that_is_appended(repository: Path) -> None:
    summary = repository / "summary.md"
    summary.write_text("before\n")
    done = check(repository, "--format", "github", variables={"GITHUB_STEP_SUMMARY": str(summary)})
    assert done.returncode == 0
    text = summary.read_text()
    assert text.startswith("before\n### rnninspect: 3 models\\: 3 passed, 0 failed\n\n| ")
    assert check(repository, variables={"GITHUB_STEP_SUMMARY": str(summary)}).returncode == 0
    assert summary.read_text() == text  # a table is no format of GitHub's
    failed = check(
        repository, "--format", "github", variables={"GITHUB_STEP_SUMMARY": str(repository)}
    )
    assert failed.returncode == 2
    assert "Is a directory" in failed.stderr


def test_inspect_writes_a_job_summary_too(repository: Path) -> None:
    summary = repository / "summary.md"
    command = [sys.executable, "-m", "rnninspect", "models/small.safetensors", "--format", "github"]
    variables = {**os.environ, "GITHUB_STEP_SUMMARY": str(summary)}
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=repository, env=variables
    )
    assert done.stdout.startswith("::notice file=models/small.safetensors,title=R402")
    assert summary.read_text().startswith("### models/small.safetensors\n")


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_paths_are_named_from_the_root_of_the_checkout(repository: Path, variable: str) -> None:
    path = repository / "models" / "small.safetensors"
    inside = check(
        repository,
        path,
        "--format",
        "gitlab",
        cwd=path.parent,
        variables={variable: str(repository)},
    )
    places = {entry["location"]["path"] for entry in json.loads(inside.stdout)}
    assert "models/small.safetensors" in places
    elsewhere = check(
        repository, path, "--format", "gitlab", cwd=path.parent, variables={variable: "/x"}
    )
    assert "small.safetensors" in {
        entry["location"]["path"] for entry in json.loads(elsewhere.stdout)
    }


def test_the_help_has_an_option_for_each_key() -> None:
    command = [sys.executable, "-m", "rnninspect", "check", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for key in KEYS:
        assert f"--{key.name} " in done.stdout


def test_the_common_call_imports_nothing_of_this(repository: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "rnninspect", "models/small.safetensors"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=repository)
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "rnninspect.report" in modules
    assert not modules & {"tomllib", "rnninspect.policy", "rnninspect.audit", "rnninspect.baseline"}
    assert not any(name.startswith("rnninspect.render.to_sarif") for name in modules)
