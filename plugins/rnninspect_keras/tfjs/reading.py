"""Opens a model of TensorFlow.js, by its `model.json` or by the folder with it."""

from __future__ import annotations

from itertools import chain

from rnninspect.plugin import Fact, Purpose
from rnninspect_keras.describing import describe_named, describe_native
from rnninspect_keras.layers.missing import notes_without_shard
from rnninspect_keras.recognition import MODEL_JSON
from rnninspect_keras.tfjs.document import Form, read_document
from rnninspect_keras.tfjs.weights import MISSING, OUTSIDE, Weights, is_native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnninspect.plugin import Observation, SavedModel, Source, StoredTensor
    from rnninspect.stored.columns import TensorColumns
    from rnninspect_keras.containers.store import Store
    from rnninspect_keras.tfjs.document import Document


def read_tfjs(source: Source) -> SavedModel:
    """A layers model, a graph model, or weights without either; the shards are only measured."""
    if source.is_folder:
        with source.open_neighbour(MODEL_JSON) as beside:
            document = read_document(beside, MODEL_JSON)
    else:
        document = read_document(source, source.name)
    weights = Weights(document, source)
    if document.form is Form.GRAPH:
        described = _graph_model(document, weights, source)
    else:
        described = _described(document, weights.store, source)
    return described._replace(
        tensors=_with(described.tensors, weights.shadowed),
        observations=(
            *map(_registered, described.observations),
            *notes_without_shard(described.layers, weights.lost[MISSING]),
            *notes_without_shard(described.layers, weights.lost[OUTSIDE], OUTSIDE),
        ),
    )


def _with(
    tensors: tuple[StoredTensor, ...] | TensorColumns, more: Sequence[StoredTensor]
) -> tuple[StoredTensor, ...] | TensorColumns:
    return (*tensors, *more) if more else tensors


def _graph_model(document: Document, weights: Weights, source: Source) -> SavedModel:
    """A graph, and what is stored beside it that it does not read: tables of its initializer."""
    from rnninspect_keras.tfjs.graph_model import describe_graph

    described = describe_graph(document, weights, source)
    known = {tensor.name for tensor in described.tensors}
    rest = [
        tensor._replace(purpose=Purpose.CONSTANT)
        for tensor in weights.store.tensors.values()
        if tensor.name not in known
    ]
    return described._replace(
        tensors=(*described.tensors, *rest),
        observations=(*described.observations, *weights.store.observations),
    )


def _described(document: Document, store: Store, source: Source) -> SavedModel:
    how = (document.form, document.producer, store, document.topology)
    if is_native(store.tensors):
        store.groups.update(dict.fromkeys(chain.from_iterable(map(_above, store.tensors))))
        return describe_native(*how, source)
    return describe_named(*how, source)


def _above(name: str) -> Iterable[str]:
    """The groups that a weight is in, from the outermost to the innermost."""
    at = name.find("/")
    while at >= 0:
        yield name[:at]
        at = name.find("/", at + 1)


def _registered(observation: Observation) -> Observation:
    """What Keras would import is in TensorFlow.js a class that the page must register."""
    if observation.fact is not Fact.CODE:
        return observation
    clause = f"{observation.detail} is not a class of TensorFlow.js"
    return observation._replace(fact=Fact.UNUSUAL, detail=clause)
