"""Finds the modules of these packages where they are: beside the module of their package.

A small call imports some hundred modules. Python's own finder keeps a list of each folder, tries
five endings for each name, and puts each path together piece by piece: a quarter of the call. This
one looks for a source file and for the code that Python has cached of it, and leaves to Python's
whatever else there may be: archives, extension modules, code that is not cached or is not of this
source. It is for the command alone: a program that imports the package has Python's.
"""

from __future__ import annotations

# `importlib` itself takes as long to import as a reader; these are what it is made of.
import _imp
import marshal
import os
import sys
from _frozen_importlib import BuiltinImporter, ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

_PACKAGES = "rnninspect"  # how the names of all of them begin
_START = MAGIC_NUMBER + bytes(4)  # of cached code that is checked by its source's time and size
_WORD = 0xFFFFFFFF
_LARGEST = 2**16  # bytes of cached code that are read at once; ours is smaller
_TO_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_ENDING = f".{sys.implementation.cache_tag}.pyc"


class _Module(type(sys)):  # type: ignore[misc] # `ModuleType`, without importing `types`
    """A module in which a missing attribute is found out cheaply.

    Each `from module import name` asks whether the module is a package. An ordinary module answers
    with an error and its message, which take as long as the rest of the statement. In return, a
    function `__getattr__` in the module would have no effect; a module with one is made ordinary.
    """

    __slots__ = ()
    __getattribute__ = object.__getattribute__


class Finder:
    """A finder for `sys.meta_path`."""

    @staticmethod
    def find_spec(
        name: str,
        path: Any,  # noqa: ANN401 - of a package whatever its loader says
        target: ModuleType | None = None,  # noqa: ARG004 - Python gives it
    ) -> ModuleSpec | None:
        """Where a module of ours is; None if it is another's, or not a plain file."""
        if type(path) is not list or not name.startswith(_PACKAGES):
            return None
        folder, last = path[0], name.rpartition(".")[2]
        source = _source(f"{folder}/{last}.py")
        if source is not None:
            return _spec(name, folder, last, source)
        folder = f"{folder}/{last}"
        source = _source(f"{folder}/__init__.py")
        if source is None:
            return None
        spec = _spec(name, folder, "__init__", source)
        spec.submodule_search_locations = [folder]
        return spec


class Loader(SourceFileLoader):
    """Loads code that Python has cached; what is not, as Python does."""

    def __init__(self, name: str, path: str, cached: str, source: os.stat_result) -> None:
        self.name, self.path = name, path  # all that the class above does
        self._cached, self._source = cached, source

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """A module with all that Python would set; it would look for each of them first."""
        module = _Module(spec.name)
        known = module.__dict__
        known["__loader__"], known["__package__"], known["__spec__"] = self, spec.parent, spec
        known["__file__"], known["__cached__"] = self.path, self._cached
        if spec.submodule_search_locations is not None:
            known["__path__"] = spec.submodule_search_locations
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's code."""
        super().exec_module(module)
        if "__getattr__" in module.__dict__:  # in a reader of others: ours have none
            module.__class__ = type(sys)

    def get_code(self, fullname: str) -> CodeType | None:
        """The code of a module."""
        time, size = int(self._source.st_mtime) & _WORD, self._source.st_size & _WORD
        try:
            file = os.open(self._cached, _TO_READ)
            try:
                data = os.read(file, _LARGEST)
            finally:
                os.close(file)
        except OSError:
            return super().get_code(fullname)
        start = _START + time.to_bytes(4, "little") + size.to_bytes(4, "little")
        if data[:16] != start or len(data) == _LARGEST:
            return super().get_code(fullname)
        code: CodeType = marshal.loads(data[16:])  # noqa: S302 - what Python itself would run
        _imp._fix_co_filename(code, self.path)  # type: ignore[attr-defined] # noqa: SLF001 - of a tree that was moved
        return code


def find_quickly() -> None:
    """Use this finder before Python's and after those of others.

    Not where Python is told to keep its cached code elsewhere, or to optimise it.
    """
    finders = sys.meta_path
    plain = not (sys.pycache_prefix or sys.flags.optimize)
    if plain and BuiltinImporter in finders and Finder not in finders:
        finders.insert(finders.index(BuiltinImporter), Finder)


def _source(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - as above
    except OSError:
        return None


def _spec(name: str, folder: str, module: str, source: os.stat_result) -> ModuleSpec:
    path, cached = f"{folder}/{module}.py", f"{folder}/__pycache__/{module}{_ENDING}"
    spec = ModuleSpec(name, Loader(name, path, cached, source), origin=path)
    spec.has_location, spec.cached = True, cached
    return spec
