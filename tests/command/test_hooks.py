"""The GitLab job and the pre-commit hooks: what they run is run as written."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from making import offline
from rnninspect.card.block import END, START
from rnninspect.command.request import SUBCOMMANDS
from rnninspect.readers import built_in_readers, filing_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_models"
GOOD, BROKEN = SAMPLES / "onnx" / "basic_lstm.onnx", SAMPLES / "broken" / "cut_tensor.onnx"
PAGE_ABOUT_HOOKS = ROOT / "docs" / "pre-commit.md"
PAGE = re.compile(
    r"(?<=<!-- pre-commit -->\n\n```console\n\$ pre-commit run --all-files\n)(?:(?!```).*\n)*"
)
PARTS = {".distcp", ".pdiparams", ".pdopt"}  # of what another file leads to
OFTEN = {".h5", ".hdf5", ".pb"}  # in a repository mostly a model, though others use them too
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def parsed(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize(("budget", "code"), [("1M", 0), ("10", 1)])
def test_the_gitlab_job(budget: str, code: int, tmp_path: Path) -> None:
    job = parsed("templates/gitlab.yml")["rnninspect"]
    workspace = tmp_path / "a workspace"
    (workspace / "models").mkdir(parents=True)
    shutil.copy(GOOD, workspace / "models")
    shutil.copy(GOOD, workspace / "-oother.onnx")
    source, packages = offline.source(tmp_path / "source"), tmp_path / "packages"
    script = "\n".join([*job["before_script"], *job["script"]])
    variables = {**offline.environment(packages), **job["variables"], "RNNINSPECT": str(source)}
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
    sure = {ending for reader in built_in_readers() for ending in filing_of(reader).sure_suffixes}
    assert taken - {".md"} == sure - PARTS | OFTEN
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


def pre_commit(folder: Path) -> tuple[list[str], dict[str, str]]:
    """pre-commit, and the variables under which it installs hooks without the network."""
    variables = {**offline.environment(folder), "PRE_COMMIT_HOME": f"{folder}-home"}
    return [sys.executable, "-m", "pre_commit"], variables


def prek(folder: Path) -> tuple[list[str], dict[str, str]]:
    """prek, which installs hooks with uv, and such variables for both."""
    variables = {**offline.environment_of_uv(folder), "PREK_HOME": f"{folder}-home"}
    programs = [Path(name).parent for name in (offline.program("uv"), sys.executable)]
    variables["PATH"] = ":".join([*map(str, programs), variables["PATH"]])
    return [offline.program("prek")], variables


@pytest.mark.parametrize("program", [pre_commit, prek])
def test_the_hooks_in_a_repository(
    program: Callable[[Path], tuple[list[str], dict[str, str]]],
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    runs, variables = program(tmp_path / "packages")
    person = {"NAME": "t", "EMAIL": "t@example.org"}
    variables |= {
        f"GIT_{who}_{key}": text for who in ("AUTHOR", "COMMITTER") for key, text in person.items()
    }
    variables["GIT_CONFIG_GLOBAL"] = "/dev/null"
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
    command = [*runs, "run", "--all-files", "--color=never"]

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
    if program is prek:
        return
    if pytestconfig.getoption("--renew-golden"):
        PAGE_ABOUT_HOOKS.write_text(
            PAGE.sub(lambda _: last.stdout, PAGE_ABOUT_HOOKS.read_text(), count=1)
        )
    shown = PAGE.search(PAGE_ABOUT_HOOKS.read_text())
    assert shown
    assert shown[0] == last.stdout


def results(output: str) -> list[str]:
    return re.findall(r"\.\.(Passed|Failed)$", output, re.MULTILINE)
