"""A node as it is run: its inputs' values, the core's graph, and the work that it costs."""

from __future__ import annotations

from rnninspect.graphs import Exhausted, Graph, Origin
from rnninspect_keras.graph.running.values import UNKNOWN, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_keras.graph.messages.records import Dims, Node
    from rnninspect_keras.graph.running.values import Value

_ORIGINS = {Kind.STORED: Origin.STORED, Kind.MADE: Origin.STORED, Kind.INPUT: Origin.INPUT}


class Translation:
    """The core's graph of one model while it is run; without one, shapes alone are followed.

    Attributes:
        graph: the graph; the key of a stored leaf is the value it is of. None once its budget is
            spent.
        whole: the graph, whatever became of its budget.
    """

    def __init__(self, graph: Graph) -> None:
        self.whole = graph
        self.graph: Graph | None = graph

    def stop(self) -> None:
        """Translate nothing more: the budget is spent."""
        self.graph = None

    def core(self, value: Value) -> CoreValue | None:
        """The core's value; what no operation made is a leaf. None without a known rank."""
        graph = self.graph
        if graph is None or value is UNKNOWN:
            return None
        if value.core is None and value.shape is not None:
            if value.number is not None and not value.shape:
                value.core = graph.number(value.number)
            else:
                origin = _ORIGINS.get(value.kind, Origin.OTHER)
                value.core = graph.leaf(origin, value, value.shape)
        return value.core


class Call:
    """One run of a node.

    Attributes:
        node: the node.
        inputs: its values, in order; control inputs are left out.
        label: its path, for people.
        to: the core's graph.
    """

    __slots__ = ("inputs", "label", "node", "to")

    def __init__(self, node: Node, inputs: list[Value], label: str, to: Translation) -> None:
        self.node, self.inputs, self.label, self.to = node, inputs, label, to

    def input(self, position: int) -> Value:
        """The input at a position, from the end if negative; UNKNOWN if there is none."""
        here = -len(self.inputs) <= position < len(self.inputs)
        return self.inputs[position] if here else UNKNOWN

    def shape(self, position: int) -> Dims | None:
        """The shape of an input."""
        return self.input(position).shape

    def follow(
        self,
        value: Value,
        given: Sequence[Value],
        work: Callable[[Graph, list[CoreValue]], CoreValue | None],
    ) -> Value:
        """Give a result what the core's graph makes of the operands, if it knows all of them."""
        if self.to.graph is None or value.shape is None:
            return value
        try:
            operands = [self.to.core(each) for each in given]
            known = [each for each in operands if each is not None]
            if len(known) == len(operands):
                value.core = work(self.to.graph, known)
        except Exhausted:
            self.to.stop()
        except (LookupError, ValueError):  # shapes that contradict each other: not followed
            pass
        return value
