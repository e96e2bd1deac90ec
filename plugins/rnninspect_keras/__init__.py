"""The reader of Keras files: archives, folders and HDF5 files of every Keras; TensorFlow's too."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Convention, SavedModel, Source

ZIP, EMPTY_ZIP = b"PK\3\4", b"PK\5\6"
PICKLE = b"\x80"
HDF5 = b"\x89HDF\r\n\x1a\n"
MEMBERS = (b"config.json", b"model.weights.h5")


class KerasReader:
    """Reads what Keras and TensorFlow save."""

    name = "keras"
    summary = "Keras archives, HDF5 models and weights, TensorFlow SavedModels and checkpoints"
    suffixes: tuple[str, ...] = (".keras", ".h5", ".hdf5", ".index", ".pb", ".json")
    implied_suffixes: tuple[str, ...] = (
        ".index",
    )  # TensorFlow names a checkpoint by what its files begin with

    def recognises(self, source: Source) -> bool:
        """Whether the content is an HDF5 file, a Keras archive, a SavedModel or a checkpoint."""
        return _kind(source) is not None

    def read(self, source: Source) -> SavedModel:
        """Describe the file.

        Raises:
            UnreadableFile: its structure cannot be parsed.
            RefusedFile: a limit would be exceeded.
        """
        from rnninspect.plugin import UnreadableFile  # noqa: PLC0415 - only a read needs it

        try:
            return _read(source)
        except (LookupError, ValueError, TypeError, OverflowError) as error:
            raise UnreadableFile(f"its structure contradicts itself: {error}") from error
        except (RecursionError, MemoryError) as error:
            raise UnreadableFile("its structure nests too deep or is too large") from error

    def conventions(self) -> Sequence[Convention]:
        """One bias vector, reset_after, CuDNN."""
        from rnninspect_keras.layout import conventions  # noqa: PLC0415 - only `count` needs it

        return conventions()


def _read(source: Source) -> SavedModel:
    """Read by the kind of file; the modules for the other kinds are not loaded."""
    match _kind(source):
        case "zip":
            from rnninspect_keras.reading import read_archive  # noqa: PLC0415

            return read_archive(source)
        case "hdf5":
            from rnninspect_keras.reading import read_hdf5  # noqa: PLC0415

            return read_hdf5(source)
        case "folder":
            from rnninspect_keras.reading import read_folder  # noqa: PLC0415

            return read_folder(source)
        case "shards":
            from rnninspect_keras.reading import read_shards  # noqa: PLC0415

            return read_shards(source)
        case "savedmodel":
            from rnninspect_keras.tensorflow.reading import read_saved_model  # noqa: PLC0415

            return read_saved_model(source)
    from rnninspect_keras.tensorflow.reading import read_checkpoint  # noqa: PLC0415

    return read_checkpoint(source)


def _kind(source: Source) -> str | None:
    """What a file or folder is by signatures and by members' names; None if nothing of Keras'."""
    if source.is_folder:
        return _folder_kind(source)
    if kind := _by_head(source):
        return kind
    if source.head(1) == PICKLE:  # it may end with an archive, and is more than that
        return None
    tail = source.read(source.size - min(source.size, TAIL), min(source.size, TAIL))
    if tail.endswith(TABLE) and len(tail) > FOOTER:
        return "checkpoint"
    if EMPTY_ZIP in tail and any(name in tail or name in source.head(TAIL) for name in MEMBERS):
        return "zip"
    return "hdf5" if _behind_user_block(source) else None


def _by_head(source: Source) -> str | None:
    head = source.head(len(HDF5))
    if head == HDF5:
        return "hdf5"
    if head.startswith(b"{") and all(mark in source.head(INDEX_HEAD) for mark in INDEX_MARKS):
        return "shards"
    is_graph = head.startswith(SCHEMA_VERSION) and (
        source.name == GRAPH_FILE or _holds_meta_graph(source)
    )
    return "savedmodel" if is_graph else None


def _holds_meta_graph(source: Source) -> bool:
    """Whether a SavedModel's first meta graph follows, whatever the file is called.

    The byte after its length opens the meta graph's description, where an ONNX file of the first
    version has the first letter of its producer's name.
    """
    start = source.head(len(SCHEMA_VERSION) + 1 + LONGEST_LENGTH + 1)[len(SCHEMA_VERSION) :]
    end = next((at for at, byte in enumerate(start[1:], 1) if byte < 0x80), 0)
    return start[:1] == META_GRAPH and start[end + 1 : end + 2] == META_INFO


def _folder_kind(source: Source) -> str | None:
    if source.neighbour(GRAPH_FILE).path is not None:
        return "savedmodel"
    if source.neighbour(STATE_FILE).path is not None:
        return "checkpoint"
    if _lone_index(source):
        return "checkpoint"
    config, *others = (source.neighbour(name).path is not None for name in FOLDER_FILES)
    return "folder" if config and any(others) else None


def _lone_index(source: Source) -> bool:
    """Whether a folder without `checkpoint` has one index of a checkpoint: `variables`, mostly.

    If its shards are not there either, nothing else is: the folder may hold other models.
    """
    names = source.names_ending(INDEX)
    if len(names) != 1 or source.neighbour(names[0]).path is None:
        return False
    shard = names[0].removesuffix(INDEX) + ".data-"
    others = source.names_ending("")
    if len(others) > 1 and not any(name.startswith(shard) for name in others):
        return False
    with source.open_neighbour(names[0]) as index:
        tail = min(index.size, len(TABLE))
        return index.size > FOOTER and index.read(index.size - tail, tail) == TABLE


def _behind_user_block(source: Source) -> bool:
    place = 512
    while place + len(HDF5) <= min(source.size, LAST_PLACE):
        if source.read(place, len(HDF5)) == HDF5:
            return True
        place *= 2
    return False


FOLDER_FILES = ("config.json", "model.weights.h5", "model.weights.json", "model.weights.npz")
INDEX_MARKS, INDEX_HEAD = (b'"weight_map"', b'.weights.h5"'), 4096
GRAPH_FILE, SCHEMA_VERSION = "saved_model.pb", b"\x08\x01"
META_GRAPH, META_INFO = b"\x12", b"\x0a"  # keys of fields: of a SavedModel, of a meta graph in it
LONGEST_LENGTH = 10  # bytes that a field's length may take
STATE_FILE = "checkpoint"  # names the newest checkpoint of a folder
INDEX = ".index"
TABLE, FOOTER = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb", 48
TAIL = (
    2**17
)  # holds a zip's end record behind the longest comment, and a directory of some hundreds
LAST_PLACE = 2**26
