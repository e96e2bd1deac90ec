"""Translates what is run into the core's graph, one operator after the other."""

from __future__ import annotations

from rnninspect.graphs import Exhausted, View
from rnninspect_tflite.recovered.operands import Operands
from rnninspect_tflite.recovered.table import TABLE
from rnninspect_tflite.schema.numbers import ACTIVATIONS
from rnninspect_tflite.schema.options import activation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_tflite.operators.values import Call, Value


class Translation(Operands):
    """Translates each operator that is run, until the graph's budget is spent."""

    def ran(self, call: Call) -> None:
        """An operator was run: translate it, if it is in the table."""
        operation = TABLE.get(call.operator.name)
        if operation is None or self.is_exhausted:
            return
        try:
            for value, found in zip(call.outputs, operation(self, call), strict=False):
                if value is not None and found is not None:
                    self._keep(call, value, found)
        except (Exhausted, LookupError, ValueError):
            return  # too large, or its shapes contradict each other: not followed

    def _keep(self, call: Call, value: Value, found: CoreValue) -> None:
        """What an operator gives, after the activation that is fused with it."""
        fused = activation(call.operator)
        active: CoreValue | None = found
        if fused:
            name = ACTIVATIONS.get(fused, "activation")
            active = self.graph.apply(name, (found,), value.shape)
        if active is not None:
            self.known.setdefault(value, active)

    def chosen(
        self, call: Call, output: Value | None, one: Value | None, other: Value | None
    ) -> None:
        """A branch was run: what it gives is one of two values."""
        values = [self.of(call.input(0)), self.of(one), self.of(other)]
        known = [value for value in values if value is not None]
        if output is None or len(known) != len(values) or self.is_exhausted:
            return
        try:
            found = self.graph.apply("where", known, output.shape)
        except Exhausted:
            return
        if found is not None:
            self.known.setdefault(output, found)

    def looped(self, name: str, pairs: Sequence[tuple[Value | None, Value | None]]) -> None:
        """A loop's body was run: note what it carries."""
        carried = []
        for one, other in pairs:
            old, new = self.of(one), self.of(other)
            if isinstance(old, View) and new is not None:
                carried.append((old, new))
        self.graph.carry(name, carried)

    def fed(self, given: Sequence[Value | None], results: Sequence[Value | None]) -> None:
        """A subgraph was run that a caller may run: note what it is fed and what it gives."""
        for value in given:
            found = self.of(value)
            if isinstance(found, View):
                self.graph.inputs.append(found)
        for value in results:
            result = self.of(value)
            if result is not None:
                self.graph.outputs.append(result)
