"""Runs the subgraphs of a model once: loops, branches and calls with what they are given."""

from __future__ import annotations

from rnninspect.decode.flatbuffers import INT32
from rnninspect.plugin import Fact, Limit, Observation, plural
from rnninspect_tflite.operators.names import loop_name
from rnninspect_tflite.operators.readings import Readings
from rnninspect_tflite.operators.suspects import suspect
from rnninspect_tflite.operators.values import Call, Kind, Value, result
from rnninspect_tflite.operators.variables import Variables
from rnninspect_tflite.schema.numbers import CUSTOM
from rnninspect_tflite.schema.options import integer
from rnninspect_tflite.schema.rows import are_few, integers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.plugin import Source
    from rnninspect_tflite.operators.readings import Reading
    from rnninspect_tflite.operators.suspects import Suspect
    from rnninspect_tflite.recovered.translation import Translation
    from rnninspect_tflite.schema.records import Key, Model, Operator, Subgraph
    from rnninspect_tflite.tensors.buffers import Buffers

    Given = tuple[Value | None, ...]

_STEPS_OF_A_RUN = 8  # and of each of its operators
_VARIABLES = frozenset({"VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"})
_COMPOSITE_OPTIONS = 12
_SHOWN = 8


class Runner:
    """Runs a model, and collects the calls that are asked for.

    Attributes:
        calls: the runs of the operators that `wanted` chooses, in order.
        states: stored tensors that loops and variables begin with.
        readings: which sequences there are, and in which order.
        loops: what each loop reads beside what it carries, by its name.
        faults: control flow that is impossible.
        suspects: loops that look like recurrent cells.
    """

    def __init__(
        self,
        source: Source,
        model: Model,
        buffers: Buffers,
        wanted: Callable[[Operator], bool],
        translation: Translation | None,
    ) -> None:
        self._source, self._model, self._buffers = source, model, buffers
        self._wanted, self._translation = wanted, translation
        self._stored: dict[tuple[int, int], Value] = {}
        self._active: list[int] = []
        self._variables = Variables(model)
        self.calls: list[Call] = []
        self.states: set[Key] = set()
        self.readings = Readings()
        self.loops: dict[str, frozenset[Reading]] = {}
        self.faults: list[Observation] = []
        self.suspects: list[Suspect] = []

    def run(self) -> None:
        """Run the main subgraph and those of the other signatures.

        Raises:
            RefusedFile: the model runs more operators, or nests deeper, than the limits allow.
        """
        if self._translation is None and not self._has_calls():
            return
        for at in self._model.entries:
            graph = self._model.subgraphs[at]
            given = tuple(
                None if index < 0 else Value(graph.tensors[index], Kind.INPUT)
                for index in graph.inputs
            )
            results = self._run(graph, given)
            if self._translation is not None:
                self._translation.fed(given, results)
        variables = self._variables
        self.states |= variables.initial
        if variables.missing:
            self.faults.append(_unassigned(list(variables.missing)))
        if self._translation is not None:
            kept = [name for name in variables.reads if name in variables.results]
            self._translation.fed(
                [variables.reads[name] for name in kept],
                [variables.results[name] for name in kept],
            )

    def _has_calls(self) -> bool:
        """Whether any operator is asked for, or runs subgraphs, or has to do with variables."""
        return any(
            self._wanted(operator) or operator.name in _CONTROL or operator.name in _VARIABLES
            for graph in self._model.subgraphs
            for operator in graph.operators
        )

    def _run(self, graph: Subgraph, given: Sequence[Value | None]) -> Given:
        """Run a subgraph with the values of its inputs; its outputs."""
        self._source.limits.require(Limit.NESTING, len(self._active), "the depth of subgraphs")
        self._source.spend(Limit.STEPS, _STEPS_OF_A_RUN * (1 + len(graph.operators)))
        self._active.append(graph.number)
        scope = _defined(graph.inputs, given)
        last_uses = self._last_uses(graph)
        for number, operator in enumerate(graph.operators):
            inputs = tuple(self._value(graph, scope, index) for index in operator.inputs)
            scope.update(_defined(operator.outputs, self._results(graph, operator, inputs)))
            for index in operator.inputs if last_uses else ():
                if last_uses[index] == number:
                    scope.pop(index, None)
                    self._stored.pop((graph.number, index), None)
        self._active.pop()
        return tuple(self._value(graph, scope, index) for index in graph.outputs)

    def _last_uses(self, graph: Subgraph) -> Sequence[int]:
        """By tensor, the last operator that reads it: its value is not kept after that.

        Empty where values are kept: where there are few, or a translation knows them.
        """
        if self._translation is not None or are_few(len(graph.tensors)):
            return ()
        count = len(graph.tensors)
        found = integers("i", count)
        found.extend([-1] * (count + 1))  # the last one is for absent inputs
        for number, operator in enumerate(graph.operators):
            for index in operator.inputs:
                found[index] = number
        for index in graph.outputs:
            found[index] = -1
        return found

    def _value(self, graph: Subgraph, scope: dict[int, Value], index: int) -> Value | None:
        """A tensor in this run: computed before, or stored."""
        if index < 0:
            return None
        found = scope.get(index)
        if found is None:
            found = self._stored.get((graph.number, index))
        if found is None:
            tensor = graph.tensors[index]
            if self._buffers.of(tensor) is None:
                found = scope[index] = Value(tensor, Kind.DYNAMIC)
            else:
                found = Value(tensor, Kind.STORED, (tensor,), copied=True)
                self._stored[graph.number, index] = found
        return found

    def _results(self, graph: Subgraph, operator: Operator, inputs: Given) -> Given:
        outputs = tuple(
            None if index < 0 else result(operator, inputs, graph.tensors[index])
            for index in operator.outputs
        )
        call = Call(operator, inputs, outputs)
        if self._wanted(operator):
            self.calls.append(call)
            return outputs
        self.readings.ran(call)
        if operator.name in _VARIABLES:
            known = self._variables.ran(call)
            return outputs if known is None else (known,)
        control = _CONTROL.get(operator.name)
        if control is not None:
            return control(self, call)
        if self._translation is not None and operator.name != CUSTOM:
            self._translation.ran(call)
        return outputs

    def subgraph(self, index: int, call: Call) -> Subgraph | None:
        """A subgraph that an operator runs; None, and a fault, where there is none to run."""
        if not 0 <= index < len(self._model.subgraphs):
            self._fault(call, f"runs subgraph {index}: there are {len(self._model.subgraphs)}")
            return None
        if index in self._active:
            self._fault(call, f"runs subgraph {index}, which contains it")
            return None
        return self._model.subgraphs[index]

    def _fault(self, call: Call, what: str) -> None:
        detail = f"{call.operator.name} at {call.label} {what}"
        if not self.faults or self.faults[-1].detail != detail:
            self.faults.append(Observation(Fact.CONTRADICTION, detail))

    def loop(self, call: Call) -> Given:
        """WHILE: values that the body hands on unchanged are bound to what comes in."""
        body = self.subgraph(integer(call.operator, 1), call)
        if body is None:
            return call.outputs
        given: list[Value | None] = []
        carried: list[int] = []
        for at, (index, value) in enumerate(zip(body.inputs, call.inputs, strict=False)):
            kept = at < len(body.outputs) and body.outputs[at] == index
            if kept or index < 0 or value is None:
                given.append(value)
                continue
            carried.append(at)
            self.states.update(leaf.key for leaf in value.leaves)
            given.append(Value(body.tensors[index], Kind.DYNAMIC))
        name, unchanged = loop_name(call, body), sorted(set(range(len(given))) - set(carried))
        self.loops.setdefault(name, self.readings.of(given[at] for at in unchanged))
        results = self._run(body, given)
        values = _defined(body.inputs, given)
        found = suspect(name, body, values, carried)
        self.suspects += () if found is None else (found,)
        if self._translation is not None:
            pairs = [(given[at], results[at]) for at in carried if at < len(results)]
            self._translation.looped(name, pairs)
        bound = {at: given[at] for at in unchanged}
        return tuple(bound.get(at) or value for at, value in enumerate(call.outputs))

    def branch(self, call: Call) -> Given:
        """IF: both branches; what they agree on is known."""
        results = [self._called(call, integer(call.operator, slot), 1) for slot in (0, 1)]
        if self._translation is None or not all(results):
            return call.outputs
        for output, one, other in zip(call.outputs, *results, strict=False):
            self._translation.chosen(call, output, one, other)
        return call.outputs

    def call(self, call: Call) -> Given:
        """CALL and a composite: in place."""
        if call.operator.name == "CALL":
            return self._called(call, integer(call.operator, 0), 0) or call.outputs
        options = call.operator.table.table(_COMPOSITE_OPTIONS)
        index = -1 if options is None else options.integer(1, INT32)
        return self._called(call, index, 0) or call.outputs

    def once(self, call: Call) -> Given:
        """CALL_ONCE: what fills variables before the first run."""
        self._called(call, integer(call.operator, 0), len(call.inputs))
        return call.outputs

    def _called(self, call: Call, index: int, skipped: int) -> Given:
        graph = self.subgraph(index, call)
        return () if graph is None else self._run(graph, call.inputs[skipped:])


def _unassigned(names: list[str]) -> Observation:
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    count = plural(len(names), "variable")
    return Observation(Fact.UNUSUAL, f"{count} without a value in the file: {shown}")


def _defined(indices: Sequence[int], values: Sequence[Value | None]) -> dict[int, Value]:
    """Values by the tensors that they are."""
    return {
        index: value
        for index, value in zip(indices, values, strict=False)
        if index >= 0 and value is not None
    }


_CONTROL: dict[str, Callable[[Runner, Call], Given]] = {
    "WHILE": Runner.loop,
    "IF": Runner.branch,
    "CALL": Runner.call,
    "STABLEHLO_COMPOSITE": Runner.call,
    "CALL_ONCE": Runner.once,
}
