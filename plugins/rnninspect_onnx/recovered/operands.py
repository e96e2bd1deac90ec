"""The core's values of what the nodes of a model are given; the table's operations ask for them."""

from __future__ import annotations

from rnninspect.graphs import Graph, Origin
from rnninspect.plugin import Record
from rnninspect_onnx.graph.values import BROKEN, UNKNOWN, ValueKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.graphs import Value as CoreValue
    from rnninspect_onnx.graph.values import Value
    from rnninspect_onnx.recovered.numbers import Numbers

_STORED = (ValueKind.CONSTANT, ValueKind.CHOSEN, ValueKind.SCALED)


class Listed(Record):
    """A sequence whose elements are known, in their order."""

    elements: tuple[CoreValue, ...]


class Parts(Record):
    """A sequence of the parts of one tensor along an axis.

    Attributes:
        sizes: of the parts; None where each is one place, however many there are.
        keeps_axis: whether an element still has the axis.
    """

    whole: CoreValue
    axis: int
    sizes: tuple[int, ...] | None
    keeps_axis: bool


class Operands:
    """The core's graph of one model, and its values by those of the resolver.

    Attributes:
        graph: the core's graph; the key of a stored leaf is the resolver's value.
        label: the name of the node that is translated.
        sequences: what is known of sequences of tensors.
    """

    def __init__(self, numbers: Numbers, budget: int) -> None:
        self.graph = Graph(budget)
        self._numbers = numbers
        self.known: dict[Value, CoreValue] = {}
        self._packed: dict[tuple[Value, tuple[int, int]], CoreValue] = {}
        self.label = ""
        self.sequences: dict[Value, Listed | Parts] = {}

    @property
    def is_exhausted(self) -> bool:
        """Whether the graph may make no more expressions."""
        return self.graph.expressions.budget < 0

    def of(self, value: Value | None) -> CoreValue | None:
        """The core's value; what no operation made is a leaf. None without a known rank."""
        if value is None or value is UNKNOWN or value is BROKEN:
            return None
        found = self.known.get(value)
        if found is None and value.shape is not None:
            found = self._number(value) or self.graph.leaf(_origin(value), value, value.shape)
            self.known[value] = found
        return found

    def sequence(self, value: Value | None) -> Listed | Parts | None:
        """What is known of a sequence."""
        return None if value is None else self.sequences.get(value)

    def packed(self, value: Value, size: tuple[int, int]) -> CoreValue:
        """A matrix of which several elements are in a byte, in its true size."""
        key = (value, size)
        if key not in self._packed:
            self._packed[key] = self.graph.leaf(Origin.STORED, value, size)
        return self._packed[key]

    def _number(self, value: Value) -> CoreValue | None:
        number = None if value.offset is None else self._numbers.at(value.offset)
        if value.integers is not None and len(value.integers) == 1:
            integer = value.integers[0]
            number = None if integer is None else float(integer)
        if number is None or self.is_exhausted:
            return None
        return self.graph.number(number)


def _origin(value: Value) -> Origin:
    if value.kind in _STORED:
        return Origin.STORED
    return Origin.INPUT if value.kind is ValueKind.INPUT else Origin.OTHER
