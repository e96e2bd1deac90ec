"""Recognises the files and folders of Keras and TensorFlow by signatures and members' names."""

from __future__ import annotations

from rnninspect.lean import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source


class FileKind(StrEnum):
    """How a model is saved."""

    ARCHIVE = "keras archive"
    FOLDER = "keras folder"
    HDF5 = "hdf5"
    SHARDS = "index of keras shards"
    SAVED_MODEL = "saved model"
    CHECKPOINT = "checkpoint"
    TFJS = "tensorflow.js"
    GRAPH = "graph"
    GRAPH_TEXT = "text of a graph"
    META_GRAPH = "meta graph"
    META_GRAPH_TEXT = "text of a meta graph"


GRAPH_FILE = "saved_model.pb"
STATE_FILE = "checkpoint"  # names the newest checkpoint of a folder
INDEX = ".index"
MODEL_JSON = "model.json"  # of TensorFlow.js
_FOLDER_FILES = ("config.json", "model.weights.h5", "model.weights.json", "model.weights.npz")
_EMPTY_ZIP = b"PK\5\6"
_PICKLE = b"\x80"
_HDF5 = b"\x89HDF\r\n\x1a\n"
_MEMBERS = (b"config.json", b"model.weights.h5")
_SHARD, _INDEX_HEAD = b'.weights.h5"', 4096
_TFJS_KEYS = (b'"modelTopology"', b'"weightsManifest"')
_GROUP_KEYS = (b'"paths"', b'"weights"')  # of a group of shards, in a list of such
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANKS = b"\xef\xbb\xbf \t\r\n"
_TFJS_HEAD = 2**16  # bytes in which a key may be; what may come before is short
_SCHEMA_VERSION = b"\x08\x01"
_META_GRAPH, _META_INFO = b"\x12", b"\x0a"  # fields of a SavedModel and of its first meta graph
_LONGEST_LENGTH = 10  # bytes that a field's length may take
_TABLE, _FOOTER = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb", 48
# A zip's end record with the longest comment, and a directory of some hundreds of members.
_TAIL = 2**17
_LAST_PLACE = 2**26  # the longest user block that is looked for


def recognise(source: Source) -> FileKind | None:
    """What a file or folder is by signatures and by members' names; None if no model."""
    if source.is_folder:
        return _by_names(source)
    if kind := _by_head(source):
        return kind
    if source.head(1) == _PICKLE:  # it may end with an archive, and is more than that
        return None
    tail = source.read(source.size - min(source.size, _TAIL), min(source.size, _TAIL))
    if tail.endswith(_TABLE) and len(tail) > _FOOTER:
        return FileKind.CHECKPOINT
    if _EMPTY_ZIP in tail and any(name in tail or name in source.head(_TAIL) for name in _MEMBERS):
        return FileKind.ARCHIVE
    return _graph(source) or (FileKind.HDF5 if _is_after_user_block(source) else None)


def _graph(source: Source) -> FileKind | None:
    """A graph by itself, which no signature marks: what is no other file is looked at."""
    from rnninspect_keras import graph_signs  # noqa: PLC0415 - the other kinds need none of it

    if graph_signs.is_graph(source):
        return FileKind.GRAPH
    if graph_signs.is_meta_graph(source):
        return FileKind.META_GRAPH
    if graph_signs.is_text(source):
        return FileKind.GRAPH_TEXT
    return FileKind.META_GRAPH_TEXT if graph_signs.is_meta_text(source) else None


def _by_head(source: Source) -> FileKind | None:
    head = source.head(len(_HDF5))
    if head == _HDF5:
        return FileKind.HDF5
    if head.startswith(b"{") and _is_index(source):
        return FileKind.SHARDS
    if head.lstrip(_BLANKS)[:1] in (b"{", b"[") and is_tfjs(source):
        return FileKind.TFJS
    is_graph = head.startswith(_SCHEMA_VERSION) and (
        source.name == GRAPH_FILE or _has_meta_graph(source)
    )
    return FileKind.SAVED_MODEL if is_graph else None


def _is_index(source: Source) -> bool:
    from rnninspect.decode.shard_index import weight_map_in  # noqa: PLC0415 - of JSON alone

    return _SHARD in weight_map_in(source, _INDEX_HEAD)


def is_tfjs(source: Source) -> bool:
    """Whether JSON is a model of TensorFlow.js, by its keys at the start or at the end."""
    head = source.head(_TFJS_HEAD).removeprefix(_BYTE_ORDER_MARK).lstrip()
    if head.startswith(b"["):
        group = head[1:].lstrip()
        start = group[1:].lstrip()
        return group.startswith(b"{") and any(_is_key(start, 0, key) for key in _GROUP_KEYS)
    if head.startswith(b"{") and any(_has_key(head, key) for key in _TFJS_KEYS):
        return True
    tail = min(source.size, _TFJS_HEAD)
    end = source.read(source.size - tail, tail)
    return head.startswith(b"{") and b'"modelTopology"' in end


def _has_key(text: bytes, key: bytes) -> bool:
    at = text.find(key)
    while at != -1:
        if _is_key(text, at, key):
            return True
        at = text.find(key, at + 1)
    return False


def _is_key(text: bytes, at: int, key: bytes) -> bool:
    """Whether a key and a colon are at a place."""
    return text.startswith(key, at) and text[at + len(key) :].lstrip().startswith(b":")


def _has_meta_graph(source: Source) -> bool:
    """Whether a SavedModel's first meta graph follows, whatever the file is called.

    The byte after its length opens the meta graph's description, where an ONNX file of the first
    version has the first letter of its producer's name.
    """
    start = source.head(len(_SCHEMA_VERSION) + 1 + _LONGEST_LENGTH + 1)[len(_SCHEMA_VERSION) :]
    end = next((at for at, byte in enumerate(start[1:], 1) if byte < 0x80), 0)
    return start[:1] == _META_GRAPH and start[end + 1 : end + 2] == _META_INFO


def _by_names(source: Source) -> FileKind | None:
    source.expect_neighbours((GRAPH_FILE, STATE_FILE, MODEL_JSON, *_FOLDER_FILES))
    if source.neighbour(GRAPH_FILE).path is not None:
        return FileKind.SAVED_MODEL
    if source.neighbour(STATE_FILE).path is not None:
        return FileKind.CHECKPOINT
    if _lone_index(source):
        return FileKind.CHECKPOINT
    if source.neighbour(MODEL_JSON).path is not None:
        with source.open_neighbour(MODEL_JSON) as model:
            if is_tfjs(model):
                return FileKind.TFJS
    config, *others = (source.neighbour(name).path is not None for name in _FOLDER_FILES)
    return FileKind.FOLDER if config and any(others) else None


def _lone_index(source: Source) -> bool:
    """Whether a folder without `checkpoint` has one index of a checkpoint: `variables`, mostly.

    If its shards are not there either, nothing else is: the folder may contain other models.
    """
    names = source.names_ending(INDEX)
    if len(names) != 1 or source.neighbour(names[0]).path is None:
        return False
    shard = names[0].removesuffix(INDEX) + ".data-"
    others = source.names_ending("")
    if len(others) > 1 and not any(name.startswith(shard) for name in others):
        return False
    with source.open_neighbour(names[0]) as index:
        tail = min(index.size, len(_TABLE))
        return index.size > _FOOTER and index.read(index.size - tail, tail) == _TABLE


def _is_after_user_block(source: Source) -> bool:
    place = 512
    while place + len(_HDF5) <= min(source.size, _LAST_PLACE):
        if source.read(place, len(_HDF5)) == _HDF5:
            return True
        place *= 2
    return False
