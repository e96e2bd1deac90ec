"""The core's values of what operators are given; the table's operations ask for them."""

from __future__ import annotations

from rnninspect.graphs import Graph, Origin, budget_for
from rnninspect_tflite.operators.values import Kind
from rnninspect_tflite.recovered.numbers import Numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.graphs import Value as CoreValue
    from rnninspect_tflite.operators.values import Value
    from rnninspect_tflite.tensors.buffers import Buffers

_ORIGINS = {
    Kind.STORED: Origin.STORED,
    Kind.COMPUTED: Origin.STORED,
    Kind.INPUT: Origin.INPUT,
    Kind.DYNAMIC: Origin.OTHER,
}


class Operands:
    """The core's graph of one model, and its values by those of the run.

    Attributes:
        graph: the core's graph; the key of a stored leaf is the run's value.
        numbers: small stored numbers.
    """

    def __init__(self, buffers: Buffers, operators: int) -> None:
        self.graph = Graph(budget_for(operators))
        self.numbers = Numbers(buffers)
        self.known: dict[Value, CoreValue] = {}

    @property
    def is_exhausted(self) -> bool:
        """Whether the graph may make no more expressions."""
        return self.graph.expressions.budget < 0

    def of(self, value: Value | None) -> CoreValue | None:
        """The core's value; what no operation made is a leaf."""
        if value is None:
            return None
        found = self.known.get(value)
        if found is None:
            number = self.numbers.single(value)
            if number is not None and not self.is_exhausted:
                found = self.graph.number(number)
            else:
                found = self.graph.leaf(_ORIGINS[value.kind], value, value.shape)
            self.known[value] = found
        return found
