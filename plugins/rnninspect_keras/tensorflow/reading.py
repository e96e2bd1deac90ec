"""Opens checkpoints, object-based or by name, and describes them and what contains one.

What not every checkpoint has is imported where it is found: a graph of operations takes as many
modules as all else.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import WireReader
from rnninspect.plugin import (
    Limit,
    Purpose,
    UnreadableFile,
    Whereabouts,
)
from rnninspect_keras.layers.known import plain, with_known_layers
from rnninspect_keras.layers.saved import saved
from rnninspect_keras.matching.wrappers import purposes_by_name
from rnninspect_keras.recognition import INDEX, STATE_FILE
from rnninspect_keras.tensorflow.checkpoints.v2 import is_index, read_v2
from rnninspect_keras.tensorflow.objects.graph import read_trackable
from rnninspect_keras.tensorflow.objects.recognising import recognise_objects
from rnninspect_keras.tensorflow.purposes import assign_purposes
from rnninspect_keras.tensorflow.purposes_by_name import assign_by_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.plugin import Observation, SavedModel, Source, StoredTensor
    from rnninspect_keras.graph.messages.records import GraphDef
    from rnninspect_keras.layers.assembling import AnyLayer
    from rnninspect_keras.tensorflow.checkpoints.records import Checkpoint
    from rnninspect_keras.tensorflow.objects.graph import GraphObject

META, _GRAPH = ".meta", 2  # the end of a meta graph's name, and its field that is the graph
_ORDINARY = 8  # parts of a key that its entry's own limit covers
_STEPS_OF_A_PART = 2
_SQUARE_SHIFT = 7  # the keys above a key, joined to look for its owner, are as long as it is deep


def read_checkpoint(source: Source) -> SavedModel:
    """A checkpoint, by its folder, its `.index` or, of the V1 format, its one file."""
    if source.is_folder:
        checkpoint = _read_newest(source, newest(source))
    elif is_index(source):
        checkpoint = read_v2(source, source, source.name.removesuffix(INDEX))
    else:
        checkpoint = _read_v1(source)
    items = objects_of(checkpoint, source)
    graph = _graph_beside(source)
    return described("tf checkpoint", "tensorflow", source, items, checkpoint, graph)


def _read_v1(source: Source) -> Checkpoint:
    from rnninspect_keras.tensorflow.checkpoints.v1 import read_v1

    return read_v1(source)


def objects_of(checkpoint: Checkpoint, source: Source) -> list[GraphObject]:
    """The graph of objects that a checkpoint contains, with their tensors."""
    items = [] if checkpoint.graph is None else read_trackable(source.holding(checkpoint.graph))
    for item in items:
        item.tensor = checkpoint.tensors.get(item.key)
    return items


def _graph_beside(source: Source) -> GraphDef | None:
    """The graph of operations in the `.meta` file that TensorFlow 1 saves with a checkpoint."""
    prefix = newest(source) if source.is_folder else source.name.removesuffix(INDEX)
    if source.neighbour(prefix + META).whereabouts is not Whereabouts.INSIDE:
        return None
    from rnninspect_keras.graph_signs import is_meta_graph
    from rnninspect_keras.tensorflow.operations import operations_of

    with source.open_neighbour(prefix + META) as beside:
        if not is_meta_graph(beside):
            return None
        wire = WireReader(beside)
        return operations_of(beside, wire.collect(wire.whole(), (_GRAPH,)).message(_GRAPH))


def _read_newest(source: Source, prefix: str) -> Checkpoint:
    """The checkpoint of a folder, of V2 or else of V1, whose prefix is its file."""
    name = prefix + INDEX
    if source.neighbour(name).path is None and source.neighbour(prefix).path is not None:
        with source.open_neighbour(prefix) as table:
            return _read_v1(table)
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


def described(
    name: str,
    producer: str,
    source: Source,
    items: list[GraphObject],
    checkpoint: Checkpoint,
    graph: GraphDef | None = None,
) -> SavedModel:
    """The description of a checkpoint, with the objects and the operations that are known of it."""
    _spend_keys(source, checkpoint)
    if items:
        assign_purposes(items, checkpoint)
    else:
        assign_by_name(checkpoint)
    _assign_wrapper_purposes(items, checkpoint)
    found, noticed = recognise_objects(items, checkpoint.tensors.values(), source.limits)
    if graph is not None:
        from rnninspect_keras.tensorflow.operations import joined

        found, more = joined(found, graph, checkpoint, items, source)
        noticed = [*noticed, *more]
    notes = [*checkpoint.observations, *_missing(found, checkpoint), *noticed]
    model = saved(name, producer, tuple(checkpoint.tensors.values()), found, notes)
    return with_known_layers(model, _variables(items, checkpoint), source)


def _missing(found: list[AnyLayer], checkpoint: Checkpoint) -> Iterable[Observation]:
    if not checkpoint.missing:
        return ()
    from rnninspect_keras.layers.missing import notes_without_shard

    return notes_without_shard(found, checkpoint.missing)


def _variables(
    items: list[GraphObject], checkpoint: Checkpoint
) -> Iterator[tuple[str, StoredTensor]]:
    """The tensors by the names of their variables; where none is known, by their keys."""
    names = {item.key: item.name for item in items if item.tensor is not None and item.name}
    for key, tensor in checkpoint.tensors.items():
        yield plain(names.get(key, key)), tensor


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
    known = purposes_by_name(
        [name for name, _ in named], lambda place: checkpoint.tensors[named[place][1]].shape
    )
    for name, key in named if known else ():
        tensor = checkpoint.tensors[key]
        if name in known and tensor.purpose is Purpose.PARAMETER:
            checkpoint.tensors[key] = tensor._replace(purpose=known[name])
    for item in items if known else ():
        if item.tensor is not None:
            item.tensor = checkpoint.tensors.get(item.key, item.tensor)
