"""Reads a file of Keras or TensorFlow; the modules for the other kinds are not imported."""

from __future__ import annotations

from rnninspect.plugin import parsing
from rnninspect_keras.recognition import FileKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source


def read(source: Source, kind: FileKind) -> SavedModel:
    """Describe a file of the kind that was recognised.

    Raises:
        UnreadableFile: its structure cannot be parsed.
        RefusedFile: a limit would be exceeded.
    """
    with parsing():
        if kind in (FileKind.SAVED_MODEL, FileKind.CHECKPOINT):
            return _read_tensorflow(source, kind)
        if kind is FileKind.TFJS:
            return _read_tfjs(source)
        return _read_keras(source, kind)


def _read_tensorflow(source: Source, kind: FileKind) -> SavedModel:
    from rnninspect_keras.tensorflow import reading

    if kind is FileKind.SAVED_MODEL:
        return reading.read_saved_model(source)
    return reading.read_checkpoint(source)


def _read_tfjs(source: Source) -> SavedModel:
    from rnninspect_keras.tfjs.reading import read_tfjs

    return read_tfjs(source)


def _read_keras(source: Source, kind: FileKind) -> SavedModel:
    from rnninspect_keras import opening

    match kind:
        case FileKind.ARCHIVE:
            return opening.read_archive(source)
        case FileKind.FOLDER:
            return opening.read_folder(source)
        case FileKind.SHARDS:
            return opening.read_shards(source)
    return opening.read_hdf5(source)
