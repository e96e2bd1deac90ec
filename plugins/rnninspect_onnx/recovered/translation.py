"""Translates what the resolver runs into the core's graph, one operator after the other."""

from __future__ import annotations

from rnninspect.graphs import Exhausted, Origin, View
from rnninspect_onnx.graph.shapes import normalised_axis
from rnninspect_onnx.graph.values import UNKNOWN
from rnninspect_onnx.recovered.operands import Operands
from rnninspect_onnx.recovered.table import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.scopes import Scope
    from rnninspect_onnx.graph.values import Value
    from rnninspect_onnx.operators.control import LoopBody
    from rnninspect_onnx.protobuf.messages import GraphProto
    from rnninspect_onnx.recovered.numbers import Numbers

    Results = Sequence[CoreValue | None]

_DOMAINS = ("", "com.microsoft")


_MOST_WORLDS = 8  # ways that the branches inside a loop are taken


class Translation(Operands):
    """Translates each node that the resolver runs, until the graph's budget is spent.

    Attributes:
        choices: values that an If gives, with what each of its branches makes.
    """

    def __init__(self, numbers: Numbers, budget: int) -> None:
        super().__init__(numbers, budget)
        self.choices: dict[CoreValue, tuple[CoreValue, CoreValue]] = {}
        self._branches: tuple[tuple[Value, ...], ...] = ()

    def ran(self, scope: Scope, call: Call) -> None:
        """A node was run: translate it, if its operator is in the table."""
        operation = self._either if self._branches else TABLE.get(call.node.operator)
        if operation is None or call.node.domain not in _DOMAINS or self.is_exhausted:
            return
        outputs = [scope.values.get(name) if name else None for name in call.node.outputs]
        if not outputs or all(value is None or value.integers is not None for value in outputs):
            return
        self.label = scope.label(call.node)
        try:
            results = operation(self, call, outputs)
        except Exhausted:
            return
        except (LookupError, ValueError):  # shapes that contradict each other: not followed
            return
        for value, result in zip(outputs, results, strict=False):
            if value is not None and result is not None and value is not UNKNOWN:
                self.known.setdefault(value, result)

    def entered(self, call: Call, graph: GraphProto, bound: Mapping[str, Value | None]) -> None:
        """The body of a Scan is about to run: what it walks along is a part of what was given."""
        if call.node.operator != "Scan" or len(call.inputs) != len(graph.inputs):
            return
        if self.is_exhausted:
            return
        states = max(0, len(graph.inputs) - call.number("num_scan_inputs", 0))
        attribute = call.attribute("scan_input_axes")
        axes = () if attribute is None else attribute.integers
        attribute = call.attribute("scan_input_directions")
        reversals = () if attribute is None else attribute.integers
        for at, formal in enumerate(graph.inputs[states:]):
            inner, outer = bound.get(formal), self.of(call.input(states + at))
            if inner is None or outer is None or inner.shape is None:
                continue
            axis = normalised_axis(axes[at] if at < len(axes) else 0, len(outer.shape))
            if axis is None:
                continue
            kept = [place for place in range(len(inner.shape) + 1) if place != axis]
            if len(kept) != len(outer.shape) - 1:
                continue
            try:
                if at < len(reversals) and reversals[at]:
                    outer = self.graph.reverse(outer, axis)
                seen = self.graph.at_run_time(outer, axis, outer.shape)
                moved = None if seen is None else self.graph.move(seen, kept, inner.shape)
            except Exhausted:
                return
            if moved is not None:
                self.known[inner] = moved

    def branched(self, branches: tuple[tuple[Value, ...], ...]) -> None:
        """The graphs of a node were run: what the branches of an If gave, if it is one."""
        self._branches = branches

    def _either(self, to: Operands, call: Call, outputs: Sequence[Value | None]) -> Results:
        """The outputs of an If: one of two values."""
        (one, other), self._branches = self._branches, ()
        condition = to.of(call.input(0)) or to.graph.leaf(Origin.OTHER, call, ())
        results: list[CoreValue | None] = []
        for output, *values in zip(outputs, one, other, strict=False):
            pair = [to.of(value) for value in values]
            shape = None if output is None else output.shape
            if shape is None or pair[0] is None or pair[1] is None:
                results.append(None)
                continue
            found = to.graph.apply("where", (condition, pair[0], pair[1]), shape)
            if found is not None:
                self.choices[found] = (pair[0], pair[1])
            results.append(found)
        return results

    def looped(self, name: str, body: LoopBody) -> None:
        """A loop's body was run: note what it carries."""
        carried = []
        for formal, result in body.carried.items():
            old, new = self.of(body.scope.lookup(formal)), self.of(body.scope.lookup(result))
            if isinstance(old, View) and new is not None:
                carried.append((old, new))
        worlds = [carried]
        for world in worlds:  # which grows
            if len(worlds) < _MOST_WORLDS and any(new in self.choices for _, new in world):
                worlds += [
                    [(old, self.choices.get(new, (new, new))[side]) for old, new in world]
                    for side in (0, 1)
                ]
        for world in worlds:
            self.graph.carry(name, world)

    def close(self, scope: Scope) -> None:
        """The model's graph was run: note what it is fed and what it gives."""
        stored = set(scope.graph.initializers.names)
        for name in scope.graph.inputs:
            value = None if name in stored else self.of(scope.values.get(name))
            if isinstance(value, View):
                self.graph.inputs.append(value)
        for name in scope.graph.outputs:
            given = self.of(scope.lookup(name))
            if given is not None:
                self.graph.outputs += [given, *self.choices.get(given, ())]
