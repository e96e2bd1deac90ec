"""Reads a PyTorch file with the module for its container, which is imported when needed."""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect.plugin import (
    Fact,
    Inside,
    Observation,
    SavedModel,
    Source,
    UnreadableFile,
    parsing,
)
from rnninspect_torch.recognition import Container, container_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_torch.archives.archive import Archive
    from rnninspect_torch.recognition import Match

    Found = SavedModel | Inside

_AROUND = (Container.GZIP, Container.TAR, Container.ARCHIVE)  # contain another file
_ON_DEVICES = (Container.FLATBUFFER, Container.EXECUTORCH, Container.FLAT_TENSOR)
_OF_NUMPY = (Container.ARRAYS, Container.OBJECTS)
_DEEPEST = 3  # folder, gzip, tar, and the file
_PART = r"-(\d{5})-of-(\d{5})\."


def read(source: Source, match: Match) -> Found:
    """Describe a recognised file or folder; UnreadableFile or RefusedFile on any fault."""
    with parsing():
        if match.container is Container.FOLDER:
            with source.open_neighbour(match.start) as start:
                return _read_any(start, container_of(start), 1)
        return _with_note_on_parts(_read_any(source, match.container), source)


def _with_note_on_parts(model: Found, source: Source) -> Found:
    """Add a note to a file that is one of several: `model-00001-of-00003.safetensors`."""
    if source.is_folder or "-of-" not in source.name:
        return model
    match = re.search(_PART, source.name)
    if match is None or int(match[2]) < 2:
        return model
    detail = f"part {int(match[1])} of {int(match[2])}: inspect the index for the whole model"
    note = Observation(Fact.UNUSUAL, detail)
    return model._replace(observations=(*model.observations, note))


def _read_any(source: Source, container: Container | None, depth: int = 0) -> Found:
    """Describe a file, which may be inside others."""
    if depth > _DEEPEST:
        raise UnreadableFile(f"nested too deeply: a file inside {depth} others")
    if container is None:
        raise UnreadableFile("neither a PyTorch file nor safetensors")
    if container in _AROUND:
        return _read_inside(source, container, depth)
    return _read_file(source, container)


def _read_inside(source: Source, container: Container, depth: int) -> Found:
    """Describe the PyTorch file in another file."""
    if container is Container.GZIP:
        from rnninspect_torch.archives.gzipped import unwrap

        inner = unwrap(source)
        return _read_any(inner, container_of(inner), depth + 1)
    from rnninspect_torch.formats import archived, tar

    if container is Container.TAR and tar.is_tar_era(source):
        return tar.read(source)
    find = archived.in_tar if container is Container.TAR else archived.in_zip
    archive = find(source)
    model = _read_any(archive.inner, archive.container, depth + 1)
    return model._replace(observations=(*model.observations, *archive.notes))


def _read_file(source: Source, container: Container) -> Found:
    """Describe a file that does not contain another one."""
    if container in (*_ON_DEVICES, *_OF_NUMPY):
        read_apart = _read_mobile if container in _ON_DEVICES else _read_arrays
        return read_apart(source, container)
    match container:
        case Container.ZIP:
            from rnninspect_torch.archives.archive import Archive

            return _read_archive(Archive(source))
        case Container.LEGACY:
            from rnninspect_torch.formats import legacy

            return legacy.read(source)
        case Container.SAFETENSORS:
            from rnninspect_torch.formats import safetensors

            return safetensors.read(source)
        case Container.INDEX:
            from rnninspect_torch.formats import shards

            return shards.read(source)
    from rnninspect_torch.formats import plain_pickle

    return plain_pickle.read(source)


def _read_arrays(source: Source, container: Container) -> SavedModel:
    """Describe a file of numpy."""
    from rnninspect_torch.arrays import files

    if container is Container.ARRAYS:
        return files.read_archive(source)
    return files.read_objects(source)


def _read_mobile(source: Source, container: Container) -> SavedModel:
    """Describe a flatbuffer of PyTorch Mobile or of ExecuTorch."""
    match container:
        case Container.FLATBUFFER:
            from rnninspect_torch.mobile import lite_module

            return lite_module.read(source)
        case Container.EXECUTORCH:
            from rnninspect_torch.mobile import program

            return program.read(source)
    from rnninspect_torch.mobile import flat_tensor

    return flat_tensor.read(source)


def _read_archive(archive: Archive) -> SavedModel:
    """Describe an archive of torch; in this order, since TorchScript has a data.pkl, too."""
    if "tensors/0" in archive and "model.json" in archive:
        from rnninspect_torch.formats import torchscript_json

        return torchscript_json.read(archive)
    if "constants.pkl" in archive:
        from rnninspect_torch.formats import torchscript

        return torchscript.read(archive)
    if "archive_format" in archive or "serialized_exported_program.json" in archive:
        from rnninspect_torch.formats import export

        return export.read(archive)
    if "data.pkl" in archive:
        from rnninspect_torch.formats import saved_zip

        return saved_zip.read(archive)
    if ".data/version" in archive:
        from rnninspect_torch.formats import package

        return package.read(archive)
    raise UnreadableFile("unknown kind of PyTorch archive: no known record")
