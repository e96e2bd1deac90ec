"""Checks a reader against the contract of `docs/write-a-reader.md`, for its package's tests."""

from __future__ import annotations

import ast
import inspect
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from rnninspect.contract import fault_in, fault_in_convention, lacks
from rnninspect.model import SavedModel
from rnninspect.plugin import Framework, UnreadableFile
from rnninspect.source.source import open_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import NoReturn

    from rnninspect.plugin import Inside, Read, Reader, Source

STRANGERS = {
    "an empty file": b"",
    "a text": b"hello\n" * 50,
    "zeros": bytes(4096),
    "bytes of 0xff": b"\xff" * 4096,
    "a page": b"<!doctype html>",
    "an empty zip archive": b"PK\x05\x06" + bytes(18),
    "the signature of HDF5": b"\x89HDF\r\n\x1a\n",
    "an empty JSON object": b"{}",
}
_CUTS = 20


def check_reader(reader: Reader, good_file: str | os.PathLike[str]) -> SavedModel:
    """Check a reader by one good file of its format, and return the model that it describes.

    Checked, each with a message that begins with the rule:

    * members: all of `rnninspect.plugin.Reader` are there; `name` is one word in lower case,
      suffixes are in lower case and begin with a dot, implied ones are among the others.
    * light: the module of the class imports nothing but the standard library.
    * conventions: their cells exist and have the weights that are named.
    * frameworks: the model's is among them; the module of each judge can be found.
    * recognise: returns None or a callable and raises nothing, for an empty folder, for files of
      other formats, and for the good file, whole and cut off at each twentieth.
    * read: ends in UnreadableFile of one line, or in a whole description, wherever the file is cut.
    * model: each field is of its type; roles, slots and tensors agree (`rnninspect.contract`).
    * repeatable: a second call describes the same file the same way.

    Not checked: whether the counts are right, how long it takes, and that no weights are read.

    Raises:
        AssertionError: a rule is broken.
    """
    _check_members(reader)
    _check_light(reader)
    _check_conventions(reader)
    good = Path(good_file)
    with TemporaryDirectory() as name:
        _check_strangers(reader, Path(name))
        _check_cut_files(reader, good, Path(name))
    model = _describe(reader, good)
    if model != _describe(reader, good):
        _fail("repeatable", "two calls describe the same file in two ways")
    _check_frameworks(reader, model)
    return model


def _fail(rule: str, what: str) -> NoReturn:
    raise AssertionError(f"{rule}: {what}")


def _check_members(reader: Reader) -> None:
    fault = lacks(reader)
    if fault:
        _fail("members", f"the reader {fault}")
    if reader.name != reader.name.lower() or reader.name.split() != [reader.name]:
        _fail("members", f"the name {reader.name!r} is not one word in lower case")
    for suffix in map(str, (*reader.suffixes, *reader.implied_suffixes)):
        if suffix[:1] != "." or suffix != suffix.lower():
            _fail("members", f"the suffix {suffix!r} is not in lower case with a dot before it")
    strange = set(reader.implied_suffixes) - set(reader.suffixes)
    if strange:
        _fail("members", f"the implied suffix {min(strange)} is not among the suffixes")


def _check_light(reader: Reader) -> None:
    """The imports at the top of the class's module; those for type checkers do not run."""
    for node in ast.parse(inspect.getsource(sys.modules[type(reader).__module__])).body:
        if isinstance(node, ast.Import):
            named = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named = {"." * node.level + (node.module or "")}
        else:
            continue
        outside = {name for name in named if name.partition(".")[0] not in sys.stdlib_module_names}
        if outside:
            _fail("light", f"its module imports {min(outside)}; import that in a method")


def _check_conventions(reader: Reader) -> None:
    for convention in reader.conventions():
        fault = fault_in_convention(convention)
        if fault:
            _fail("conventions", fault)


def _check_frameworks(reader: Reader, model: SavedModel) -> None:
    frameworks = reader.frameworks()
    for framework in frameworks:
        if not isinstance(framework, Framework):
            _fail("frameworks", f"{framework!r:.80} is not a Framework")
        for judge in framework.judges:
            if find_spec(judge.module) is None:
                _fail("frameworks", f"the judge {judge.name} has no module {judge.module}")
    if model.framework not in {framework.name for framework in frameworks}:
        _fail("frameworks", f"{model.framework}, of the good file, is not among them")


def _check_strangers(reader: Reader, scratch: Path) -> None:
    folder = scratch / "folder"
    folder.mkdir()
    _check_path(reader, folder, "an empty folder")
    for number, (what, content) in enumerate(STRANGERS.items()):
        path = scratch / f"stranger{number}"
        path.write_bytes(content)
        _check_path(reader, path, what)


def _check_cut_files(reader: Reader, good: Path, scratch: Path) -> None:
    if good.is_dir():
        return
    content = good.read_bytes()
    for step in range(1, _CUTS):
        path = scratch / f"cut{good.suffix}"
        path.write_bytes(content[: len(content) * step // _CUTS])
        _check_path(reader, path, f"the first {path.stat().st_size} bytes of the good file")


def _check_path(reader: Reader, path: Path, what: str) -> None:
    """A file that need not be recognised; if it is, it ends in a description or in one line."""
    with open_source(path) as source:
        read = _recognised(reader, source, what)
        if read is not None:
            _found(read, what)


def _describe(reader: Reader, good: Path) -> SavedModel:
    with open_source(good) as source:
        read = _recognised(reader, source, "the good file")
        if read is None:
            _fail("recognise", "the good file is not recognised")
        found = _found(read, "the good file")
    if not isinstance(found, SavedModel):
        _fail("read", f"the good file is not described: {found}")
    return found


def _recognised(reader: Reader, source: Source, what: str) -> Read | None:
    try:
        read = reader.recognise(source)
    except Exception as error:
        raise AssertionError(f"recognise: {type(error).__name__} at {what}: {error}") from error
    if read is not None and not callable(read):
        _fail("recognise", f"{read!r:.80} at {what} is not None or a callable")
    return read


def _found(read: Read, what: str) -> SavedModel | Inside | UnreadableFile:
    """What a call describes, or the error that it may end with."""
    try:
        found = read()
    except UnreadableFile as error:
        if not str(error) or "\n" in str(error):
            _fail("read", f"the reason at {what} is not one line: {str(error)!r}")
        return error
    except Exception as error:
        reason = f"{type(error).__name__} in place of UnreadableFile at {what}: {error}"
        raise AssertionError(f"read: {reason}") from error
    fault = fault_in(found)
    if fault:
        _fail("model", f"{fault}, at {what}")
    return found
