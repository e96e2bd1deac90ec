"""Translates what the resolver runs into the core's graph, one operator after the other."""

from __future__ import annotations

from rnninspect.graphs import Exhausted, View
from rnninspect_onnx.graph.values import UNKNOWN
from rnninspect_onnx.recovered.operands import Operands
from rnninspect_onnx.recovered.table import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.scopes import Scope
    from rnninspect_onnx.graph.values import Value
    from rnninspect_onnx.operators.control import LoopBody
    from rnninspect_onnx.protobuf.messages import GraphProto

_DOMAINS = ("", "com.microsoft")


class Translation(Operands):
    """Translates each node that the resolver runs, until the graph's budget is spent."""

    def ran(self, scope: Scope, call: Call) -> None:
        """A node was run: translate it, if its operator is in the table."""
        operation = TABLE.get(call.node.operator)
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
        for at, formal in enumerate(graph.inputs[states:]):
            inner, outer = bound.get(formal), self.of(call.input(states + at))
            axis = axes[at] if at < len(axes) else 0
            if inner is None or outer is None or inner.shape is None or axis < 0:
                continue
            kept = [place for place in range(len(inner.shape) + 1) if place != axis]
            if len(kept) != len(outer.shape) - 1:
                continue
            try:
                seen = self.graph.at_run_time(outer, axis, outer.shape)
                moved = None if seen is None else self.graph.move(seen, kept, inner.shape)
            except Exhausted:
                return
            if moved is not None:
                self.known[inner] = moved

    def looped(self, name: str, body: LoopBody) -> None:
        """A loop's body was run: note what it carries."""
        carried = []
        for formal, result in body.carried.items():
            old, new = self.of(body.scope.lookup(formal)), self.of(body.scope.lookup(result))
            if isinstance(old, View) and new is not None:
                carried.append((old, new))
        self.graph.carry(name, carried)

    def close(self, scope: Scope) -> None:
        """The model's graph was run: note what it is fed and what it gives."""
        stored = {tensor.name for tensor in scope.graph.initializers}
        for name in scope.graph.inputs:
            value = None if name in stored else self.of(scope.values.get(name))
            if isinstance(value, View):
                self.graph.inputs.append(value)
        for name in scope.graph.outputs:
            given = self.of(scope.lookup(name))
            if given is not None:
                self.graph.outputs.append(given)
