"""Operators with graphs inside: If, Loop, Scan, SequenceMap; what goes in and what comes out.

Facts: https://onnx.ai/onnx/operators. What a loop carries round unchanged is what it was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnninspect_onnx.shapes import place_of
from rnninspect_onnx.values import UNKNOWN, Value, view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect_onnx.messages import Graph
    from rnninspect_onnx.scopes import Scope
    from rnninspect_onnx.values import Call

    Enter = Callable[[str, Graph, dict[str, Value | None]], Scope]
    """Runs a graph inside a node: the path's next step, the graph, values of its inputs."""


def run(call: Call, enter: Enter) -> tuple[Value, ...]:
    """Run the graphs of a node, each once, and give the node's outputs."""
    operator = _OPERATORS.get(call.node.operator, _other) if not call.node.domain else _other
    return operator(call, enter)


def graphs_of(call: Call) -> list[tuple[str, Graph]]:
    """The graphs inside a node, with a short name for each."""
    found: list[tuple[str, Graph]] = []
    for given in call.node.attributes:
        attribute = call.attribute(given.name)
        graphs = () if attribute is None else attribute.graphs
        name = given.name.removesuffix("_branch")
        several = len(graphs) > 1
        found += [(f"{name}{at}" if several else name, graph) for at, graph in enumerate(graphs)]
    return found


def _if(call: Call, enter: Enter) -> tuple[Value, ...]:
    """If: an output is one of two values."""
    branches = [_results(enter(name, graph, {})) for name, graph in graphs_of(call)]
    return tuple(_either(values) for values in zip(*branches, strict=False))


def _either(values: Sequence[Value]) -> Value:
    if all(value is values[0] for value in values):
        return values[0]
    shapes = {value.shape for value in values}
    return view(values, shapes.pop() if len(shapes) == 1 else None)


def _loop(call: Call, enter: Enter) -> tuple[Value, ...]:
    """Loop: inputs and body begin with a count and a condition, the body's outputs with one."""
    for name, body in graphs_of(call)[:1]:
        formals, given = body.inputs[2:], call.inputs[2:]
        kept = _unchanged(body, formals, body.outputs[1:])
        enter(
            name,
            body,
            {
                formal: value
                for formal, value in zip(formals, given, strict=False)
                if formal in kept
            },
        )
        return _outputs(formals, given, kept)
    return ()


def _scan(call: Call, enter: Enter) -> tuple[Value, ...]:
    """Scan: states, then values that it walks along an axis of, one slice at a time."""
    for name, body in graphs_of(call)[:1]:
        formals = body.inputs
        if len(call.inputs) != len(formals):  # operator set 8: lengths first, and a batch axis
            enter(name, body, {})
            return ()
        states = len(formals) - call.number("num_scan_inputs", 0)
        kept = _unchanged(body, formals[:states], body.outputs)
        bound = {
            formal: value
            for formal, value in zip(formals, call.inputs, strict=True)
            if formal in kept
        }
        axes = call.attribute("scan_input_axes")
        for at, formal in enumerate(formals[max(states, 0) :]):
            given = call.input(max(states, 0) + at)
            axis = axes.integers[at] if axes is not None and at < len(axes.integers) else 0
            bound[formal] = None if given is None else _slice(given, axis)
        enter(name, body, bound)
        return _outputs(formals[:states], call.inputs, kept)
    return ()


def _slice(value: Value, axis: int) -> Value:
    place = None if value.shape is None else place_of(axis, len(value.shape))
    if value.shape is None or place is None:
        return view((value,), None)
    return view((value,), (*value.shape[:place], *value.shape[place + 1 :]))


def _sequence_map(call: Call, enter: Enter) -> tuple[Value, ...]:
    """SequenceMap: the body sees one element of each sequence; other tensors as they are."""
    for name, body in graphs_of(call)[:1]:
        return _results(enter(name, body, dict(zip(body.inputs, call.inputs, strict=False))))
    return ()


def _other(call: Call, enter: Enter) -> tuple[Value, ...]:
    """An operator of another domain, such as a beam search around a decoder's graph."""
    for name, graph in graphs_of(call):
        enter(name, graph, {})
    return ()


def _unchanged(body: Graph, formals: Sequence[str], results: Sequence[str]) -> set[str]:
    """The inputs of a body that it hands on as they are, be it through Identity nodes."""
    copies = {
        node.outputs[0]: node.inputs[0]
        for node in body.nodes
        if node.operator == "Identity" and not node.domain and node.inputs and node.outputs
    }
    return {
        formal
        for formal, result in zip(formals, results, strict=False)
        if _origin(result, copies) == formal
    }


def _origin(name: str, copies: dict[str, str]) -> str:
    seen = set[str]()
    while name in copies and name not in seen:
        seen.add(name)
        name = copies[name]
    return name


def _outputs(
    formals: Sequence[str], given: Sequence[Value | None], kept: set[str]
) -> tuple[Value, ...]:
    """What is carried round: the value given if it stays the same."""
    pairs = zip(formals, given, strict=False)
    return tuple(
        value if formal in kept and value is not None else UNKNOWN for formal, value in pairs
    )


def _results(scope: Scope) -> tuple[Value, ...]:
    return tuple(scope.lookup(name) or UNKNOWN for name in scope.graph.outputs)


_OPERATORS: dict[str, Callable[[Call, Enter], tuple[Value, ...]]] = {
    "If": _if,
    "Loop": _loop,
    "Scan": _scan,
    "SequenceMap": _sequence_map,
}
