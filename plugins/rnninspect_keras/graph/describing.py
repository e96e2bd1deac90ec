"""The description of a graph that stands alone: frozen, or with variables that are elsewhere."""

from __future__ import annotations

from rnninspect.lean import partial
from rnninspect.plugin import Fact, Limit, Observation, Purpose, Search, Searched, plural
from rnninspect_keras.graph.faults import faults_of
from rnninspect_keras.graph.inventory import stored_tensors
from rnninspect_keras.graph.joining import join
from rnninspect_keras.graph.recognising import layers_of, nodes_of, run
from rnninspect_keras.graph.running.order import in_order
from rnninspect_keras.layers.known import plain, with_known_layers
from rnninspect_keras.layers.saved import saved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rnninspect.plugin import SavedModel, Source, StoredTensor
    from rnninspect_keras.graph.messages.records import GraphDef
    from rnninspect_keras.layers.assembling import AnyLayer

_VARIABLES = frozenset({"Variable", "VariableV2", "VarHandleOp"})
_COPIED = ("/resource", "/ReadVariableOp")  # ends of names that freezing makes of variables' reads
_SHOWN = 3


def describe(
    graph: GraphDef,
    name: str,
    producer: str,
    source: Source,
    elsewhere: Mapping[str, StoredTensor] | None = None,
) -> SavedModel:
    """A graph whose weights are its constants; `elsewhere` has those stored in other files.

    Raises:
        RefusedFile: a limit would be exceeded.
    """
    order = in_order(graph.nodes)
    faults = list(faults_of(graph, order))
    made = run(graph, order, source)
    tensors = stored_tensors(graph, made.states, made.unused, elsewhere or {})
    found, notes = layers_of(made, lambda key: tensors.get(key) if isinstance(key, int) else None)
    layers, differing = join(_by_names(tensors.values(), source), found)
    source.limits.require(Limit.RECURRENT, len(layers), "the number of recurrent layers")
    model = saved(
        name,
        producer,
        tuple(tensors.values()),
        layers,
        [*faults, *notes, *differing, *_variables(graph)],
        Search(Searched.OPERATORS, nodes_of(graph), made.is_finished),
    )
    named = ((plain(tensor.name), tensor) for tensor in tensors.values())
    return with_known_layers(model, named, source, whole=True)


def _by_names(tensors: Iterable[StoredTensor], source: Source) -> list[AnyLayer]:
    """Cells by the names that TensorFlow 1 gives to variables, which freezing keeps."""
    from rnninspect_keras.variable_names.recognising import recognise_by_names  # noqa: PLC0415 - see there

    named = [
        (tensor.name, tensor)
        for tensor in tensors
        if tensor.purpose is Purpose.PARAMETER and not tensor.name.endswith(_COPIED)
    ]
    require = partial(source.limits.require, Limit.RECURRENT)
    return recognise_by_names(named, lambda cells: require(cells, "the number of recurrent cells"))


def _variables(graph: GraphDef) -> Iterator[Observation]:
    """Variables are declared in a graph; their values are in a checkpoint."""
    names = [node.name for node in graph.nodes if node.operator in _VARIABLES]
    if names:
        shown = ", ".join(names[:_SHOWN])
        detail = f"{plural(len(names), 'variable')} declared here and stored elsewhere: {shown}"
        yield Observation(Fact.UNUSUAL, detail)
