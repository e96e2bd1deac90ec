"""The GitHub action, the GitLab job and the pre-commit hooks: their steps are run as written."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from making import offline
from rnninspect.card.block import END, START
from rnninspect.command.request import SUBCOMMANDS
from rnninspect.readers import built_in_readers

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_models"
GOOD, BROKEN = SAMPLES / "onnx" / "basic_lstm.onnx", SAMPLES / "broken" / "cut_tensor.onnx"
PAGE_ABOUT_HOOKS = ROOT / "docs" / "pre-commit.md"
PAGE = re.compile(
    r"(?<=<!-- pre-commit -->\n\n```console\n\$ pre-commit run --all-files\n)(?:(?!```).*\n)*"
)
EXPRESSION = re.compile(r"\$\{\{ *([\w.]+) *\}\}")
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def parsed(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return document


@dataclass(frozen=True, slots=True)
class Runner:
    """A machine that has run the first step of the action."""

    temp: Path
    source: Path
    variables: dict[str, str]

    def step(self, number: int, workspace: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run one step as GitHub does, in a workspace."""
        action = parsed("action.yml")
        step = action["runs"]["steps"][number]
        defaults = {name: given.get("default") for name, given in action["inputs"].items()}
        values = {f"inputs.{name}": value for name, value in (defaults | inputs).items()}
        values["github.action_path"] = str(self.source)
        given = {
            name: EXPRESSION.sub(lambda match: values[match[1]], text)
            for name, text in step["env"].items()
        }
        assert step["shell"] == "bash"
        assert not EXPRESSION.search(step["run"])
        script = self.temp / "step.sh"
        script.write_text(step["run"])
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        return offline.run(command, workspace, {**self.variables, **given})


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    folder = tmp_path_factory.mktemp("runner")
    temp = folder / "temp"
    temp.mkdir()
    variables = {**offline.environment(folder / "packages"), "RUNNER_TEMP": str(temp)}
    made = Runner(temp, offline.source(folder / "source"), variables)
    done = made.step(0, folder, models="")
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "a workspace" / "models" / "two words"
    folder.mkdir(parents=True)
    shutil.copy(GOOD, folder / "good model.onnx")
    return tmp_path / "a workspace"


def test_the_action_passes_a_good_model(runner: Runner, workspace: Path) -> None:
    summary = workspace / "summary.md"
    runner.variables["GITHUB_STEP_SUMMARY"] = str(summary)
    done = runner.step(1, workspace, models="models/**/*.onnx")
    assert (done.returncode, done.stderr) == (0, "")
    assert "good model.onnx" in summary.read_text()


def test_the_action_applies_arguments_and_the_policy(runner: Runner, workspace: Path) -> None:
    over = runner.step(1, workspace, models="models/**/*.onnx", arguments="--max-parameters\n10")
    assert over.returncode == 1
    assert "::error" in over.stdout
    (workspace / "rnninspect.toml").write_text("max-parameters = 10\n")
    assert runner.step(1, workspace, models="models/**/*.onnx").returncode == 1


def test_the_action_reports_a_missing_file(runner: Runner, workspace: Path) -> None:
    done = runner.step(1, workspace, models="models/**/*.onnx\nabsent/*.pt\n")
    assert done.returncode == 2
    assert "absent/*.pt: No such file or directory" in done.stderr


def test_the_action_inspects_without_a_policy(runner: Runner, workspace: Path) -> None:
    shutil.copy(BROKEN, workspace / "--broken.onnx")
    done = runner.step(1, workspace, models="*.onnx", command="inspect", format="table")
    assert done.returncode == 1
    assert "error R1" in done.stdout


def test_an_input_of_the_action_never_becomes_a_command(runner: Runner, workspace: Path) -> None:
    hostile = "$(touch made) `touch made`; touch made"
    for inputs in ({"models": hostile}, {"models": "x", "arguments": hostile}):
        assert runner.step(1, workspace, **inputs).returncode == 2
    assert not (workspace / "made").exists()


@pytest.mark.parametrize(("budget", "code"), [("1M", 0), ("10", 1)])
def test_the_gitlab_job(budget: str, code: int, runner: Runner, workspace: Path) -> None:
    job = parsed("templates/gitlab.yml")["rnninspect"]
    shutil.copy(GOOD, workspace / "models")
    shutil.copy(GOOD, workspace / "-oother.onnx")
    script = "\n".join([*job["before_script"], *job["script"]])
    variables = {**runner.variables, **job["variables"], "RNNINSPECT": str(runner.source)}
    variables |= {"RNNINSPECT_MAX_PARAMETERS": budget, "MODELS": "-o* models/*.onnx"}
    done = offline.run(["bash", "-e", "-c", script], workspace, variables)
    assert done.returncode == code, done.stderr
    report = json.loads((workspace / job["artifacts"]["reports"]["codequality"]).read_text())
    assert bool(report) is bool(code)
    assert not (workspace / "ther.onnx").exists()
    assert not (workspace / "other.onnx").exists()


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_names_a_command_and_files_that_some_reader_takes(name: str) -> None:
    hook = HOOKS[name]
    program, command, *rest = hook["entry"].split()
    assert program == "rnninspect"
    assert command in SUBCOMMANDS
    assert rest == (["--"] if hook.get("pass_filenames", True) else [])
    taken = {f".{suffix}" for suffix in re.findall(r"\w+", hook["files"])}
    read = {suffix for reader in built_in_readers() for suffix in reader.suffixes}
    assert taken - {".md"} <= read
    assert {".onnx", ".pt", ".safetensors", ".keras", ".h5"} <= taken
    assert re.search(hook["files"], "models/lstm.onnx")
    assert not re.search(hook["files"], "models/onnx")


def git(folder: Path, variables: dict[str, str], *arguments: str) -> str:
    done = offline.run(["git", *arguments], folder, variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def committed(folder: Path, variables: dict[str, str]) -> str:
    git(folder, variables, "init", "--quiet")
    git(folder, variables, "add", "--all")
    git(folder, variables, "commit", "--quiet", "--message", "all")
    return git(folder, variables, "rev-parse", "HEAD")


def test_the_hooks_in_a_repository(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    person = {"NAME": "t", "EMAIL": "t@example.org"}
    variables = {
        **offline.environment(tmp_path / "packages"),
        **{
            f"GIT_{who}_{key}": text
            for who in ("AUTHOR", "COMMITTER")
            for key, text in person.items()
        },
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "PRE_COMMIT_HOME": str(tmp_path / "home"),
    }
    hooks = offline.source(tmp_path / "hooks", ".pre-commit-hooks.yaml")
    card = {"id": "rnninspect-card", "args": ["good.onnx", "--update", "README.md"]}
    entry = {
        "repo": str(hooks),
        "rev": committed(hooks, variables),
        "hooks": [{"id": "rnninspect"}, {"id": "rnninspect-check"}, card],
    }
    user = tmp_path / "user"
    user.mkdir()
    (user / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [entry]}))
    (user / "README.md").write_text(f"# Card\n{START}\n{END}\n")
    shutil.copy(GOOD, user / "good.onnx")
    shutil.copy(GOOD, user / "-ogood.onnx")  # a name that is an option where no -- precedes it
    committed(user, variables)
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color=never"]

    first = offline.run(command, user, variables)
    assert results(first.stdout) == ["Passed", "Passed", "Failed"], first.stdout + first.stderr
    assert "files were modified by this hook" in first.stdout
    second = offline.run(command, user, variables)
    assert (second.returncode, results(second.stdout)) == (0, ["Passed"] * 3)
    assert (user / "good.onnx").read_bytes() == GOOD.read_bytes()
    git(user, variables, "rm", "--quiet", "--force", "--", "-ogood.onnx")
    shutil.copy(BROKEN, user / "broken.onnx")
    git(user, variables, "add", "--all")
    third = offline.run(command, user, variables)
    assert (third.returncode, results(third.stdout)) == (1, ["Failed", "Failed", "Passed"])
    assert "error R1" in third.stdout
    git(user, variables, "rm", "--quiet", "--force", "broken.onnx")
    (user / "rnninspect.toml").write_text("max-parameters = 100\n")
    last = offline.run(command, user, variables)
    assert (last.returncode, results(last.stdout)) == (1, ["Passed", "Failed", "Passed"])
    if pytestconfig.getoption("--renew-golden"):
        PAGE_ABOUT_HOOKS.write_text(
            PAGE.sub(lambda _: last.stdout, PAGE_ABOUT_HOOKS.read_text(), count=1)
        )
    shown = PAGE.search(PAGE_ABOUT_HOOKS.read_text())
    assert shown
    assert shown[0] == last.stdout


def results(output: str) -> list[str]:
    return re.findall(r"\.\.(Passed|Failed)$", output, re.MULTILINE)
