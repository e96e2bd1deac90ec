"""Operators with subgraphs: the inputs and outputs of If, Loop, Scan, SequenceMap.

Facts: https://onnx.ai/onnx/operators. A state that a loop does not change is its initial value.
"""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_onnx.graph.shapes import common, normalised_axis
from rnninspect_onnx.graph.values import EMPTY_SEQUENCE, UNKNOWN, Value, ValueKind, one_of, view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.scopes import Scope
    from rnninspect_onnx.protobuf.messages import GraphProto

    Enter = Callable[[str, GraphProto, dict[str, Value | None]], Scope]
    """Runs a subgraph: the next part of the path, the graph, values of its inputs."""


class LoopBody(Record):
    """The body of a loop, run once.

    Attributes:
        scope: the body with its values.
        carried: names of the states that it changes: input → output.
        initial_values: of those states, in the first iteration.
    """

    scope: Scope
    carried: Mapping[str, str]
    initial_values: tuple[Value, ...]


class SubgraphOutputs(Record):
    """The outputs of a node with subgraphs, and what was run for it.

    Attributes:
        loop_bodies: of a loop.
        branches: of an If, the outputs of each graph.
    """

    outputs: tuple[Value, ...]
    loop_bodies: tuple[LoopBody, ...] = ()
    branches: tuple[tuple[Value, ...], ...] = ()


_BRANCHES = ("then", "else")


def run(call: Call, enter: Enter) -> SubgraphOutputs:
    """Run the graphs of a node, each once."""
    operator = _OPERATORS.get(call.node.operator, _other) if not call.node.domain else _other
    return operator(call, enter)


def graphs_of(call: Call) -> list[tuple[str, GraphProto]]:
    """The subgraphs of a node, with a short name for each."""
    found: list[tuple[str, GraphProto]] = []
    for given in call.node.attributes:
        attribute = call.attribute(given.name)
        graphs = () if attribute is None else attribute.graphs
        name = given.name.removesuffix("_branch")
        several = len(graphs) > 1
        found += [(f"{name}{at}" if several else name, graph) for at, graph in enumerate(graphs)]
    return found


def _if(call: Call, enter: Enter) -> SubgraphOutputs:
    """If: an output is one of two values, or a certain one where the condition is known."""
    results = {name: _results(enter(name, graph, {})) for name, graph in graphs_of(call)}
    condition = call.input(0)
    known = None if condition is None else condition.whole_integers
    if known and (taken := results.get("then" if known[0] else "else")) is not None:
        return SubgraphOutputs(taken)
    branches = tuple(results.values())
    outputs = tuple(_either(values) for values in zip(*branches, strict=False))
    return SubgraphOutputs(outputs, branches=tuple(results.get(each, ()) for each in _BRANCHES))


def _either(values: Sequence[Value]) -> Value:
    if all(value is values[0] for value in values):
        return values[0]
    return one_of(values, common(value.shape for value in values))


def _loop(call: Call, enter: Enter) -> SubgraphOutputs:
    """Loop: inputs and body begin with a count and a condition, the body's outputs with one."""
    for name, body in graphs_of(call)[:1]:
        formals, given = body.inputs[2:], call.inputs[2:]
        kept = _kept(body, formals, body.outputs[1:], given)
        scope = enter(name, body, {**kept, **_empty(formals, given)})
        results = _results(scope)[1:]
        scanned = [_stacked(value, 0) for value in results[len(formals) :]]
        outputs = (*_carried(formals, kept, given, results), *scanned)
        return SubgraphOutputs(
            outputs, (_loop_body(scope, formals, body.outputs[1:], given, kept),)
        )
    return SubgraphOutputs(())


def _scan(call: Call, enter: Enter) -> SubgraphOutputs:
    """Scan: states, then values that it iterates over, one slice at a time."""
    for name, body in graphs_of(call)[:1]:
        states = max(0, len(body.inputs) - call.number("num_scan_inputs", 0))
        formals = body.inputs[:states]
        if len(call.inputs) != len(body.inputs):  # operator set 8: lengths first, a batch axis
            scope = enter(name, body, {})
            return SubgraphOutputs(
                (), (_loop_body(scope, formals, body.outputs, call.inputs[1:], {}),)
            )
        kept = _kept(body, formals, body.outputs, call.inputs)
        scope = enter(name, body, {**kept, **_slices(call, body.inputs, states)})
        results = _results(scope)
        axes = call.attribute("scan_output_axes")
        along = () if axes is None else axes.integers
        scanned = [
            _stacked(value, along[at] if at < len(along) else 0)
            for at, value in enumerate(results[states:])
        ]
        outputs = (*_carried(formals, kept, call.inputs, results), *scanned)
        return SubgraphOutputs(
            outputs, (_loop_body(scope, formals, body.outputs, call.inputs, kept),)
        )
    return SubgraphOutputs(())


def _loop_body(
    scope: Scope,
    formals: Sequence[str],
    results: Sequence[str],
    given: Sequence[Value | None],
    kept: Mapping[str, Value | None],
) -> LoopBody:
    """The states that a loop changes; one that an inner loop passes on is unchanged."""
    changed: dict[str, str] = {}
    initial_values = []
    for formal, result, value in zip(formals, results, given, strict=False):
        if formal not in kept and scope.lookup(result) is not scope.lookup(formal):
            changed[formal] = result
            initial_values.append(value)
    return LoopBody(scope, changed, tuple(start for start in initial_values if start is not None))


def _slices(call: Call, formals: Sequence[str], states: int) -> dict[str, Value | None]:
    """The slices that the body of a Scan is given."""
    attribute = call.attribute("scan_input_axes")
    axes = () if attribute is None else attribute.integers
    seen: dict[str, Value | None] = {}
    for at, formal in enumerate(formals[states:]):
        given = call.input(states + at)
        axis = axes[at] if at < len(axes) else 0
        seen[formal] = None if given is None else _slice(given, axis)
    return seen


def _slice(value: Value, axis: int) -> Value:
    position = None if value.shape is None else normalised_axis(axis, len(value.shape))
    if value.shape is None or position is None:
        return view((value,), None)
    return view((value,), (*value.shape[:position], *value.shape[position + 1 :]))


def _sequence_map(call: Call, enter: Enter) -> SubgraphOutputs:
    """SequenceMap: the body is given one element of each sequence, and other tensors unchanged."""
    for name, body in graphs_of(call)[:1]:
        return SubgraphOutputs(
            _results(enter(name, body, dict(zip(body.inputs, call.inputs, strict=False))))
        )
    return SubgraphOutputs(())


def _other(call: Call, enter: Enter) -> SubgraphOutputs:
    """An operator of another domain, such as a beam search around a decoder's graph."""
    for name, graph in graphs_of(call):
        enter(name, graph, {})
    return SubgraphOutputs(())


def _kept(
    body: GraphProto, formals: Sequence[str], results: Sequence[str], given: Sequence[Value | None]
) -> dict[str, Value | None]:
    """The inputs of a body that it passes on unchanged, through Identity nodes too."""
    copies = {
        node.outputs[0]: node.inputs[0]
        for node in body.nodes
        if node.operator == "Identity" and not node.domain and node.inputs and node.outputs
    }
    carried = zip(formals, results, given, strict=False)
    return {formal: value for formal, result, value in carried if _origin(result, copies) == formal}


def _empty(formals: Sequence[str], given: Sequence[Value | None]) -> dict[str, Value | None]:
    """The inputs of a body that are sequences without elements at first."""
    pairs = zip(formals, given, strict=False)
    return {formal: value for formal, value in pairs if value is EMPTY_SEQUENCE}


def _origin(name: str, copies: dict[str, str]) -> str:
    seen = set[str]()
    while name in copies and name not in seen:
        seen.add(name)
        name = copies[name]
    return name


def _carried(
    formals: Sequence[str],
    kept: Mapping[str, Value | None],
    given: Sequence[Value | None],
    results: Sequence[Value],
) -> tuple[Value, ...]:
    """The outputs of a loop: the initial value of an unchanged state, else a dynamic one.

    A loop without iterations returns the initial value, so an axis is known only if both agree.
    """
    carried = []
    for at, formal in enumerate(formals):
        both = (*given[at : at + 1], *results[at : at + 1])
        known = [value for value in both if value is not None]
        if known and known[0] is EMPTY_SEQUENCE:
            known = known[1:] * 2
        shape = common(value.shape for value in known) if len(known) == 2 else None
        carried.append(kept.get(formal) or Value(ValueKind.DYNAMIC, shape))
    return tuple(carried)


def _stacked(value: Value, axis: int) -> Value:
    """The outputs of all iterations, stacked along a new axis."""
    if value.shape is None:
        return UNKNOWN
    position = normalised_axis(axis, len(value.shape) + 1)
    if position is None:
        return UNKNOWN
    return Value(ValueKind.DYNAMIC, (*value.shape[:position], None, *value.shape[position:]))


def _results(scope: Scope) -> tuple[Value, ...]:
    return tuple(scope.lookup(name) or UNKNOWN for name in scope.graph.outputs)


_OPERATORS: dict[str, Callable[[Call, Enter], SubgraphOutputs]] = {
    "If": _if,
    "Loop": _loop,
    "Scan": _scan,
    "SequenceMap": _sequence_map,
}
