"""SavedModel folders: `saved_model.pb`, the Keras metadata beside it, the variables' checkpoint.

Follows `tensorflow/core/protobuf/saved_model.proto`, `meta_graph.proto` and Keras'
`saved_metadata.proto`. The graph of operations and its library of functions are read later.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import LENGTH, WireReader
from rnninspect.plugin import (
    Fact,
    Limit,
    Observation,
    Purpose,
    Record,
    StoredTensor,
    UnreadableFile,
    Whereabouts,
)
from rnninspect_keras.graph.messages.types import purpose_of
from rnninspect_keras.recognition import GRAPH_FILE
from rnninspect_keras.tensorflow.checkpoints.records import OBJECT_PATH_END, Checkpoint
from rnninspect_keras.tensorflow.checkpoints.v2 import read_v2
from rnninspect_keras.tensorflow.objects.graph import (
    GraphObject,
    long_text,
    read_saved,
    read_trackable,
)
from rnninspect_keras.tensorflow.operations import TOO_LARGE, operations_of
from rnninspect_keras.tensorflow.reading import described

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Message
    from rnninspect.plugin import SavedModel, Source

_KERAS_FILE = "keras_metadata.pb"
_VARIABLES = "variables/variables"
_INDEX = f"{_VARIABLES}.index"
_IS_MISSING = f"its weights are in {_INDEX}, which is missing"
_META_GRAPHS = 2  # field of a SavedModel
_VARIABLE_COLLECTIONS = ("variables", "trainable_variables")  # names in a graph of TensorFlow 1
_MOST_COLLECTIONS = 1_000  # of a graph that are looked at; TensorFlow writes some ten


class MetaGraph(Record):
    """The first meta graph: TensorFlow's version, its objects, whether it lists variables.

    `items` is empty for TensorFlow 1, whose variables only a collection of the graph lists.
    `operations` is where its GraphDef is.
    """

    version: str
    items: list[GraphObject]
    has_variables: bool
    operations: Message = ()


def read_graph(source: Source) -> MetaGraph:
    """Read the first meta graph; UnreadableFile if there is none."""
    wire = WireReader(source)
    graphs = (field for field in wire.fields(wire.whole()) if field[:2] == (_META_GRAPHS, LENGTH))
    _, _, start, size = next(graphs, (0, 0, 0, -1))
    if size < 0:
        raise UnreadableFile(f"{GRAPH_FILE} contains no graph")
    return meta_graph(wire, ((start, start + size),))


def meta_graph(wire: WireReader, message: Message) -> MetaGraph:
    """What a MetaGraphDef says of its variables, and where its graph of operations is."""
    fields = wire.collect(message, (1, 2, 4, 7))
    info = wire.collect(fields.message(1), (5,))
    collections = fields.spans(4)[:_MOST_COLLECTIONS]
    names = (wire.last_text(wire.collect((span,), (1,)), 1) for span in collections)
    has_variables = any(name in _VARIABLE_COLLECTIONS for name in names)
    items = read_saved(wire, fields.message(7))
    return MetaGraph(wire.last_text(info, 5), items, has_variables, fields.message(2))


def join_metadata(source: Source, items: list[GraphObject]) -> None:
    """Give objects the Keras layers that they are; the file beside the graph exists since 2.5."""
    if source.neighbour(_KERAS_FILE).whereabouts is Whereabouts.INSIDE:
        with source.open_neighbour(_KERAS_FILE) as beside:
            wire = WireReader(beside)
            for span in wire.collect(wire.whole(), (1,)).spans(1):
                fields = wire.collect((span,), (2, 5))
                number = fields.number(2) or 0
                if number >= len(items):
                    raise UnreadableFile(f"{_KERAS_FILE} describes an object that is not there")
                items[number].metadata = long_text(wire, fields, 5)
    if any(item.metadata for item in items):
        _declare(source, items)


def _declare(source: Source, items: list[GraphObject]) -> None:
    """Read Keras' descriptions of objects, each of which is JSON."""
    from rnninspect_keras.configuration.declared import read_declared  # noqa: PLC0415 - Keras 3 has none
    from rnninspect_keras.containers.json_text import parse_config  # noqa: PLC0415 - as above

    values = 0  # in all descriptions: a model's repeats those of what it contains
    for number, item in enumerate(items):
        if item.metadata:
            values += sum(item.metadata.count(mark) for mark in b",{[")
            source.limits.require(
                Limit.NODES, values, "the number of values in Keras' descriptions"
            )
            what = f"the metadata of object {number}"
            item.declared = read_declared(parse_config(item.metadata, source, what))
            item.metadata = b""


def read_variables(source: Source, graph: MetaGraph) -> Checkpoint:
    """The checkpoint of the variables, joined to the objects by their numbers."""
    items = graph.items
    if source.neighbour(_INDEX).whereabouts is not Whereabouts.INSIDE:
        return _described_only(graph)
    with source.open_neighbour(_INDEX) as index:
        checkpoint = read_v2(index, source, _VARIABLES)
    if checkpoint.graph is None:
        _join_by_path(items, checkpoint)
        return checkpoint
    for number, stored in enumerate(read_trackable(source.holding(checkpoint.graph))):
        if number >= len(items):
            break
        item = items[number]
        item.key, item.name = stored.key, item.name or stored.name
        item.tensor = checkpoint.tensors.get(stored.key)
        _compare(item, checkpoint)
    return checkpoint


def _join_by_path(items: list[GraphObject], checkpoint: Checkpoint) -> None:
    """Where the checkpoint has no graph of its own: a key is the path to its object."""
    for key, tensor in checkpoint.tensors.items():
        path, mark, _ = key.partition(OBJECT_PATH_END)
        number: int | None = 0 if mark and items else None
        for part in path.split("/"):
            edge = part.replace(".S", "/").replace("..", ".")
            number = None if number is None else items[number].children.get(edge)
        if number is not None:
            items[number].key, items[number].tensor = key, tensor
        elif items:  # an optimizer's slot, which no edge leads to
            checkpoint.tensors[key] = tensor._replace(purpose=Purpose.OPTIMIZER)


def _compare(item: GraphObject, checkpoint: Checkpoint) -> None:
    """Compare a variable's shape in the graph with that in the checkpoint."""
    described, stored = item.variable, item.tensor
    if (
        described is None
        or stored is None
        or described.shape == stored.shape
        or -1 in described.shape
    ):
        return
    clause = (
        f"{list(described.shape)} in {GRAPH_FILE}, {list(stored.shape)} in the checkpoint's index"
    )
    checkpoint.observations.append(Observation(Fact.CONTRADICTION, clause, tensor=stored.name))


def _described_only(graph: MetaGraph) -> Checkpoint:
    """Stand-ins for variables that the graph describes while no checkpoint stores any of them."""
    checkpoint = Checkpoint()
    for number, item in enumerate(graph.items):
        described = item.variable
        if described is not None:
            item.key = f"{described.name or 'variable'}@{number}"
            item.tensor = checkpoint.tensors[item.key] = StoredTensor(
                name=described.name or item.key,
                shape=described.shape,
                dtype=described.dtype,
                bytes=0,
                identity=item.key,
                purpose=purpose_of(described.dtype),
            )
    if checkpoint.tensors or graph.has_variables:
        checkpoint.observations.append(Observation(Fact.EXTERNAL_MISSING, _INDEX))
        checkpoint.stored = False
    return checkpoint


def without_weights(model: SavedModel) -> SavedModel:
    """The same layers with every weight absent, for a graph whose variables are not stored.

    The missing file is reported once: for each layer if there are any, else for the file.
    """
    named = tuple(
        Observation(Fact.EXTERNAL_MISSING, _IS_MISSING, layer=layer.name) for layer in model.layers
    )
    others = (note for note in model.observations if note.detail != _INDEX)
    return model._replace(
        observations=(*named, *others) if named else model.observations,
        layers=tuple(layer._replace(operands=(), extras=()) for layer in model.layers),
        skipped=tuple(layer._replace(tensors=()) for layer in model.skipped),
        tensors=(),
    )


def read_saved_model(source: Source) -> SavedModel:
    """A SavedModel, by its folder or by its `saved_model.pb`."""
    if source.is_folder:
        with source.open_neighbour(GRAPH_FILE) as beside:
            graph = read_graph(beside)
            operations = operations_of(beside, graph.operations)
    else:
        graph = read_graph(source)
        operations = operations_of(source, graph.operations)
    join_metadata(source, graph.items)
    checkpoint = read_variables(source, graph)
    producer = f"tensorflow {graph.version}".strip()
    if operations is not None and checkpoint.stored and not checkpoint.tensors:
        from rnninspect_keras.graph.describing import describe  # noqa: PLC0415 - few have no variable

        return describe(operations, "tf savedmodel", producer, source)
    model = described("tf savedmodel", producer, source, graph.items, checkpoint, operations)
    if graph.operations and operations is None:
        model = model._replace(observations=(*model.observations, TOO_LARGE))
    return model if checkpoint.stored else without_weights(model)
