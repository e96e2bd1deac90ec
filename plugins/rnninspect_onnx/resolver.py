"""Propagates values through a graph in one forward pass, from tensors and inputs to their uses.

Nodes run in the order of the file; one whose inputs are computed later in it waits for them. Chains
of nodes need no recursion: only subgraphs and function calls nest, within limits.
"""

from __future__ import annotations

from rnninspect.plugin import Limit
from rnninspect_onnx.graph.calls import Call
from rnninspect_onnx.graph.constants import constant
from rnninspect_onnx.graph.scopes import Scope, needs
from rnninspect_onnx.graph.values import UNKNOWN, Value, ValueKind, with_declared
from rnninspect_onnx.graph.waiting import WaitingNodes
from rnninspect_onnx.operators import quantised
from rnninspect_onnx.operators.table import OPERATORS, run
from rnninspect_onnx.recurrent.nodes import RecurrentCall, is_recurrent, outputs_of, sizes_of
from rnninspect_onnx.slicing import IDLE, OutOfOrderError, Sliced, in_order, sliced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect_onnx.forward import Forward, Known
    from rnninspect_onnx.graph.values import Dims
    from rnninspect_onnx.operators.control import LoopBody
    from rnninspect_onnx.operators.uses_by_name import StoredUses
    from rnninspect_onnx.protobuf.decoding import Decoding
    from rnninspect_onnx.protobuf.messages import (
        AttributeProto,
        FunctionProto,
        GraphProto,
        NodeProto,
        Nodes,
    )
    from rnninspect_onnx.recovered.translation import Translation
    from rnninspect_onnx.recurrent.loop_cells import LoopCell


_PORTION = 4_000  # steps that are charged at once
_STEPS_OF_A_SCOPE = 16
_SCOPES_IN_A_STEP = 8  # in which a name is looked up
_ATTRIBUTES_IN_A_STEP = 4  # that are searched for graphs
_PASSED_IN_A_STEP, _STEPS_OF_A_PASSED = 8, 3  # nodes and names towards `nodes`; of a node


class Resolver:
    """Runs graphs on values; collects recurrent nodes, scales, loops and quantised weights.

    Attributes:
        recurrent_calls: the executions of recurrent nodes, in order.
        weights: values that operators of quantised models use as weights.
        scales: values that they use as scales and zero points.
        initial_values: initial values of the states that loops change.
        cells: bodies of loops that look like recurrent cells.
        packed: weights with several parameters in a byte, and their number of parameters.
        told: the uses of quantised nodes that were not run; None if all were.
        operators: how many nodes were run, those of functions and subgraphs among them.
    """

    def __init__(
        self,
        decoder: Decoding,
        functions: Iterable[FunctionProto],
        translation: Translation | None = None,
    ) -> None:
        self._decoder, self._limits = decoder, decoder.limits
        self._translation = translation
        self._functions: dict[tuple[str, str, str], FunctionProto] = {}
        for function in functions:
            key = (function.domain, function.name, function.overload)
            self._functions.setdefault(key, function)
        self._called = {(domain, name) for domain, name, _ in self._functions}
        self._bodies: dict[int, Sliced] = {}  # of functions, by their `id`
        self._known: Known | None = None
        self._free: dict[int, frozenset[str]] = {}
        self._source = decoder.source
        self._steps = self._work = 0
        self._next_check = min(_PORTION, self._limits.nodes)
        self._forget()

    def _forget(self) -> None:
        """Begin with nothing found."""
        self.operators = 0
        self._measured: set[Value] = set()  # scales of activations, found at run time
        self.recurrent_calls: list[RecurrentCall] = []
        self.weights: list[Value] = []
        self.scales: list[Value] = []
        self.packed: list[tuple[Value, int]] = []
        self.initial_values: list[Value] = []
        self.cells: list[LoopCell] = []
        self.told: StoredUses | None = None

    def stop_translating(self) -> None:
        """Leave what is run from here on out of the translation."""
        self._translation = None

    def run_graph(
        self, graph: GraphProto, path: str = "", parent: Scope | None = None, *, alone: bool = False
    ) -> Scope:
        """Run a graph whose inputs are fed by the caller; `alone` if no other one looks into it."""
        if alone and self._translation is None:
            part = sliced(graph, self._called, self._source)
            if part.places is not None:
                try:
                    return self._run_part(graph.nodes, part, part.places)
                except OutOfOrderError:
                    self._forget()
        scope = Scope(graph, path, parent)
        scope.add_stored(self._free if alone else None)
        scope.add_fed(ValueKind.INPUT, self._declared)
        self._run(scope)
        return scope

    def _run_part(self, nodes: Nodes, part: Sliced, places: bytearray) -> Scope:
        """Run the part of a large graph that is to be run."""
        self.told = part.uses
        self.operators += places.count(IDLE)
        self._source.spend(Limit.STEPS, _STEPS_OF_A_SCOPE)
        scope = Scope(part.graph)
        self._forward(nodes, scope, part, places)
        return scope

    def _forward(self, nodes: Nodes, scope: Scope, part: Sliced, places: bytearray) -> Forward:
        """Run these nodes forward."""
        from rnninspect_onnx.forward import Forward, Known  # noqa: PLC0415 - most models are small

        if self._known is None:
            self._known = Known()
        forward = Forward(nodes, scope, self, self._known)
        forward.feed(lambda name: Value(ValueKind.INPUT, self._declared(part.graph, name)))
        forward.run(places, part.chosen)
        return forward

    def passed(self, nodes: int, names: int) -> None:
        """Count nodes that were not run, since what they make is known, and the names in them."""
        self.operators += nodes
        self._steps += (2 * (nodes + names)) // _PASSED_IN_A_STEP
        self._work += _STEPS_OF_A_PASSED * nodes
        self._check_and_spend()

    def _run(self, scope: Scope) -> None:
        self._enter_scope(scope)
        nodes = scope.graph.nodes.whole
        later = {name for node in nodes for name in node.outputs}
        queue = WaitingNodes(nodes)
        for position, node in enumerate(nodes):
            names = needs(node, self._free)
            awaited = {name for name in names if name in later and name not in scope.values}
            if queue.must_wait(position, awaited):
                continue
            for ready in queue.released_by(position):
                self.run_node(scope, nodes[ready])
        for position in queue.stuck():  # they wait for each other: a cycle
            self.run_node(scope, nodes[position])

    def _enter_scope(self, scope: Scope) -> None:
        self._limits.require(Limit.NESTING, scope.depth, "the depth of graphs and functions")
        self._source.spend(Limit.STEPS, _STEPS_OF_A_SCOPE + scope.names_besides())

    def run_node(self, scope: Scope, node: NodeProto) -> None:
        """Run a node on values of the scope, and bind its outputs that have none yet."""
        self.operators += 1
        self.count(node, scope.depth)
        lookup = scope.lookup
        call = Call(node, tuple([lookup(name) for name in node.inputs]), scope.environment)
        outputs = self._outputs(scope, call)
        values, types = scope.values, scope.graph.types
        for at, name in enumerate(node.outputs):
            if name and name not in values:
                value = outputs[at] if at < len(outputs) else UNKNOWN
                values[name] = self.completed(scope, name, value) if name in types else value
        if self._translation is not None:
            self._translation.ran(scope, call)

    def count(self, node: NodeProto, depth: int) -> None:
        """Count the work that a node is."""
        names = 1 + len(node.inputs) + len(node.outputs)
        self._steps += 2 * names
        self._work += names * (2 + depth // _SCOPES_IN_A_STEP)
        self._work += len(node.attributes) // _ATTRIBUTES_IN_A_STEP
        if self._steps > self._next_check or self._work > _PORTION:
            self._check_and_spend()

    def completed(self, scope: Scope, name: str, value: Value) -> Value:
        """A value, its shape completed by the one that the graph declares of its name."""
        return with_declared(value, self._declared(scope.graph, name))

    def _check_and_spend(self) -> None:
        """Check the number of nodes against the limit, and charge the work since the last check."""
        self._limits.require(Limit.NODES, self._steps, "the graph with its functions unrolled")
        self._source.spend(Limit.STEPS, self._work)
        self._work, self._next_check = 0, min(self._steps + _PORTION, self._limits.nodes)

    def _outputs(self, scope: Scope, call: Call) -> tuple[Value, ...]:
        node = call.node
        function = self._functions.get((node.domain, node.operator, node.overload))
        if function is not None:
            return self._call(scope, call, function)
        if node.operator in OPERATORS and not node.domain:
            self._note_quantised(call)
            outputs = run(call)
            if node.operator == "DynamicQuantizeLinear":
                self._measured.update(outputs[1:2])
            return outputs
        if node.operator == "Constant" and not node.domain:
            return constant(call)
        return self._special(scope, call)

    def _special(self, scope: Scope, call: Call) -> tuple[Value, ...]:
        """Recurrent nodes, nodes with graphs inside, and operators that are not in the tables."""
        self._note_quantised(call)
        if is_recurrent(call.node):
            measured = sizes_of(call)
            self.recurrent_calls.append(RecurrentCall(scope.label(call.node), call, measured))
            self._limits.require(
                Limit.RECURRENT, len(self.recurrent_calls), "the number of recurrent nodes"
            )
            return outputs_of(call, measured)
        if any(attribute.graphs for attribute in call.node.attributes):
            return self._enter(scope, call)
        return run(call)

    def _call(self, scope: Scope, call: Call, function: FunctionProto) -> tuple[Value, ...]:
        """Run a function's body on the inputs and attributes of one call."""
        self._work += len(call.node.attributes) + len(function.defaults)
        environment: dict[str, AttributeProto] = {given.name: given for given in function.defaults}
        for given in call.node.attributes:
            if (attribute := call.attribute(given.name)) is not None:
                environment[given.name] = attribute
        body = function.body
        bound = {formal: call.input(at) for at, formal in enumerate(body.inputs)}
        part = self._body(body)
        path = scope.inside(scope.label(call.node))
        inner = Scope(part.graph, path, None, environment, scope.depth + 1, bound)
        if part.places is None:
            self._run(inner)
        else:
            self._enter_scope(inner)
            self._forward(body.nodes, inner, part, part.places).give(body.outputs)
        return tuple(inner.lookup(name) or UNKNOWN for name in body.outputs)

    def _body(self, body: GraphProto) -> Sliced:
        """The body of a function as it is run."""
        if self._translation is not None:
            return Sliced(body)
        part = self._bodies.get(id(body))
        if part is None:
            self._source.spend(Limit.STEPS, len(body.nodes))
            part = self._bodies[id(body)] = in_order(body, self._called)
        return part

    def _enter(self, scope: Scope, call: Call) -> tuple[Value, ...]:
        """Run the graphs inside a node, which see the values around them."""
        from rnninspect_onnx.operators import control  # noqa: PLC0415 - most models have no graphs inside

        def enter(step: str, graph: GraphProto, bound: dict[str, Value | None]) -> Scope:
            path = scope.inside(f"{scope.label(call.node)}.{step}")
            inner = Scope(graph, path, scope, scope.environment, scope.depth + 1, bound)
            inner.add_stored()
            inner.add_fed(ValueKind.DYNAMIC, self._declared)
            if self._translation is not None:
                self._translation.entered(call, graph, bound)
            self._run(inner)
            return inner

        subgraphs = control.run(call, enter)
        for loop_body in subgraphs.loop_bodies:
            self._note_loop(scope.label(call.node), loop_body)
        if self._translation is not None:
            self._translation.branched(subgraphs.branches)
        return subgraphs.outputs

    def _note_loop(self, name: str, loop_body: LoopBody) -> None:
        from rnninspect_onnx.recurrent.loop_cells import find_cell  # noqa: PLC0415 - most models have no loop

        self.initial_values.extend(loop_body.initial_values)
        if self._translation is not None:
            self._translation.looped(name, loop_body)
        cell = find_cell(name, loop_body)
        if cell is not None:
            self.cells.append(cell)

    def _note_quantised(self, call: Call) -> None:
        if self._measured and call.node.operator == "Mul":
            self.scales.extend(quantised.scales_of_products(call, self._measured))
        if not quantised.is_quantised(call.node.operator):
            return
        self.weights.extend(quantised.weights(call))
        self.scales.extend(quantised.scales(call))
        self.packed.extend(quantised.packed(call))

    def _declared(self, graph: GraphProto, name: str) -> Dims | None:
        declared = graph.types.get(name)
        return None if declared is None else self._decoder.shape(declared)
