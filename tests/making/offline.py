"""Installs rnninspect as a stranger would, from its source, while pip and uv fetch nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import uv
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
SOURCE = ("inspector", "plugins", "pyproject.toml", "README.md", "LICENSE")


def program(name: str) -> str:
    """A program of a package that the tests need, wherever that package is installed."""
    return str(Path(uv.find_uv_bin()).parent / name)


def source(folder: Path, *more: str) -> Path:
    """A copy of what is needed to install rnninspect, and of these files beside it."""
    for name in (*SOURCE, *more):
        path, copy = ROOT / name, folder / name
        if path.is_dir():
            shutil.copytree(path, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    return folder


def environment(folder: Path) -> dict[str, str]:
    """Variables under which pip finds here, by links, all that rnninspect asks for."""
    folder.mkdir()
    for found in _required():
        for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            (folder / top).symlink_to(Path(str(found.locate_file(top))))
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it as --build-isolation=0
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
        "COLUMNS": "80",
    }


def environment_of_uv(folder: Path) -> dict[str, str]:
    """Variables under which uv finds here, as wheels, all that rnninspect asks for."""
    folder.mkdir()
    for found in _required():
        name = f"{found.name.replace('-', '_')}-{found.version}-py3-none-any.whl"
        with zipfile.ZipFile(folder / name, "w") as wheel:
            for file in found.files or ():
                if ".." not in file.parts and file.suffix != ".pyc":
                    wheel.write(Path(str(found.locate_file(file))), str(file))
    return {
        **os.environ,
        # wheels are for this interpreter, which uv does not look for in an environment
        "PATH": f"{Path(sys.base_prefix) / 'bin'}:{os.environ['PATH']}",
        "UV_OFFLINE": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(folder),
        "UV_CACHE_DIR": str(folder / "cache"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PYTHON_PREFERENCE": "only-system",
        "COLUMNS": "80",
    }


def _required() -> Iterator[Distribution]:
    """The distributions that are needed to build and to run rnninspect, each once."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    waiting, done = [Requirement(text) for text in requirements], set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in done or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        done.add(name)
        found = distribution(name)
        waiting.extend(Requirement(text) for text in found.requires or ())
        yield found


def run(
    command: list[str], folder: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder and return what it printed; it has two minutes."""
    return subprocess.run(
        command,
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
