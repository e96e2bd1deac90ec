"""Meta graphs (`.meta`): a graph of operations, and the checkpoint beside it with its weights."""

from __future__ import annotations

from rnninspect.decode.protobuf import WireReader
from rnninspect.plugin import Whereabouts
from rnninspect_keras.graph.describing import describe
from rnninspect_keras.graph.messages.decoder import GraphDecoder
from rnninspect_keras.recognition import INDEX
from rnninspect_keras.tensorflow.checkpoints.v1 import read_v1
from rnninspect_keras.tensorflow.checkpoints.v2 import read_v2
from rnninspect_keras.tensorflow.reading import META, described, objects_of
from rnninspect_keras.tensorflow.saved_model import meta_graph

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source
    from rnninspect_keras.tensorflow.checkpoints.records import Checkpoint


def read_meta_graph(source: Source, *, is_text: bool) -> SavedModel:
    """A meta graph, with the checkpoint of its name if there is one.

    Raises:
        UnreadableFile: it is malformed.
        RefusedFile: a limit would be exceeded.
    """
    data = source
    if is_text:
        from rnninspect_keras.graph.messages.text import binary  # noqa: PLC0415 - few files are text

        data = source.holding(binary(source, "MetaGraphDef"))
    wire = WireReader(data)
    found = meta_graph(wire, wire.whole())
    graph = GraphDecoder(wire).graph(found.operations)
    producer = f"tensorflow {found.version}".strip()
    checkpoint = _beside(source)
    if checkpoint is None:
        return describe(graph, "tf meta graph", producer, data)
    items = objects_of(checkpoint, source)
    return described("tf meta graph", producer, source, items, checkpoint, graph)


def _beside(source: Source) -> Checkpoint | None:
    """The checkpoint that a meta graph was saved with."""
    if not source.name.endswith(META):
        return None
    prefix = source.name.removesuffix(META)
    if source.neighbour(prefix + INDEX).whereabouts is Whereabouts.INSIDE:
        with source.open_neighbour(prefix + INDEX) as index:
            return read_v2(index, source, prefix)
    if source.neighbour(prefix).whereabouts is Whereabouts.INSIDE:
        with source.open_neighbour(prefix) as table:
            return read_v1(table)
    return None
