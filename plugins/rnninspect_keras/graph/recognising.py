"""The recurrent layers of a graph: operators that are layers, and cells that were taken apart."""

from __future__ import annotations

from rnninspect.graphs import Graph, budget_for, recurrences
from rnninspect.plugin import (
    Fact,
    Limit,
    Observation,
    Record,
    RecurrentLayer,
    RefusedFile,
)
from rnninspect_keras.graph.dialect import in_dialect
from rnninspect_keras.graph.fused_layers import fused_layers, unused_inputs
from rnninspect_keras.graph.inventory import Leaves
from rnninspect_keras.graph.naming import plain_name
from rnninspect_keras.graph.running.calls import Translation
from rnninspect_keras.graph.running.runner import Runner
from rnninspect_keras.graph.running.values import Value
from rnninspect_keras.graph.worth import may_contain_layer
from rnninspect_keras.layout import Dialect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rnninspect.plugin import Source, StoredTensor
    from rnninspect_keras.graph.messages.records import GraphDef
    from rnninspect_keras.graph.running.order import Order
    from rnninspect_keras.layers.assembling import AnyLayer

    TensorOf = Callable[[int | str], StoredTensor | None]


class GraphRun(Record):
    """A graph that was run, if that was worth while.

    Attributes:
        runner: with what was collected on the way; None if it was not run.
        leaves: finds what values are made of.
        states: places of constants that loops begin with.
        unused: places of constants that an operator is given and does not use.
        notes: why the graph was not run to its end.
    """

    runner: Runner | None
    leaves: Leaves
    states: frozenset[int] = frozenset()
    unused: frozenset[int] = frozenset()
    notes: tuple[Observation, ...] = ()

    @property
    def is_finished(self) -> bool:
        """Whether all of the graph could be searched."""
        return not self.notes and (self.runner is None or self.runner.to.graph is not None)


def nodes_of(graph: GraphDef) -> int:
    """How many nodes a graph has with its functions."""
    return len(graph.nodes) + sum(len(each.nodes) for each in graph.functions.values())


def run(graph: GraphDef, order: Order, source: Source) -> GraphRun:
    """Run a graph once, if it may contain recurrent layers; as a note where that takes too long."""
    leaves = Leaves(source)
    if not may_contain_layer(graph):
        return GraphRun(None, leaves)
    runner = Runner(graph, Translation(Graph(budget_for(nodes_of(graph)))), source)
    try:
        runner.run(order)
        most = "the number of recurrent operators"
        source.limits.require(Limit.RECURRENT, len(runner.fused), most)
    except RefusedFile as error:
        detail = f"the graph was not searched for recurrent layers: {error}"
        return GraphRun(None, leaves, notes=(Observation(Fact.UNUSUAL, detail),))
    unused = {value for call in runner.fused for value in unused_inputs(call)}
    return GraphRun(runner, leaves, _places(runner.initial), _places(unused))


def _places(values: Iterable[Value]) -> frozenset[int]:
    return frozenset(value.key for value in values if isinstance(value.key, int))


def layers_of(made: GraphRun, tensor_of: TensorOf) -> tuple[list[AnyLayer], list[Observation]]:
    """The layers, operators first, and what was noticed.

    Args:
        made: the run.
        tensor_of: the stored tensor of a place or of a variable's name; None if there is none.
    """
    if made.runner is None:
        return [], list(made.notes)

    def tensors_of(value: object) -> tuple[StoredTensor, ...]:
        keys = made.leaves.of(value) if isinstance(value, Value) else ()
        return tuple(tensor for key in keys if (tensor := tensor_of(key)) is not None)

    found: list[AnyLayer] = []
    for call in made.runner.fused:
        found += fused_layers(call, tensors_of)
    outcome = recurrences(made.runner.to.whole, tensors_of, Dialect.KERAS)
    found += _named(map(in_dialect, outcome.layers))
    found += [step._replace(name=plain_name(step.name)) for step in outcome.skipped]
    return found, list(outcome.observations)


def _named(layers: Iterable[RecurrentLayer]) -> Iterator[RecurrentLayer]:
    """Layers by their plain names; of several in one loop by those of their weights, too."""
    known = [layer._replace(name=plain_name(layer.name)) for layer in layers]
    weights: dict[str, set[frozenset[str]]] = {}
    for layer in known:
        tensors = frozenset(t.identity for operand in layer.operands for t in operand.tensors)
        weights.setdefault(layer.name, set()).add(tensors)
    for layer in known:
        scope = _scope_of_weights(layer) if len(weights[layer.name]) > 1 else ""
        yield layer._replace(name=scope or layer.name)


def _scope_of_weights(layer: RecurrentLayer) -> str:
    """The scope that the names of a layer's weights have in common."""
    names = [t.name.split("/") for operand in layer.operands for t in operand.tensors]
    if not names:
        return ""
    first, last = min(names), max(names)
    same = next(
        (at for at, pair in enumerate(zip(first, last, strict=False)) if len(set(pair)) > 1),
        min(len(first), len(last)) - 1,
    )
    return plain_name("/".join(first[:same])) if same else ""
