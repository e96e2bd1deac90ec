"""Runs a graph once, with the functions that it calls and each loop's body taken once."""

from __future__ import annotations

from rnninspect.graphs import View
from rnninspect.lean import re
from rnninspect.plugin import Limit
from rnninspect_keras.graph.messages.records import Shape
from rnninspect_keras.graph.operators.fused import FUSED
from rnninspect_keras.graph.operators.table import OPERATORS
from rnninspect_keras.graph.running import functions, loops
from rnninspect_keras.graph.running.calls import Call
from rnninspect_keras.graph.running.order import EXITS, MERGES, SWITCHES, in_order
from rnninspect_keras.graph.running.scopes import Scope
from rnninspect_keras.graph.running.values import Kind, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Source
    from rnninspect_keras.graph.messages.records import Function, GraphDef, Node
    from rnninspect_keras.graph.running.calls import Translation
    from rnninspect_keras.graph.running.order import Order

_PORTION = 500  # nodes whose steps are charged at once
_STEPS_OF_A_NODE, _STEPS_OF_A_FUNCTION = 8, 30
_FEW, _STEPS_OF_MORE = 4, 6  # inputs and outputs that the steps of a node cover; of each more
_BACKWARD = re.compile(r"(?:^|/)gradients(?:_\d+)?/")  # the loops that train a loop


class Runner:
    """Runs the nodes of one graph on values.

    Attributes:
        to: the core's graph.
        fused: the runs of operators that are recurrent layers.
        initial: what loops begin with and change.
        main: the graph's own run, once it was made.
    """

    def __init__(self, graph: GraphDef, to: Translation, source: Source) -> None:
        self.graph, self.to, self._source = graph, to, source
        self._orders: dict[str, Order] = {}
        self._returned: dict[object, tuple[list[Value], Sequence[Value]]] = {}
        self._steps = 0
        self.fused: list[Call] = []
        self.initial: list[Value] = []

    def run(self, order: Order) -> Scope:
        """Run the graph, and note what it is fed and what it gives."""
        scope = Scope(self.graph.nodes, order)
        self._run(scope)
        if self.to.graph is not None:
            self._close(scope)
        return scope

    def _enter(
        self, function: Function, given: Sequence[Value], scope: Scope, node: Node
    ) -> list[Value]:
        """Run the body of a function that a node calls; what it returns.

        The signatures of a SavedModel call one function, each on an input of its own: the function
        with the loop is run once for inputs of equal shapes.
        """
        if not functions.has_loop(function):
            return self._entered(function, given, scope, node)
        key = (function.name, *map(_alike, given))
        if key not in self._returned:  # with the values, whose identities must not be used again
            self._returned[key] = self._entered(function, given, scope, node), given
        return self._returned[key][0]

    def _entered(
        self, function: Function, given: Sequence[Value], scope: Scope, node: Node
    ) -> list[Value]:
        order = self._orders.get(function.name)
        if order is None:
            order = self._orders[function.name] = in_order(function.nodes, function.inputs)
        depth = scope.depth + 1
        self._source.limits.require(Limit.NESTING, depth, "the depth of functions")
        names = len(function.inputs) + len(function.outputs)
        self._spend(_STEPS_OF_A_FUNCTION + _STEPS_OF_MORE * names)
        bound = dict(zip(function.inputs, given, strict=False))
        inner = Scope(function.nodes, order, scope.inside(node), depth, bound)
        self._run(inner)
        returns = (function.returns.get(name, "") for name in function.outputs)
        return [inner.lookup(reference) for reference in returns]

    def _run(self, scope: Scope) -> None:
        for number in scope.order.order:
            node = scope.nodes[number]
            if node.name not in scope.values:
                scope.values[node.name] = self._outputs(scope, node, number)
            more = len(node.inputs) + len(scope.values[node.name]) - _FEW
            self._spend(_STEPS_OF_A_NODE + (_STEPS_OF_MORE * more if more > 0 else 0))
        for frame, loop in scope.loops.items():
            for _, initial in loop.carried.values():
                self.initial.append(initial)
            pairs = [(value, loops.returned(scope, at)) for at, (value, _) in loop.carried.items()]
            self.carry(scope.path + frame, pairs)

    def _outputs(self, scope: Scope, node: Node, number: int) -> Sequence[Value]:
        if "gradients" in node.name and _BACKWARD.search(node.name):
            return ()
        operator = node.operator
        given = [scope.lookup(read) for read in node.inputs if read[:1] != "^"]
        call = Call(node, given, scope.label(node), self.to)
        if operator in MERGES:
            found: Sequence[Value] = loops.merged(scope, call, number)
        elif operator in EXITS:
            found = loops.left(scope, number)
        elif operator in SWITCHES:
            found = (call.input(0), call.input(0))
        elif operator in OPERATORS:
            found = OPERATORS[operator](call)
        elif operator in FUSED:
            self.fused.append(call)
            found = FUSED[operator](call)
        else:
            found = self._called(scope, call)
        return _completed(node, found)

    def _called(self, scope: Scope, call: Call) -> Sequence[Value]:
        """What an operator with functions gives."""

        def enter(function: Function, given: Sequence[Value]) -> list[Value]:
            return self._enter(function, given, scope, call.node)

        done = functions.called(call, self.graph.functions, enter)
        self.initial += done.initial
        if done.carried:
            self.carry(call.label, done.carried)
        return done.outputs

    def carry(self, name: str, pairs: Sequence[tuple[Value, Value]]) -> None:
        """Note a loop, by what it carries and what a turn makes of that."""
        if self.to.graph is None:
            return
        carried = []
        for old, new in pairs:
            before, after = self.to.core(old), self.to.core(new)
            if isinstance(before, View) and after is not None:
                carried.append((before, after))
        self.to.graph.carry(name, carried)

    def _close(self, scope: Scope) -> None:
        graph = self.to.graph
        if graph is None:
            return
        places, read = scope.order.places, scope.order.read
        for node in scope.nodes:
            for value in scope.values.get(node.name, ()):
                known = value.core
                if value.kind is Kind.INPUT and isinstance(known, View):
                    graph.inputs.append(known)
                elif known is not None and places[node.name] not in read:
                    graph.outputs.append(known)

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > _PORTION * _STEPS_OF_A_NODE:
            self._source.spend(Limit.STEPS, self._steps)
            self._steps = 0


def _alike(value: Value) -> object:
    """What is equal for values on which a function gives the same: for one value, and inputs."""
    is_input = value.kind is Kind.INPUT and value.shape is not None
    return value.shape if is_input and value.integers is None else id(value)


def _completed(node: Node, outputs: Sequence[Value]) -> Sequence[Value]:
    """Outputs whose shapes are known from the graph where they do not follow from the inputs."""
    listed = node.several("_output_shapes")
    if not listed or all(value.shape is not None for value in outputs):
        return outputs
    found = list(outputs)
    for at, shape in enumerate(listed):
        known = shape.sizes if isinstance(shape, Shape) else None
        if known is not None and (at >= len(found) or found[at].shape is None):
            found[at : at + 1] = [Value(Kind.DYNAMIC, known)]
    return found
