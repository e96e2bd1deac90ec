"""Opens what TensorFlow saves: SavedModel folders and checkpoints, object-based or by name."""

from __future__ import annotations

from rnninspect.plugin import (
    Limit,
    Purpose,
    UnreadableFile,
)
from rnninspect_keras.layers.missing import notes_without_shard
from rnninspect_keras.layers.saved import saved
from rnninspect_keras.matching.wrappers import purposes_by_name
from rnninspect_keras.recognition import GRAPH_FILE, INDEX, STATE_FILE
from rnninspect_keras.tensorflow.checkpoints.v1 import is_index, read_v1
from rnninspect_keras.tensorflow.checkpoints.v2 import read_v2
from rnninspect_keras.tensorflow.objects.graph import read_trackable
from rnninspect_keras.tensorflow.objects.recognising import recognise_objects
from rnninspect_keras.tensorflow.purposes import assign_purposes
from rnninspect_keras.tensorflow.purposes_by_name import assign_by_name
from rnninspect_keras.tensorflow.saved_model import (
    join_metadata,
    read_graph,
    read_variables,
    without_weights,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source
    from rnninspect_keras.tensorflow.checkpoints.records import Checkpoint
    from rnninspect_keras.tensorflow.objects.graph import GraphObject

_ORDINARY = 8  # parts of a key that its entry's own limit covers
_STEPS_OF_A_PART = 2
_SQUARE_SHIFT = 7  # the keys above a key, joined to look for its owner, are as long as it is deep


def read_saved_model(source: Source) -> SavedModel:
    """A SavedModel, by its folder or by its `saved_model.pb`."""
    if source.is_folder:
        with source.open_neighbour(GRAPH_FILE) as beside:
            graph = read_graph(beside)
    else:
        graph = read_graph(source)
    join_metadata(source, graph.items)
    checkpoint = read_variables(source, graph)
    producer = f"tensorflow {graph.version}".strip()
    model = _described("tf savedmodel", producer, source, graph.items, checkpoint)
    return model if checkpoint.stored else without_weights(model)


def read_checkpoint(source: Source) -> SavedModel:
    """A checkpoint, by its folder, its `.index` or, of the V1 format, its one file."""
    if source.is_folder:
        checkpoint = _read_newest(source, newest(source))
    elif is_index(source):
        checkpoint = read_v2(source, source, source.name.removesuffix(INDEX))
    else:
        checkpoint = read_v1(source)
    items = [] if checkpoint.graph is None else read_trackable(source.holding(checkpoint.graph))
    for item in items:
        item.tensor = checkpoint.tensors.get(item.key)
    return _described("tf checkpoint", "tensorflow", source, items, checkpoint)


def _read_newest(source: Source, prefix: str) -> Checkpoint:
    """The checkpoint of a folder, of V2 or else of V1, whose prefix is its file."""
    name = prefix + INDEX
    if source.neighbour(name).path is None and source.neighbour(prefix).path is not None:
        with source.open_neighbour(prefix) as table:
            return read_v1(table)
    with source.open_neighbour(name) as index:
        return read_v2(index, source, prefix)


def newest(source: Source) -> str:
    """The prefix of the newest checkpoint of a folder, by its file `checkpoint` or by its index."""
    if source.neighbour(STATE_FILE).path is None:
        names = source.names_ending(INDEX)
        if len(names) != 1:  # by one the folder was recognised
            raise UnreadableFile("the folder changed while it was read")
        return names[0].removesuffix(INDEX)
    with source.open_neighbour(STATE_FILE) as state:
        source.limits.require(Limit.HEADER_BYTES, state.size, STATE_FILE)
        lines = state.read(0, state.size).decode("utf-8", "surrogateescape").splitlines()
    for line in reversed(lines):  # the last one counts, as in TensorFlow
        key, _, value = line.partition(":")
        if key.strip() == "model_checkpoint_path":
            path = value.strip().strip("\"'")
            # an absolute path is that of where it was written
            return path.rpartition("/")[2] if path.startswith("/") else path
    raise UnreadableFile(f"the file {STATE_FILE} names no checkpoint")


def _described(
    name: str, producer: str, source: Source, items: list[GraphObject], checkpoint: Checkpoint
) -> SavedModel:
    _spend_keys(source, checkpoint)
    if items:
        assign_purposes(items, checkpoint)
    else:
        assign_by_name(checkpoint)
    _assign_wrapper_purposes(items, checkpoint)
    found, noticed = recognise_objects(items, checkpoint.tensors.values(), source.limits)
    notes = [*checkpoint.observations, *notes_without_shard(found, checkpoint.missing), *noticed]
    return saved(name, producer, checkpoint.tensors.values(), found, notes)


def _spend_keys(source: Source, checkpoint: Checkpoint) -> None:
    """Count the work of deep keys: an index stores what a key shares with the one before only once.

    Raises:
        RefusedFile: their parts exceed the steps of the model.
    """
    for key in checkpoint.tensors:
        parts = key.count("/") + 1
        if parts > _ORDINARY:
            deep = _STEPS_OF_A_PART * (parts - _ORDINARY)
            source.spend(Limit.STEPS, deep + (parts * parts >> _SQUARE_SHIFT))


def _assign_wrapper_purposes(items: list[GraphObject], checkpoint: Checkpoint) -> None:
    """Give what wrappers of layers keep its purpose, by the names of variables or by their keys."""
    names = {item.key: item.name for item in items if item.tensor is not None and item.name}
    named = [(names.get(key, tensor.name), key) for key, tensor in checkpoint.tensors.items()]
    known = purposes_by_name((name, len(checkpoint.tensors[key].shape)) for name, key in named)
    for name, key in named if known else ():
        tensor = checkpoint.tensors[key]
        if name in known and tensor.purpose is Purpose.PARAMETER:
            checkpoint.tensors[key] = tensor._replace(purpose=known[name])
    for item in items if known else ():
        if item.tensor is not None:
            item.tensor = checkpoint.tensors.get(item.key, item.tensor)
