"""The import graph of our packages: who imports whom, within functions and for types, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = ROOT / "inspector" / "rnninspect"
PLUGINS = sorted(path.parent for path in (ROOT / "plugins").glob("*/__init__.py"))
PACKAGES = (CORE, *PLUGINS)
SOURCES = sorted(path for package in PACKAGES for path in package.rglob("*.py"))
Graph = Mapping[str, frozenset[str]]


def name_of(path: Path) -> str:
    """The dotted name of a module of ours."""
    package = next(package for package in PACKAGES if path.is_relative_to(package))
    parts = (package.name, *path.relative_to(package).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


@cache
def imported(path: Path) -> frozenset[str]:
    """Every name that a module imports anywhere: modules, and what it takes out of them."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)


@cache
def graph_of(package: Path) -> Graph:
    """The modules of a package, each with those of the same package that it imports."""
    paths = {name_of(path): path for path in sorted(package.rglob("*.py"))}
    return {
        name: frozenset(_modules(imported(path), paths)) - {name} for name, path in paths.items()
    }


def _modules(names: frozenset[str], paths: Mapping[str, Path]) -> Iterator[str]:
    for name in names:
        module = name if name in paths else name.rpartition(".")[0]
        if module in paths:
            yield module


def in_cycles(graph: Graph) -> set[str]:
    """The modules that import themselves by way of others."""
    return {name for name in graph if name in _reached(graph, name)}


def _reached(graph: Graph, start: str) -> set[str]:
    reached: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(graph[name])
    return reached


def rooms(graph: Graph) -> Graph:
    """The same graph over the names directly below the package: modules and sub-packages."""
    joined: dict[str, frozenset[str]] = {}
    for name, others in graph.items():
        room = _room(name)
        known = joined.get(room, frozenset())
        joined[room] = known | {_room(other) for other in others} - {room}
    return joined


def _room(name: str) -> str:
    return name.split(".")[1] if "." in name else "__init__"


def floors(graph: Graph) -> dict[str, int]:
    """A number for each name: 0 for what imports nothing, else one above all that it imports.

    CycleError, which names the cycle, if there is no such order.
    """
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    found: dict[str, int] = {}
    for floor in range(len(graph)):
        ready = sorter.get_ready()
        found.update(dict.fromkeys(sorted(ready), floor))
        sorter.done(*ready)
    return found
