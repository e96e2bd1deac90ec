"""The source distribution and the wheel: nothing is lost, and what is installed works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from making import offline
from rnninspect import __version__

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NAME = f"rnninspect-{__version__}"
MANIFEST = tomllib.loads((ROOT / "sample_models" / "manifest.toml").read_text())
SAMPLES = [f"sample_models/{entry['path']}" for entry in MANIFEST["sample"]]
MADE_ELSEWHERE = {".git", ".venv", ".hypothesis", "__pycache__", "dist", "build"}


def files_of_the_repository() -> list[str]:
    """What git tracks; in an unpacked source distribution, which has no git, every file."""
    if (ROOT / ".git").exists():
        done = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        return [name for name in done.stdout.split("\0") if name]
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [
        str(path)
        for path in found
        if not MADE_ELSEWHERE & set(path.parts)
        and not path.parts[0].endswith("_cache")
        and path.name != "PKG-INFO"
    ]


@dataclass(frozen=True, slots=True)
class Built:
    """A source distribution, the wheel that is built from it, and the one built from the tree."""

    folder: Path
    sdist: Path
    from_sdist: Path
    from_tree: Path
    variables: dict[str, str]


def wheel_of(source: Path, target: Path, variables: dict[str, str]) -> Path:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(target)]
    done = offline.run([*command, str(source)], target.parent, variables)
    assert done.returncode == 0, done.stderr
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built")
    variables = offline.environment(folder / "packages")
    tree = offline.source(folder / "tree", *files_of_the_repository())
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder / "out")]
    done = offline.run(command, tree, variables)
    assert done.returncode == 0, done.stderr
    sdist = folder / "out" / f"{NAME}.tar.gz"
    from_sdist = wheel_of(sdist, folder / "from_sdist", variables)
    return Built(
        folder, sdist, from_sdist, wheel_of(tree, folder / "from_tree", variables), variables
    )


def names_in(wheel: Path) -> dict[str, int]:
    """Names and checksums of a wheel's files."""
    with zipfile.ZipFile(wheel) as archive:
        return {file.filename: file.CRC for file in archive.infolist()}


def test_the_source_distribution_contains_the_repository(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        held = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
    assert held == {*files_of_the_repository(), "PKG-INFO"}
    assert {"CHANGELOG.md", "LICENSE", "tests/render/schemas/README.md"} <= held


def test_both_wheels_contain_the_code_and_nothing_else(built: Built) -> None:
    held = names_in(built.from_sdist)
    assert held == names_in(built.from_tree)
    code = {
        name.partition("/")[2]
        for name in files_of_the_repository()
        if name.startswith(("inspector/", "plugins/")) and not name.endswith(".md")
    }
    others = {name for name in held if name.startswith(f"{NAME}.dist-info/")}
    assert set(held) - others == code
    assert {name.rpartition("/")[2] for name in others} == {
        "METADATA", "WHEEL", "RECORD", "LICENSE", "entry_points.txt",
    }  # fmt: skip


def test_what_is_installed_from_the_source_distribution_reads_every_sample(built: Built) -> None:
    home = built.folder / "installed"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python")]
    install = [*pip, "install", "--quiet", "--no-deps", str(built.from_sdist)]
    done = offline.run(install, built.folder, built.variables)
    assert done.returncode == 0, done.stderr
    with tarfile.open(built.sdist) as archive:
        archive.extractall(built.folder, filter="data")
    command = [str(home / "bin" / "rnninspect"), *SAMPLES, "--format", "json"]
    installed = offline.run(command, built.folder / NAME, built.variables)
    here = subprocess.run(
        [sys.executable, "-m", "rnninspect", *command[1:]],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "80"},
    )  # fmt: skip
    assert (installed.returncode, installed.stderr) == (here.returncode, here.stderr)
    document = json.loads(installed.stdout)
    assert document == json.loads(here.stdout)
    read = {report["path"] for report in document["reports"]}
    assert len(read) > len(SAMPLES) * 0.9
    assert {sample for sample in SAMPLES if "/broken/" not in sample} <= read


def test_what_is_installed_leaves_newer_versions_as_they_are() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = [Requirement(text) for texts in listed for text in texts]
    for requirement in wanted:
        operators = {part.operator for part in requirement.specifier}
        assert operators <= {">="}, f"{requirement} replaces what a user has"
    lines = (ROOT / "tests" / "constraints.txt").read_text().splitlines()
    held = {Requirement(line).name for line in lines if not line.startswith("#")}
    assert held <= {requirement.name for requirement in wanted}
