"""Reads a file of Keras or TensorFlow; the modules for the other kinds are not imported."""

from __future__ import annotations

from rnninspect.plugin import parsing
from rnninspect_keras.recognition import FileKind

_GRAPHS = (
    FileKind.GRAPH,
    FileKind.GRAPH_TEXT,
    FileKind.META_GRAPH,
    FileKind.META_GRAPH_TEXT,
)

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
        if kind in _GRAPHS:
            return _read_graph(source, kind)
        return _read_keras(source, kind)


def _read_tensorflow(source: Source, kind: FileKind) -> SavedModel:
    if kind is FileKind.SAVED_MODEL:
        from rnninspect_keras.tensorflow.saved_model import read_saved_model

        return read_saved_model(source)
    from rnninspect_keras.tensorflow.reading import read_checkpoint

    return read_checkpoint(source)


def _read_tfjs(source: Source) -> SavedModel:
    from rnninspect_keras.tfjs.reading import read_tfjs

    return read_tfjs(source)


def _read_graph(source: Source, kind: FileKind) -> SavedModel:
    is_text = kind in (FileKind.GRAPH_TEXT, FileKind.META_GRAPH_TEXT)
    if kind in (FileKind.GRAPH, FileKind.GRAPH_TEXT):
        from rnninspect_keras.graph.reading import read_graph_file

        return read_graph_file(source, is_text=is_text)
    from rnninspect_keras.tensorflow.meta_graphs import read_meta_graph

    return read_meta_graph(source, is_text=is_text)


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
