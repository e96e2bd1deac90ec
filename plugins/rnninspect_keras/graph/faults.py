"""What is wrong with the structure of a graph: names, inputs and cycles that TensorFlow refuses."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, plural
from rnninspect_keras.graph.running.order import in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_keras.graph.messages.records import GraphDef
    from rnninspect_keras.graph.running.order import Order

_SHOWN = 3  # of each kind


def faults_of(graph: GraphDef, order: Order) -> Iterator[Observation]:
    """One observation for each kind of fault, of the graph and of each of its functions."""
    yield from _faults(order, "")
    for name, function in graph.functions.items():
        yield from _faults(in_order(function.nodes, function.inputs), f" in the function {name}")


def _faults(order: Order, where: str) -> Iterator[Observation]:
    for name, reader in list(order.missing.items())[:_SHOWN]:
        detail = f"{reader} reads {name}, which no node gives{where}"
        yield Observation(Fact.BROKEN_GRAPH, detail, tensor=name)
    if len(order.missing) > _SHOWN:
        detail = f"{plural(len(order.missing) - _SHOWN, 'more input')} that no node gives{where}"
        yield Observation(Fact.BROKEN_GRAPH, detail)
    if order.cyclic:
        shown = ", ".join(order.cyclic[:_SHOWN])
        detail = f"{plural(len(order.cyclic), 'node')} waiting for its own result{where}: {shown}"
        yield Observation(Fact.BROKEN_GRAPH, detail)
    for name in order.repeated[:_SHOWN]:
        yield Observation(Fact.DUPLICATE_NAME, f"several nodes are called {name}{where}")
