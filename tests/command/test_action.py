"""The GitHub action: its steps are run as written, with uv and without."""

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

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_models"
GOOD, BROKEN = SAMPLES / "onnx" / "basic_lstm.onnx", SAMPLES / "broken" / "cut_tensor.onnx"
EXPRESSION = re.compile(r"\$\{\{ *([\w.]+) *\}\}")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
INSTALL, INSPECT = ACTION["runs"]["steps"]


@dataclass(frozen=True, slots=True)
class Runner:
    """A machine that runs the steps of the action; `values` has what expressions stand for."""

    temp: Path
    variables: dict[str, str]
    values: dict[str, str]

    def inspect(self, workspace: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run the second step with some inputs, and the others by default."""
        given = {name: each.get("default", "") for name, each in ACTION["inputs"].items()} | inputs
        values = {f"inputs.{name}": text for name, text in given.items()}
        return self.step(INSPECT, workspace, values)

    def step(
        self, step: dict[str, Any], workspace: Path, values: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a step as GitHub does, in a workspace, and note its outputs."""
        known = self.values | values
        given = {
            name: EXPRESSION.sub(lambda match: known[match[1]], text)
            for name, text in step["env"].items()
        }
        assert step["shell"] == "bash"
        assert not EXPRESSION.search(step["run"])
        script, outputs = self.temp / "step.sh", self.temp / "outputs"
        script.write_text(step["run"])
        outputs.write_text("")
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        variables = {**self.variables, **given, "GITHUB_OUTPUT": str(outputs)}
        done = offline.run(command, workspace, variables)
        for name, _, text in (line.partition("=") for line in outputs.read_text().splitlines()):
            self.values[f"steps.{step['id']}.outputs.{name}"] = text
        return done

    def output(self, name: str) -> str:
        """An output of the action after its steps."""
        given: str = ACTION["outputs"][name]["value"]
        return EXPRESSION.sub(lambda match: self.values.get(match[1], ""), given)


def installed(folder: Path, variables: dict[str, str], programs: dict[str, str]) -> Runner:
    """A runner that has these programs and no uv of its own, after the first step."""
    temp, found = folder / "temp", folder / "bin"
    temp.mkdir()
    found.mkdir()
    for name, program in programs.items():
        (found / name).write_text(f'#!/bin/sh\nexec "{program}" "$@"\n')
        (found / name).chmod(0o755)
    others = [each for each in variables["PATH"].split(":") if not (Path(each) / "uv").exists()]
    path = ":".join([str(found), *others])
    source = str(offline.source(folder / "source"))
    made = Runner(
        temp,
        {**variables, "PATH": path, "RUNNER_TEMP": str(temp)},
        {"github.action_path": source},
    )
    project = folder / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[project]\nrequires-python = "<3"\n'
    )  # it is not valid
    done = made.step(INSTALL, project, {})
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module", params=["pip", "uv"])
def runner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    folder = tmp_path_factory.mktemp("runner")
    programs = {"python3": sys.executable}
    if request.param == "pip":
        return installed(folder, offline.environment(folder / "packages"), programs)
    variables = offline.environment_of_uv(folder / "wheels")
    return installed(folder, variables, programs | {"uv": offline.program("uv")})


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "a workspace" / "models" / "two words"
    folder.mkdir(parents=True)
    shutil.copy(GOOD, folder / "good model.onnx")
    return tmp_path / "a workspace"


def test_it_is_installed_by_uv_where_that_is_there(runner: Runner) -> None:
    (environment,) = runner.temp.glob("rnninspect.*")
    made_by_uv = "uv = " in (environment / "pyvenv.cfg").read_text()
    assert made_by_uv == ("UV_OFFLINE" in runner.variables)
    assert (environment / "bin" / "pip").exists() != made_by_uv


def test_the_action_passes_a_good_model(runner: Runner, workspace: Path) -> None:
    summary = workspace / "summary.md"
    runner.variables["GITHUB_STEP_SUMMARY"] = str(summary)
    done = runner.inspect(workspace, models="models/**/*.onnx")
    assert (done.returncode, done.stderr) == (0, "")
    assert summary.read_text().count("good model.onnx") == 1
    assert findings_in(runner.output("sarif")) == []


def findings_in(path: str) -> list[str]:
    (run,) = json.loads(Path(path).read_text())["runs"]
    return [result["ruleId"] for result in run["results"]]


def test_the_action_applies_arguments_and_the_policy(runner: Runner, workspace: Path) -> None:
    over = runner.inspect(workspace, models="models/**/*.onnx", arguments="--max-parameters\n10")
    assert over.returncode == 1
    assert over.stdout.count("::error") == 1
    assert findings_in(runner.output("sarif")) == ["R501"]
    (workspace / "rnninspect.toml").write_text("max-parameters = 10\n")
    assert runner.inspect(workspace, models="models/**/*.onnx").returncode == 1


def test_the_policy_may_list_the_models(runner: Runner, workspace: Path) -> None:
    policy = workspace / "rnninspect.toml"
    policy.write_text('models = ["models/**/*.onnx"]\nmax-parameters = 10\n')
    over = runner.inspect(workspace, models="")
    assert (over.returncode, over.stdout.count("::error")) == (1, 1)
    policy.write_text('models = ["models/**/*.onnx"]\n')
    assert runner.inspect(workspace, models="").returncode == 0


def test_the_action_reports_a_missing_file(runner: Runner, workspace: Path) -> None:
    done = runner.inspect(workspace, models="models/**/*.onnx\nabsent/*.pt\n")
    assert done.returncode == 2
    assert done.stderr.count("absent/*.pt: No such file or directory") == 1


def test_the_action_inspects_without_a_policy(runner: Runner, workspace: Path) -> None:
    shutil.copy(BROKEN, workspace / "--broken.onnx")
    done = runner.inspect(workspace, models="*.onnx", command="inspect", format="table")
    assert done.returncode == 1
    assert "error R1" in done.stdout
    assert "R101" in findings_in(runner.output("sarif"))


def test_an_input_of_the_action_never_becomes_a_command(runner: Runner, workspace: Path) -> None:
    hostile = "$(touch made) `touch made`; touch made"
    for inputs in (
        {"models": hostile},
        {"models": "x", "arguments": hostile},
        {"models": "x", "format": hostile},
        {"models": "x", "command": hostile},
    ):
        assert runner.inspect(workspace, **inputs).returncode == 2
    assert not (workspace / "made").exists()


def test_each_expression_of_the_action_is_in_an_env() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    steps = [text for step in (INSTALL, INSPECT) for text in step["env"].values()]
    outputs = [output["value"] for output in ACTION["outputs"].values()]
    assert sorted(EXPRESSION.findall(text)) == sorted(
        name for each in (*steps, *outputs) for name in EXPRESSION.findall(each)
    )
    assert {name for each in steps for name in EXPRESSION.findall(each)} >= {
        f"inputs.{name}" for name in ACTION["inputs"]
    }
