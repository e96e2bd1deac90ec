"""Finds the reader for a file: content decides, the suffix only orders the tries."""

from __future__ import annotations

import os
from importlib import import_module

from rnninspect.errors import PluginError, UnknownFormat, UnreadableFile
from rnninspect.source import open_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.limits import Limits
    from rnninspect.plugin import Reader
    from rnninspect.source import Source

GROUP = "rnninspect.readers"
BUILT_IN = (
    "rnninspect_onnx:OnnxReader",
    "rnninspect_torch:TorchReader",
    "rnninspect_keras:KerasReader",
)

# What people save under a model's name by mistake: the first bytes, in lower case, and its name.
NO_MODEL = (
    (b"version https://git-lfs", "a Git LFS pointer, not the model: run `git lfs pull`"),
    (b"<!doctype", "an HTML page, not a model"),
    (b"<html", "an HTML page, not a model"),
    (b"<?xml", "an XML document, not a model"),
    (b"{", "JSON, and no model that is known"),
    (b"pk\x03\x04", "a zip archive that is cut off, or of no known kind"),
    (b"pk\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "gzip data that hold no known model"),
)
# Models of formats that are still to come, by a pattern at their start.
NOT_YET = (
    (rb"....TFL3", "a TFLite model: not read yet"),
    # a NodeDef: its name, its operator; a MetaInfoDef before the graph
    (rb"\n.{1,3}\n.[\w./-]+\x12.[A-Z]\w+[*\x1a\x22\n]", "a graph of TensorFlow: not read yet"),
    (rb"\n.{1,4}\x12.{1,4}\n.{1,2}\n.[A-Z]\w+\x12", "a meta graph of TensorFlow: not read yet"),
)
# What a name tells where the content does not.
BY_NAME = (
    (r".*\.data-\d+-of-\d+", "a shard of a TensorFlow checkpoint: give its index or its prefix"),
    (r".*\.index", "no table at its end, as a TensorFlow checkpoint's index has: cut off?"),
)


def open_model(path: str, limits: Limits | None = None) -> Source:
    """Open what a user named, or that with an ending which its framework leaves out.

    Raises:
        UnreadableFile: there is nothing, it may not be read, or it is something else.
    """
    try:
        return open_source(path, limits)
    except UnreadableFile:
        whole = None if os.path.lexists(path) else _with_ending(path)
        if whole is None:
            raise
        return open_source(whole, limits)


def _with_ending(path: str) -> str | None:
    readers = (*built_in_readers(), *installed_readers())
    named = (path + ending for reader in readers for ending in reader.implied_suffixes)
    return next(filter(os.path.isfile, named), None)


def choose_reader(source: Source) -> Reader:
    """The first reader that recognises the content.

    Raises:
        UnknownFormat: none does; the message says what the file seems to be.
        PluginError: an installed reader cannot be loaded.
    """
    tried = built_in_readers()
    suffix = f".{source.name.rpartition('.')[2].lower()}"
    for reader in sorted(tried, key=lambda reader: suffix not in reader.suffixes):
        if reader.recognises(source):
            return reader
    for reader in installed_readers():
        if reader.recognises(source):
            return reader
    raise UnknownFormat(_describe(source))


def built_in_readers() -> list[Reader]:
    """The three readers of this distribution."""
    return [_load(target) for target in BUILT_IN]


def installed_readers() -> Iterator[Reader]:
    """Readers of other distributions, by their entry points in `rnninspect.readers`."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - reads the disk: only when needed

    for point in entry_points(group=GROUP):
        if point.value not in BUILT_IN:
            yield _load(point.value)


def _load(target: str) -> Reader:
    module, _, name = target.partition(":")
    try:
        reader: Reader = getattr(import_module(module), name)()
    except Exception as error:
        raise PluginError(f"reader {target} cannot be loaded: {error}") from error
    return reader


def _describe(source: Source) -> str:
    import re  # noqa: PLC0415 - only a file that no reader takes needs it

    if source.is_folder:
        return "a folder that holds no known model"
    if source.size == 0:
        return "the file is empty"
    start = source.head(64).lstrip().lower()
    known = [what for magic, what in NO_MODEL if start.startswith(magic)]
    head = source.head(256)
    known += [what for pattern, what in NOT_YET if re.match(pattern, head, re.DOTALL)]
    known += [what for pattern, what in BY_NAME if re.fullmatch(pattern, source.name)]
    return known[0] if known else "no reader recognises its content"
