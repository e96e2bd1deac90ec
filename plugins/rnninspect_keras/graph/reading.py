"""Opens a file that is a graph, in binary form or as text."""

from __future__ import annotations

from rnninspect.decode.protobuf import WireReader
from rnninspect_keras.graph.describing import describe
from rnninspect_keras.graph.messages.decoder import GraphDecoder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source


def read_graph_file(source: Source, *, is_text: bool) -> SavedModel:
    """A GraphDef in a file of its own.

    Raises:
        UnreadableFile: it is malformed.
        RefusedFile: a limit would be exceeded.
    """
    if is_text:
        from rnninspect_keras.graph.messages.text import binary

        source = source.holding(binary(source, "GraphDef"))
    wire = WireReader(source)
    graph = GraphDecoder(wire).graph(wire.whole())
    form = "tf graph text" if is_text else "tf graph"
    return describe(graph, form, f"tensorflow graph {graph.producer}".rstrip(" 0"), source)
