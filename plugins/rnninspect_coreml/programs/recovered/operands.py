"""The core's values of what operations are given, and small numbers that they calculate with."""

from __future__ import annotations

from rnninspect.graphs import Graph, Origin, budget_for
from rnninspect.plugin import Fate
from rnninspect_coreml.programs.records import Literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_coreml.programs.decoding import Decoder
    from rnninspect_coreml.programs.records import Operation, Shape
    from rnninspect_coreml.programs.values import Value

_ORIGINS = {Fate.STORED: Origin.STORED, Fate.INPUT: Origin.INPUT}


class Operands:
    """The core's graph of one model, and its values by the names in the current function.

    Attributes:
        graph: the core's graph; the key of a stored leaf is the identities of its values.
        values: what the names stand for.
        known: the core's values that operations made.
        label: the name of the operation at hand.
    """

    def __init__(self, decoder: Decoder, operations: int) -> None:
        self.graph = Graph(budget_for(operations))
        self.values: Mapping[str, Value] = {}
        self.known: dict[str, CoreValue] = {}
        self.label = ""
        self._decoder = decoder
        self._stored: dict[tuple[str, ...], CoreValue] = {}

    @property
    def is_exhausted(self) -> bool:
        """Whether the graph may make no more expressions."""
        return self.graph.expressions.budget < 0

    def given(self, operation: Operation, key: str) -> CoreValue | None:
        """The core's value of an input; None if there is none."""
        bindings = operation.inputs.get(key)
        return self.of(bindings[0]) if bindings else None

    def every(self, operation: Operation, key: str) -> list[CoreValue]:
        """The core's values of an input that has several; none if one of them is unknown."""
        found = [self.of(each) for each in operation.inputs.get(key, ())]
        known = [each for each in found if each is not None]
        return known if len(known) == len(found) else []

    def of(self, given: str | Literal) -> CoreValue | None:
        """The core's value; what no operation made is a leaf."""
        if isinstance(given, Literal):
            return self._literal(given, (given.identity,), given.shape)
        found = self.known.get(given)
        if found is not None:
            return found
        value = self.values.get(given)
        if value is None or value.shape is None:
            return None
        if value.fate is Fate.STORED:
            return self._literal(value.literal, value.literals, value.shape)
        origin = _ORIGINS.get(value.fate, Origin.OTHER)
        found = self.known[given] = self.graph.leaf(origin, given, value.shape)
        return found

    def _literal(
        self, literal: Literal | None, identities: tuple[str, ...], shape: Shape
    ) -> CoreValue:
        """A number that is the same for all units, or what is stored."""
        found = self._stored.get(identities)
        if found is not None and found.shape == shape:
            return found
        numbers = None if literal is None else self._decoder.numbers(literal)
        if numbers is not None and len(numbers) == 1:
            return self.graph.number(float(numbers[0]))
        found = self._stored[identities] = self.graph.leaf(Origin.STORED, identities, shape)
        return found

    def numbers(self, operation: Operation, key: str) -> tuple[float, ...] | None:
        """The numbers of an input; None if they are not in the program."""
        for each in operation.inputs.get(key, ())[:1]:
            value = None if isinstance(each, Literal) else self.values.get(each)
            literal = each if isinstance(each, Literal) else value.literal if value else None
            return None if literal is None else self._decoder.numbers(literal)
        return None

    def integers(self, operation: Operation, key: str) -> tuple[int, ...] | None:
        """The same as whole numbers."""
        found = self.numbers(operation, key)
        return None if found is None else tuple(map(int, found))

    def axis(self, operation: Operation, rank: int, default: int | None = None) -> int | None:
        """The axis of an operation, counted from the front; None if there is none."""
        found = self.integers(operation, "axis") or (() if default is None else (default,))
        return found[0] % rank if found and -rank <= found[0] < rank else None
