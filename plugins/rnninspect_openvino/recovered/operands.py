"""The core's values of what operators read; the table's operations ask for them."""

from __future__ import annotations

from rnninspect.graphs import Graph, Origin, budget_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.graphs import Shape
    from rnninspect.graphs import Value as CoreValue
    from rnninspect_openvino.records import Operator
    from rnninspect_openvino.recovered.numbers import Numbers
    from rnninspect_openvino.tensors import Stored
    from rnninspect_openvino.values import Scope

    Place = tuple[Scope, Operator, int]  # an output: its port's id


class Call:
    """An operator that is translated, with what it reads and the shapes of what it gives."""

    __slots__ = ("numbers", "operator", "scope", "shapes", "to")

    def __init__(self, to: Operands, scope: Scope, operator: Operator) -> None:
        self.to, self.scope, self.operator = to, scope, operator
        self.numbers = to.numbers
        self.shapes: list[Shape] = [port.dims for port in operator.outputs]

    @property
    def label(self) -> str:
        """The operator's name with those of the bodies around it."""
        return self.scope.name(self.operator)

    @property
    def count(self) -> int:
        """How many inputs it has."""
        return len(self.operator.inputs)

    def input(self, position: int) -> CoreValue | None:
        """What it reads there; None where nothing is connected."""
        given = self.scope.producer(self.operator, position)
        return None if given is None else self.to.of(self.scope, *given)

    def integers(self, position: int) -> tuple[int, ...] | None:
        """The stored whole numbers that it reads there."""
        return self.numbers.integers(self.scope, self.operator, position)

    def attribute(self, name: str, default: int = 0) -> int:
        """A number among its attributes."""
        text = self.operator.attributes.get(name, "")
        return int(text) if text.removeprefix("-").isdecimal() and len(text) < 10 else default

    def mask(self, name: str) -> list[bool]:
        """A list of zeros and ones among its attributes."""
        words = self.operator.attributes.get(name, "").replace(",", " ").split()
        return [word == "1" for word in words[:64]]


class Operands:
    """The core's graph of one network, and its values by the outputs of operators.

    Attributes:
        graph: the core's graph; the key of a stored leaf is the tuple of its Const operators.
        numbers: small constants.
        known: the values of outputs.
    """

    def __init__(self, stored: Stored, numbers: Numbers, operators: int) -> None:
        self.graph = Graph(budget_for(operators))
        self.numbers = numbers
        self.known: dict[Place, CoreValue] = {}
        self._stored = stored
        self._leaves: dict[object, CoreValue] = {}

    @property
    def is_exhausted(self) -> bool:
        """Whether the graph may make no more expressions."""
        return self.graph.expressions.budget < 0

    def of(self, scope: Scope, operator: Operator, port: int) -> CoreValue:
        """The value of an output; what no operation made is a leaf."""
        place = (scope, operator, port)
        if place not in self.known:
            self.known[place] = self._made(scope, operator, port)
        return self.known[place]

    def constant(self, operator: Operator) -> CoreValue | None:
        """The value of a Const: a number, or a leaf for all Consts over the same bytes."""
        parts = self._stored.constants.get(operator, ())
        if not parts:
            return None
        number = self.numbers.single(parts[0])
        if number is not None and not self.is_exhausted:
            return self.graph.number(number)
        key = (parts[0].identity, parts[0].shape)
        if key not in self._leaves:
            self._leaves[key] = self.graph.leaf(Origin.STORED, (operator,), parts[0].shape)
        return self._leaves[key]

    def _made(self, scope: Scope, operator: Operator, port: int) -> CoreValue:
        found = self.constant(operator) if operator.kind == "Const" else None
        if found is not None:
            return found
        dims = next((one.dims for one in operator.outputs if one.id == port), ())
        is_fed = operator.kind == "Parameter" and scope.outer is None
        origin = Origin.INPUT if is_fed else Origin.OTHER
        return self.graph.leaf(origin, (scope, operator, port), dims)
