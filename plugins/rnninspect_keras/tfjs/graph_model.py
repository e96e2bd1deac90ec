"""Describes a graph model: its GraphDef in JSON, with the manifest's weights as constants."""

from __future__ import annotations

from rnninspect.decode.protobuf import WireReader
from rnninspect_keras.graph.describing import describe
from rnninspect_keras.graph.messages.decoder import GraphDecoder
from rnninspect_keras.tfjs.graph_json import GraphEncoder
from rnninspect_keras.tfjs.small_values import SmallValues

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source
    from rnninspect_keras.tfjs.document import Document
    from rnninspect_keras.tfjs.weights import Weights


def describe_graph(document: Document, weights: Weights, source: Source) -> SavedModel:
    """The layers and the tensors of a graph model.

    Raises:
        UnreadableFile: the graph is malformed.
        RefusedFile: a limit would be exceeded.
    """
    values = SmallValues(document.manifest, weights.shards, source)
    try:
        encoded = GraphEncoder(source, values.tensor).graph(document.topology or {})
    finally:
        values.close()
    data = source.holding(encoded)
    wire = WireReader(data)
    graph = GraphDecoder(wire).graph(wire.whole())
    return describe(graph, document.form, document.producer, data, weights.store.tensors)
