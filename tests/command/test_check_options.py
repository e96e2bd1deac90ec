"""The options of `rnninspect check`: limits, errors and formats."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from making.repository import check, screen
from rnninspect.policy import KEYS
from rnninspect.render import AUDIT
from rnninspect.rules import RULES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("arguments", "environment", "line"),
    [
        (["--max-parameters", "5X"], {}, "--max-parameters: '5X' is not a number (try 5M"),
        (
            [],
            {"RNNINSPECT_MAX_BYTES": "much"},
            "RNNINSPECT_MAX_BYTES: 'much' is not a number of bytes",
        ),
        ([], {"RNNINSPECT_MAX_BYTE": "1"}, "RNNINSPECT_MAX_BYTE: unknown variable; did you mean"),
        (["--config", "absent.toml"], {}, "absent.toml: No such file or directory"),
    ],
)
def test_an_error_in_the_policy_is_one_line_and_exit_2(
    repository: Path, arguments: list[str], environment: dict[str, str], line: str
) -> None:
    done = check(repository, *arguments, variables=environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"rnninspect: {line}")
    assert len(done.stderr.splitlines()) == 1


def test_an_error_in_the_policy_file_names_file_and_key(repository: Path) -> None:
    (repository / "pyproject.toml").write_text("[tool.rnninspect]\nmax-parameter = 1\n")
    done = check(repository, cwd=repository / "models")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "rnninspect: ../pyproject.toml: tool.rnninspect.max-parameter: unknown key;"
        " did you mean max-parameters?\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--format", "yaml"],
        ["--nonsense"],
        ["--limit", "x=1"],
        ["--max-levels"],
        ["--quiet", "--verbose"],
        ["--quiet", "--format", "json"],
        ["-v", "-f", "markdown"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2(repository: Path, arguments: list[str]) -> None:
    done = check(repository, *arguments)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    ("level", "code"), [("error", 0), ("warning", 0), ("note", 1), ("never", 0)]
)
def test_fail_on_sets_the_level_that_fails(repository: Path, level: str, code: int) -> None:
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
    assert screen(check(repository, path, path))[0] == "1 model checked, passed"


def test_models_of_the_policy_are_checked_where_none_is_named(repository: Path) -> None:
    policy = repository / "pyproject.toml"
    policy.write_text(
        policy.read_text().replace("baseline =", 'models = ["models/**/*.safetensors"]\nbaseline =')
    )
    command = [sys.executable, "-m", "rnninspect", "check"]

    def called(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments],
            cwd=repository / "models",
            capture_output=True,
            text=True,
            check=False,
        )

    assert called().stdout == "3 models checked, all passed\n"
    assert called("small.safetensors").stdout.startswith("1 model checked, passed\n")
    assert called("--exclude", "small*").stdout.startswith("2 models checked, all passed\n")
    policy.write_text('[tool.rnninspect]\nmodels = ["models/*.onnx"]\n')
    done = called()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "rnninspect: ../pyproject.toml: tool.rnninspect.models: no model matches 'models/*.onnx'\n"
    )
    policy.write_text("")
    done = called()
    assert (done.returncode, done.stdout) == (2, "")
    assert "or set models in the policy" in done.stderr


@pytest.mark.parametrize("output", AUDIT)
def test_each_format_to_a_file_whole_or_not_at_all(repository: Path, output: str) -> None:
    target = repository / "report"
    target.write_text("of the last run")
    done = check(repository, "--format", output, "-o", target)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert target.read_text() == check(repository, "--format", output).stdout
    failed = check(repository, "--format", output, "-o", repository / "absent" / "report")
    assert failed.returncode == 2
    assert failed.stderr.count("\n") == 1
    assert not (repository / "absent").exists()


@pytest.mark.parametrize("output", AUDIT)
def test_each_format_shows_the_model_that_fails(repository: Path, output: str) -> None:
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
    assert summary.read_text() == text  # only the github format writes it
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
        assert (f"--{key.name} " in done.stdout) is key.option


def test_the_common_call_imports_nothing_of_this(repository: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "rnninspect", "models/small.safetensors"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=repository)
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "rnninspect.report" in modules
    assert not modules & {
        "tomllib",
        "rnninspect.policy",
        "rnninspect.audit",
        "rnninspect.policy.baseline",
    }
    assert not any(name.startswith("rnninspect.render.report.sarif") for name in modules)
