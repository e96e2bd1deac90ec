"""The graph of operations beside a checkpoint: its layers, by the variables that they read."""

from __future__ import annotations

from rnninspect.decode.protobuf import WireReader
from rnninspect.plugin import Fact, Fate, Observation, Purpose, RecurrentLayer, RefusedFile
from rnninspect_keras.graph.joining import join
from rnninspect_keras.graph.messages.decoder import GraphDecoder
from rnninspect_keras.graph.recognising import layers_of, run
from rnninspect_keras.graph.restoring import checkpoint_keys
from rnninspect_keras.graph.running.order import in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.decode.protobuf import Message
    from rnninspect.plugin import Source, StoredTensor
    from rnninspect_keras.graph.messages.records import GraphDef
    from rnninspect_keras.layers.assembling import AnyLayer
    from rnninspect_keras.tensorflow.checkpoints.records import Checkpoint
    from rnninspect_keras.tensorflow.objects.graph import GraphObject

_TOO_LARGE = "the graph of operations is too large to be searched for recurrent layers"
TOO_LARGE = Observation(Fact.UNUSUAL, _TOO_LARGE)


def operations_of(source: Source, message: Message) -> GraphDef | None:
    """The graph of a meta graph; None where it has none, or a larger one than the limits allow.

    Raises:
        UnreadableFile: it is malformed.
    """
    try:
        return GraphDecoder(WireReader(source)).graph(message) if message else None
    except RefusedFile:  # the checkpoint alone is described
        return None


def joined(
    named: list[AnyLayer],
    graph: GraphDef,
    checkpoint: Checkpoint,
    items: Iterable[GraphObject],
    source: Source,
) -> tuple[list[AnyLayer], list[Observation]]:
    """The layers of a checkpoint, by names and objects, beside those of its graph.

    Args:
        named: the former.
        graph: the graph.
        checkpoint: the tensors that its variables are restored from.
        items: the checkpoint's objects, if it has any.
        source: the model's, whose budget this is of.
    """
    objects = tuple(items)
    keys, stored, twins = checkpoint_keys(graph), checkpoint.tensors, _twins(objects)

    def tensor_of(key: int | str) -> StoredTensor | None:
        names = keys.get(key, [key]) if isinstance(key, str) else ()
        tensors = [twins.get(name, stored[name]) for name in names if name in stored]
        return min(tensors, key=lambda tensor: tensor.purpose is Purpose.COPY, default=None)

    try:
        found, notes = layers_of(run(graph, in_order(graph.nodes), source), tensor_of)
    except RefusedFile:
        return named, [TOO_LARGE]
    known = [_without_missing(layer) for layer in found if _has_weights(layer)]
    layers, differing = join(named, known, by_objects=bool(objects))
    return layers, [*notes, *differing]


def _twins(items: Iterable[GraphObject]) -> dict[str, StoredTensor]:
    """Of each key that a variable was saved under once more, the tensor that is its weight."""
    by_name: dict[str, list[GraphObject]] = {}
    for item in items:
        if item.tensor is not None and item.name:
            by_name.setdefault(item.name, []).append(item)
    found: dict[str, StoredTensor] = {}
    for same in by_name.values():
        weights = [item.tensor for item in same if item.tensor is not None and not _is_copy(item)]
        if len({tensor.identity for tensor in weights}) == 1:
            found |= {item.key: weights[0] for item in same if _is_copy(item)}
    return found


def _is_copy(item: GraphObject) -> bool:
    return item.tensor is not None and item.tensor.purpose is Purpose.COPY


def _without_missing(layer: AnyLayer) -> AnyLayer:
    """A layer without the weights that its graph declares and the checkpoint does not store."""
    if not isinstance(layer, RecurrentLayer):
        return layer
    stored = tuple(each for each in layer.operands if each.tensors or each.fate is not Fate.INPUT)
    return layer._replace(operands=stored)


def _has_weights(layer: AnyLayer) -> bool:
    """Whether a layer's weights are in the checkpoint: any other is not one of the model."""
    if isinstance(layer, RecurrentLayer):
        return any(operand.tensors for operand in layer.operands)
    return bool(layer.tensors)
