"""Translates a network into the core's graph, and its bodies where their operators are."""

from __future__ import annotations

from rnninspect.graphs import Exhausted, View, recurrences
from rnninspect.plugin import Purpose, Recurrences, Role
from rnninspect_openvino.framework import OPENVINO
from rnninspect_openvino.recovered.numbers import Numbers
from rnninspect_openvino.recovered.operands import Call, Operands
from rnninspect_openvino.recovered.table import TABLE
from rnninspect_openvino.values import is_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.graphs import Value as CoreValue
    from rnninspect.plugin import Source, StoredTensor
    from rnninspect_openvino.records import Operator
    from rnninspect_openvino.tensors import Stored
    from rnninspect_openvino.values import Scope


def recovered(source: Source, found: list[Scope], stored: Stored) -> Recurrences:
    """The cells that are made of plain operators."""
    operators = sum(len(scope.network.operators) for scope in found)
    to = Operands(stored, Numbers(source, stored), operators)
    inside: dict[Operator, list[Scope]] = {}
    for scope in found[1:]:
        if scope.outer is not None:
            inside.setdefault(scope.outer[1], []).append(scope)
    _Translation(to, inside).network(found[0])

    def tensors_of(key: object) -> tuple[StoredTensor, ...]:
        constants = key if isinstance(key, tuple) and len(key) == 1 else ()
        tensors = (tensor for one in constants for tensor in stored.of(one))
        return tuple(each for each in tensors if each.purpose is Purpose.PARAMETER)

    return recurrences(to.graph, tensors_of, OPENVINO, frozenset({Role.BIAS}))


class _Translation:
    """Goes through a network in the order of the document, and into each body on its way."""

    def __init__(self, to: Operands, inside: dict[Operator, list[Scope]]) -> None:
        self._to, self._inside = to, inside

    def network(self, scope: Scope) -> None:
        """The whole network: what it is fed, what it gives, what it keeps between two calls."""
        if any(one.kind == "ReadValue" for one in scope.network.operators.values()):
            self._feed_anew(scope)
        self._run(scope)
        graph = self._to.graph
        kept: dict[str, View] = {}
        carried = []
        for operator in scope.network.operators.values():
            value = self._first(scope, operator)
            if operator.kind == "Parameter" and isinstance(value, View):
                graph.inputs.append(value)
            elif operator.kind == "ReadValue" and isinstance(value, View):
                kept[operator.attributes.get("variable_id", "")] = value
        for operator in scope.network.operators.values():
            given = self._given(scope, operator)
            old = kept.get(operator.attributes.get("variable_id", ""))
            if operator.kind == "Result" and given is not None:
                graph.outputs.append(given)
            elif operator.kind == "Assign" and given is not None and old is not None:
                carried.append((old, given))
        if carried:
            graph.carry("variables", carried)

    def _feed_anew(self, scope: Scope) -> None:
        """Where variables keep states, a call is a step, and is fed something else each time."""
        for operator in scope.network.operators.values():
            for port in operator.outputs if operator.kind == "Parameter" else ():
                value = self._to.of(scope, operator, port.id)
                seen = self._to.graph.at_run_time(value, 0, port.dims) if port.dims else None
                if seen is not None:
                    self._to.known[scope, operator, port.id] = seen

    def _run(self, scope: Scope) -> None:
        for operator in scope.network.operators.values():
            for body in self._inside.get(operator, ()):
                self._body(scope, operator, body)
            operation = TABLE.get(operator.kind)
            if operation is None or not operator.outputs or self._to.is_exhausted:
                continue
            try:
                results = operation(Call(self._to, scope, operator))
                for port, found in zip(operator.outputs, results, strict=False):
                    if found is not None:
                        self._to.known.setdefault((scope, operator, port.id), found)
            except (Exhausted, LookupError, ValueError):
                continue  # too large, or its shapes contradict each other: not followed

    def _body(self, scope: Scope, owner: Operator, body: Scope) -> None:
        """A body, whose parameters are what they are bound to, or what an iteration gives."""
        for number in body.bound:
            parameter = body.network.operators.get(number)
            if parameter is not None and not is_state(body, parameter):
                try:
                    self._bind(scope, owner, body, parameter)
                except Exhausted:
                    return
        self._run(body)
        carried = []
        for number, result in body.carried.items():
            parameter = body.network.operators.get(number)
            operator = body.network.operators.get(result)
            if parameter is None or operator is None or not is_state(body, parameter):
                continue
            old, new = self._first(body, parameter), self._given(body, operator)
            if isinstance(old, View) and new is not None:
                carried.append((old, new))
        if carried:
            self._to.graph.carry(body.path.rstrip("/"), carried)

    def _bind(self, scope: Scope, owner: Operator, body: Scope, parameter: Operator) -> None:
        given = scope.at_port(owner, body.bound[parameter.id])
        if given is None or not parameter.outputs:
            return
        value: CoreValue | None = self._to.of(scope, *given)
        port = parameter.outputs[0]
        axis = body.sliced.get(parameter.id)
        if axis is not None and value is not None and 0 <= axis.axis < len(value.shape):
            if axis.is_reversed:
                value = self._to.graph.reverse(value, axis.axis)
            value = self._to.graph.at_run_time(value, axis.axis, port.dims)
        if value is not None and len(value.shape) == len(port.dims):
            self._to.known.setdefault((body, parameter, port.id), value)

    def _first(self, scope: Scope, operator: Operator) -> CoreValue | None:
        """What the first output of an operator is."""
        ports = operator.outputs
        return self._to.of(scope, operator, ports[0].id) if ports else None

    def _given(self, scope: Scope, operator: Operator) -> CoreValue | None:
        """What the first input of an operator is."""
        given = scope.producer(operator, 0)
        return None if given is None else self._to.of(scope, *given)
