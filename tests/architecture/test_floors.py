"""The cut of the project: who may import whom, how large a file may be, and how light a start."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE, PLUGINS = ROOT / "inspector" / "rnninspect", ROOT / "plugins"
FLOORS = {
    "record": -1,  # below all: what values are made of
    "errors": -1,
    "extras": -1,
    "dtypes": 0,
    "merging": 2,
    "cells": 0,
    "wording": 0,
    "source": 1,
    "model": 1,
    "counter": 3,
    "decode": 3,
    "plugin": 3,
    "rules": 3,
    "foreign": 3,
    "readers": 4,
    "report": 4,
    "policy": 4,
    "inspection": 5,
    "audit": 5,
    "card": 5,
    "comparison": 6,
    "verification": 5,
    "render": 7,
    "command": 8,
    "cli": 9,
    "__main__": 10,
    "__init__": 7,  # names the public functions; imports nothing by itself
}
JUDGES_DOORS = (["verification"], ["source"], ["errors"])
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
UNUSED = {"typer", "click", "typing", "pathlib", "tempfile", "shutil", "urllib", "dataclasses"}
UNUSED |= {"unicodedata", "wcwidth"}  # measured only where a name is not in Latin letters
SOURCES = sorted([*CORE.rglob("*.py"), *PLUGINS.rglob("*.py")])
HEAVY = {"torch", "tensorflow", "keras", "onnx", "onnxruntime", "h5py", "numpy", "safetensors"}


def floor_of(path: Path) -> str:
    return path.relative_to(CORE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def test_every_module_of_the_core_has_a_floor() -> None:
    assert {floor_of(path) for path in CORE.rglob("*.py")} == set(FLOORS)


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda p: str(p.relative_to(CORE)))
def test_the_core_imports_only_from_lower_floors(path: Path) -> None:
    own = floor_of(path)
    for name in imported(path):
        package, _, rest = name.partition(".")
        assert not package.startswith("rnninspect_"), f"{path.name} imports the plugin {name}"
        other = rest.partition(".")[0]
        if package == "rnninspect" and other in FLOORS and other != own:
            assert FLOORS[other] < FLOORS[own], f"{own} imports {other}"


@pytest.mark.parametrize(
    "path", sorted(PLUGINS.rglob("*.py")), ids=lambda p: str(p.relative_to(PLUGINS))
)
def test_a_plugin_knows_the_door_and_the_decoders_alone(path: Path) -> None:
    own = path.relative_to(PLUGINS).parts[0]
    for name in imported(path):
        parts = name.split(".")
        if parts[0] == "rnninspect":
            judging = path.parent.name == "judge" and parts[1:2] in JUDGES_DOORS
            allowed = parts[1:2] in (["plugin"], ["decode"], [])
            assert allowed or judging, f"{path} imports {name}"
        elif parts[0].startswith("rnninspect_"):
            assert parts[0] == own, f"{path} imports another plugin: {name}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module opens with what lives there"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if CORE / "cli" not in path.parents],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_typing_is_for_the_type_checker_alone(path: Path) -> None:
    at_run_time = ast.parse(path.read_text())
    at_run_time.body = [node for node in at_run_time.body if not _is_for_checking(node)]
    for node in ast.walk(at_run_time):
        assert not (isinstance(node, ast.ImportFrom) and node.module == "typing")


def _is_for_checking(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def test_a_plugins_door_imports_only_the_standard_library() -> None:
    for path in PLUGINS.glob("*/__init__.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ImportFrom | ast.Import):
                module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
                assert (module or "").partition(".")[0] in sys.stdlib_module_names, path


def modules_of(program: str, *arguments: str) -> set[str]:
    """What a program imports."""
    command = [sys.executable, "-X", "importtime", "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


@pytest.mark.parametrize("output", ["table", "json"])
@pytest.mark.parametrize(
    "sample", ["onnx/basic_lstm.onnx", "torch/tagger.pt", "keras/bidirectional.keras"]
)
def test_the_common_call_imports_only_what_it_uses(sample: str, output: str) -> None:
    start = "from rnninspect.__main__ import main; main()"  # -m would import more by itself
    modules = modules_of(start, str(ROOT / "sample_models" / sample), "--format", output)
    assert "rnninspect.counter" in modules
    assert not {name.partition(".")[0] for name in modules} & (HEAVY | UNUSED)
