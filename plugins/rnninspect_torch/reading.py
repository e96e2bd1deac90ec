"""Reads a file of torch: the container decides which module does it."""

from __future__ import annotations

import re
import struct
from importlib import import_module

from rnninspect.plugin import (
    Fact,
    Inside,
    Observation,
    SavedModel,
    Source,
    UnreadableFile,
    in_words,
)
from rnninspect_torch.recognition import Container, model_in, sniff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Found = SavedModel | Inside

# Each of these modules has a function `read`, and is imported when a file needs it.
_MODULES = {
    Container.ZIP: "archives.archive",
    Container.LEGACY: "formats.legacy",
    Container.PICKLE: "formats.plain",
    Container.SAFETENSORS: "formats.safetensors",
    Container.INDEX: "formats.shards",
}
_AROUND = (Container.GZIP, Container.TAR, Container.BUNDLE)  # files around files
_DEEPEST = 3  # a folder, gzip, tar, and the file
_UNSUPPORTED = {
    Container.FLATBUFFER: "a flatbuffer of PyTorch Mobile, which is not supported",
    Container.EXECUTORCH: "an ExecuTorch program, which is not supported",
}
_PART = r"-(\d{5})-of-(\d{5})\."
_FOREIGN = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError),
    *(TypeError, ValueError, struct.error),
)


def read_model(source: Source) -> Found:
    """Describe a file; UnreadableFile, or RefusedFile, whatever is wrong with it."""
    try:
        return _with_the_rest(read_any(source), source)
    except _FOREIGN as error:
        raise UnreadableFile(f"malformed content: {in_words(error)}") from error


def _with_the_rest(model: Found, source: Source) -> Found:
    """Say so if the file is one of a set, by its name: `model-00001-of-00003.safetensors`."""
    if source.is_folder or "-of-" not in source.name:
        return model
    match = re.search(_PART, source.name)
    if match is None or int(match[2]) < 2:
        return model
    detail = f"part {int(match[1])} of {int(match[2])}: the index beside it describes the whole"
    note = Observation(Fact.UNUSUAL, detail)
    return model._replace(observations=(*model.observations, note))


def read_any(source: Source, depth: int = 0) -> Found:
    """Describe whatever container a source is, also one inside of others."""
    if depth > _DEEPEST:
        raise UnreadableFile(f"a file inside of {depth} others")
    container = sniff(source)
    if container is None:
        raise UnreadableFile("no file of torch, and no safetensors")
    if container in _UNSUPPORTED:
        raise UnreadableFile(_UNSUPPORTED[container])
    if container is Container.FOLDER:
        with source.open_neighbour(model_in(source) or "") as start:
            return read_any(start, depth + 1)
    if container in _AROUND:
        return _read_inside(source, container, depth)
    module = import_module(f"rnninspect_torch.{_MODULES[container]}")
    read: Callable[[Source], Found] = module.read
    return read(source)


def _read_inside(source: Source, container: Container, depth: int) -> Found:
    """Describe the file of torch in another file."""
    if container is Container.GZIP:
        from rnninspect_torch.archives.gzipped import unwrap  # noqa: PLC0415 - as above

        return read_any(unwrap(source), depth + 1)
    from rnninspect_torch.formats import archived, tar  # noqa: PLC0415 - as above

    if container is Container.TAR and tar.is_tar_era(source):
        return tar.read(source)
    find = archived.in_tar if container is Container.TAR else archived.in_zip
    bundle = find(source)
    model = read_any(bundle.inner, depth + 1)
    return model._replace(observations=(*model.observations, *bundle.notes))
