"""The action, the GitLab job and the workflows of the documentation, as linters see them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from making import offline

ROOT = Path(__file__).parents[2]
ACTION, JOB = ROOT / "action.yml", ROOT / "templates" / "gitlab.yml"
ZIZMOR = (offline.program("zizmor"), "--offline", "--quiet", "--persona=pedantic")
SCHEMA = (offline.program("check-jsonschema"), "--builtin-schema")


def lint(*command: str | Path) -> str:
    """What a linter complains of; nothing where it is content."""
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, check=False, timeout=120
    )
    return done.stdout + done.stderr if done.returncode else ""


@pytest.fixture(scope="module")
def workflows(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("repository")
    page = ROOT / "docs" / "github.md"
    command = [sys.executable, str(ROOT / ".ci" / "workflows.py"), str(page), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return sorted((folder / ".github" / "workflows").iterdir())


def test_the_action() -> None:
    assert lint(*ZIZMOR, ACTION) == ""
    assert lint(*SCHEMA, "vendor.github-actions", ACTION) == ""


def test_the_gitlab_job() -> None:
    assert lint(*SCHEMA, "vendor.gitlab-ci", JOB) == ""


def test_the_workflows_of_the_documentation(workflows: list[Path]) -> None:
    assert len(workflows) == 2
    assert lint(*ZIZMOR[:-1], *workflows) == ""
    assert lint(*SCHEMA, "vendor.github-workflows", *workflows) == ""


def test_the_linters_would_find_a_fault(workflows: list[Path], tmp_path: Path) -> None:
    text = ACTION.read_text(encoding="utf-8")
    injecting, unknown = tmp_path / "injecting" / "action.yml", tmp_path / "unknown.yml"
    injecting.parent.mkdir()
    injecting.write_text(text.replace("set -o noglob", "echo ${{ inputs.models }}"))
    assert "template-injection" in lint(*ZIZMOR, injecting)
    unknown.write_text(workflows[0].read_text().replace("runs-on:", "runs-onn:"))
    assert "runs-on" in lint(*SCHEMA, "vendor.github-workflows", unknown)
    unknown.write_text(JOB.read_text().replace("artifacts:", "artifact:"))
    assert lint(*SCHEMA, "vendor.gitlab-ci", unknown) != ""
