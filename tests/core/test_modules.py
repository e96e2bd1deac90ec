"""The command's finder of modules gives what Python's gives, or leaves it to Python."""

from __future__ import annotations

import ast
import importlib.util
import os
import py_compile
import subprocess
import sys
from importlib.machinery import BuiltinImporter, ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

import pytest

import rnninspect
from making.imports import CORE, PACKAGES, SOURCES, name_of
from rnninspect.lean import modules
from rnninspect.lean.modules import Finder, find_quickly


def folder_of(path: Path) -> str:
    """The folder of the package that a module is in."""
    return str(path.parent.parent if path.name == "__init__.py" else path.parent)


def shown(spec: ModuleSpec | None) -> object:
    return spec and (
        *(spec.name, spec.origin, spec.cached, spec.submodule_search_locations),
        *(spec.parent, spec.has_location, getattr(spec.loader, "path", None)),
    )


def test_every_module_is_found_where_python_finds_it() -> None:
    inner = [(name_of(path), folder_of(path)) for path in SOURCES if path.parent not in PACKAGES]
    assert len(inner) > 400
    for name, folder in inner:
        assert shown(Finder.find_spec(name, [folder])) == shown(
            PathFinder.find_spec(name, [folder])
        )


@pytest.mark.parametrize("name", ["rnninspect.lean.missing", "json.decoder", "rnninspector"])
def test_what_is_not_a_file_of_ours_is_left_to_python(name: str) -> None:
    folder = str(Path(importlib.util.__file__).parents[1] / "json")
    assert Finder.find_spec(name, [folder]) is None
    assert Finder.find_spec(name, None) is None


def code_of(spec: ModuleSpec | None) -> CodeType:
    assert spec is not None
    assert isinstance(spec.loader, SourceFileLoader)
    code = spec.loader.get_code(spec.name)
    assert code is not None
    return code


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A module whose cached code says 1; it is as old and as long as one that says 2."""
    path = tmp_path / "sizes.py"
    path.write_text("SIZE = 1\n")
    os.utime(path, (1_000_000, 1_000_000))
    py_compile.compile(str(path), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    return path


def size_in(path: Path) -> int:
    spec = Finder.find_spec("rnninspect.sizes", [str(path.parent)])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    size: int = module.SIZE
    assert module.__file__ == str(path)
    return size


def test_cached_code_is_used_where_it_is_of_this_source(source: Path) -> None:
    source.write_text("SIZE = 2\n")
    os.utime(source, (1_000_000, 1_000_000))
    assert size_in(source) == 1


@pytest.mark.parametrize(("text", "time"), [("SIZE = 2\n", 2_000_000), ("SIZE =  2\n", 1_000_000)])
def test_cached_code_of_another_source_is_not_used(source: Path, text: str, time: int) -> None:
    source.write_text(text)
    os.utime(source, (time, time))
    assert size_in(source) == 2


@pytest.mark.parametrize("mode", [*py_compile.PycInvalidationMode])
def test_code_that_is_checked_by_a_hash_is_left_to_python(
    source: Path, mode: py_compile.PycInvalidationMode
) -> None:
    py_compile.compile(str(source), invalidation_mode=mode)
    assert size_in(source) == 1


def test_code_of_a_tree_that_was_moved_names_its_new_place(source: Path) -> None:
    moved = source.parent / "moved" / source.name
    source.parent.joinpath("__pycache__").rename(source.parent / "kept")
    moved.parent.mkdir()
    source.parent.joinpath("kept").rename(moved.parent / "__pycache__")
    source.rename(moved)
    assert code_of(Finder.find_spec("rnninspect.sizes", [str(moved.parent)])).co_filename == str(
        moved
    )


def test_it_is_used_once_and_not_where_code_is_cached_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    others = [object(), BuiltinImporter, PathFinder]
    monkeypatch.setattr(sys, "meta_path", [*others])
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    find_quickly()
    assert sys.meta_path == others
    monkeypatch.setattr(sys, "pycache_prefix", None)
    find_quickly()
    find_quickly()
    assert sys.meta_path == [others[0], Finder, *others[1:]]


def test_code_is_what_python_loads() -> None:
    name, folder = Finder.__module__, str(Path(modules.__file__).parent)
    ours, pythons = Finder.find_spec(name, [folder]), PathFinder.find_spec(name, [folder])
    assert code_of(ours) == code_of(pythons)


def test_a_call_does_without_it_on_an_interpreter_of_other_parts() -> None:
    lines = (
        "import sys",
        "sys.modules['_frozen_importlib_external'] = None",
        "sys.argv[1:] = ['--version']",
        "from rnninspect.__main__ import main",
        "main()",
    )
    command = [sys.executable, "-c", "\n".join(lines)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert rnninspect.__version__ in done.stdout


def test_a_module_has_what_python_gives_it() -> None:
    for path in (CORE / "lean" / "modules.py", CORE / "lean" / "__init__.py"):
        name, folder = name_of(path), folder_of(path)
        ours, pythons = Finder.find_spec(name, [folder]), PathFinder.find_spec(name, [folder])
        assert ours is not None
        assert pythons is not None
        made, known = (
            importlib.util.module_from_spec(ours),
            importlib.util.module_from_spec(pythons),
        )
        assert (made.__spec__, made.__loader__) == (ours, ours.loader)
        for one in (made, known):
            del one.__spec__, one.__loader__
        assert vars(made) == vars(known)


def test_a_missing_attribute_is_an_attribute_error(source: Path) -> None:
    spec = Finder.find_spec("rnninspect.sizes", [str(source.parent)])
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    assert isinstance(made, ModuleType)
    assert not hasattr(made, "__path__")
    with pytest.raises(AttributeError, match="missing"):
        _ = made.missing


def test_a_module_may_have_a_function_for_missing_attributes(tmp_path: Path) -> None:
    path = tmp_path / "sizes.py"
    path.write_text("def __getattr__(name):\n    return name\n")
    spec = Finder.find_spec("rnninspect_others.sizes", [str(tmp_path)])
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert made.missing == "missing"


def test_no_module_of_ours_has_a_function_for_missing_attributes() -> None:
    """Such a module is slower to import from."""
    for path in SOURCES:
        if path != CORE / "__init__.py":  # which Python's finder has found before
            names = {getattr(node, "name", None) for node in ast.parse(path.read_text()).body}
            assert "__getattr__" not in names


def test_long_code_is_loaded_as_python_loads_it(source: Path) -> None:
    source.write_text(f"SIZE = len({'x' * 2**17!r}) // {2**17}\n")
    os.utime(source, (1_000_000, 1_000_000))
    py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    assert size_in(source) == 1
