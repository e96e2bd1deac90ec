"""The structure of the project: who may import whom, and the sizes of files and folders."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError
from pathlib import Path

import pytest

from making.imports import (
    CORE,
    PACKAGES,
    PLUGINS,
    ROOT,
    SOURCES,
    Graph,
    floors,
    graph_of,
    imported,
    in_cycles,
    name_of,
    rooms,
)

# What is directly in the core, from the bottom up. Within a group the imports decide who is above
# whom; no group imports from one above it. A new module must be put into one.
GROUPS = (
    {
        "lean",
        "record",
        "errors",
        "wording",
        "workers",
        "version",
    },  # words of every module, and processes
    {
        "cells",
        "dtypes",
        "source",
        "remote",
        "stored",
        "model",
        "decode",
        "foreign",
    },  # knowledge, bytes, and what is stored
    {
        "merging",
        "counter",
        "plugin",
        "graphs",
        "signatures",
        "spellings",
        "declared",
    },  # what a layer should have, and what a reader is given
    {"readers", "contract", "rules", "report", "inspection", "walking"},  # the pipeline
    {
        "policy",
        "audit",
        "comparison",
        "counting",
        "card",
        "verification",
        "rows",
    },  # what is made of reports
    {"render", "results", "cluster"},
    {"command", "cli", "__main__"},
    {
        "__init__",
        "testing",
        "api",
    },  # the doors for other programs; nothing of ours imports the second
)
DOORS = (
    *("rnninspect.plugin.", "rnninspect.lean.", "rnninspect.decode.", "rnninspect.graphs."),
    *("rnninspect.signatures.", "rnninspect.declared.", "rnninspect.spellings."),
    "rnninspect.stored.",
)
JUDGES_DOORS = tuple(f"rnninspect.verification.{name}." for name in ("question", "arrays", "steps"))
# Modules that import by a name that they are given: the readers' own, and the judge of `verify`;
# and one that loads the compiler of Python's own regular expressions.
BY_NAME = {"rnninspect.readers", "rnninspect.verification.child", "rnninspect.lean.expressions"}
LONGEST_FILE, LONGEST_FUNCTION, WIDEST_FOLDER = 300, 40, 14
FOLDERS = sorted({path.parent for path in SOURCES})


def _path_in_project(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_no_module_imports_itself_by_way_of_others(package: Path) -> None:
    assert in_cycles(graph_of(package)) == set()


def test_what_is_directly_in_the_core_has_an_order() -> None:
    found = floors(rooms(graph_of(CORE)))
    for below, above in (("record", "model"), ("model", "counter"), ("render", "cli")):
        assert found[below] < found[above]


@pytest.mark.parametrize(
    ("graph", "reached"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, set()),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, {"b", "c"}),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, {"a", "b", "c"}),
    ],
)
def test_a_cycle_is_found(graph: dict[str, set[str]], reached: set[str]) -> None:
    frozen: Graph = {name: frozenset(others) for name, others in graph.items()}
    assert in_cycles(frozen) == reached
    if reached:
        with pytest.raises(CycleError):
            floors(frozen)
    else:
        assert floors(frozen) == {"c": 0, "b": 1, "a": 2}


def test_every_module_of_the_core_is_in_one_group() -> None:
    listed = [name for group in GROUPS for name in group]
    found = set(rooms(graph_of(CORE)))
    assert found <= set(listed)
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("room", sorted(rooms(graph_of(CORE))))
def test_no_group_of_the_core_imports_from_one_above_it(room: str) -> None:
    level = {name: number for number, group in enumerate(GROUPS) for name in group}
    others = rooms(graph_of(CORE))[room]
    assert {name for name in others if level[name] > level[room]} == set()


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=_path_in_project)
def test_the_core_imports_no_plugin(path: Path) -> None:
    assert {name for name in imported(path) if name.startswith("rnninspect_")} == set()


@pytest.mark.parametrize(
    "path",
    sorted(path for plugin in PLUGINS for path in plugin.rglob("*.py")),
    ids=_path_in_project,
)
def test_a_plugin_imports_of_ours_the_door_and_the_decoders_alone(path: Path) -> None:
    own = name_of(path).partition(".")[0]
    judging = JUDGES_DOORS if path.parent.name == "judge" else ()
    for name in imported(path):
        package = name.partition(".")[0]
        if package == "rnninspect":
            assert name.startswith((*DOORS, *judging)), name
        elif package.startswith("rnninspect_"):
            assert package == own, f"another plugin: {name}"


@pytest.mark.parametrize("path", SOURCES, ids=_path_in_project)
def test_no_module_is_imported_by_a_name_in_a_string(path: Path) -> None:
    if name_of(path) in BY_NAME:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            assert called not in ("import_module", "__import__"), ast.unparse(node)


# What `verify` runs as a program, in a process of its own.
PROGRAM = "rnninspect.verification.child"


@pytest.mark.parametrize("path", SOURCES, ids=_path_in_project)
def test_no_string_names_a_module_of_ours(path: Path) -> None:
    """A string that a table resolves later is an import that no tool sees.

    Allowed: the core's list of built-in readers; a plugin's judges, which the child imports.
    """
    ours = {name_of(source) for source in SOURCES if "." in name_of(source)} - {PROGRAM}
    named = {text for text in _strings(path) if text.partition(":")[0] in ours}
    offers = path.name == "framework.py" and path.parent in PLUGINS
    judges = {text for text in named if offers and ".judge." in text}
    assert named <= judges or name_of(path) in BY_NAME


def _strings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("path", SOURCES, ids=_path_in_project)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module opens with a sentence on what it contains"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


@pytest.mark.parametrize("folder", FOLDERS, ids=_path_in_project)
def test_a_folder_has_few_modules(folder: Path) -> None:
    modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= WIDEST_FOLDER
    assert (folder / "__init__.py").exists()


@pytest.mark.parametrize("folder", FOLDERS, ids=_path_in_project)
def test_the_init_of_a_folder_says_what_belongs_there(folder: Path) -> None:
    sentence = _summary(folder / "__init__.py")
    assert len(sentence.split()) >= 4, sentence
    assert sentence.endswith((".", ":"))


def _summary(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n\n")[0]


def test_the_map_lists_the_groups() -> None:
    text = (ROOT / "inspector" / "README.md").read_text()
    rows = re.findall(r"^\| (\d) \| ((?:`\w+` ?)+)\|", text, re.MULTILINE)
    listed = [(int(number), set(re.findall(r"`(\w+)`", names))) for number, names in rows]
    assert listed == list(enumerate(GROUPS))
