"""Operators that run functions of the library: calls, conditions, loops."""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_keras.graph.operators.elementwise import chosen
from rnninspect_keras.graph.running.order import node_of
from rnninspect_keras.graph.running.values import UNKNOWN, Kind, Value, common

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rnninspect_keras.graph.messages.records import Function
    from rnninspect_keras.graph.running.calls import Call

    Enter = Callable[[Function, Sequence[Value]], list[Value]]
    """Runs a function on values: what it returns."""

_CALLS = frozenset({"PartitionedCall", "StatefulPartitionedCall", "RemoteCall", "BatchFunction"})
_LOOPS = frozenset({"While", "StatelessWhile"})
_CONDITIONS = frozenset({"If", "StatelessIf"})


class FunctionRun(Record):
    """What an operator with functions gave.

    Attributes:
        outputs: its outputs.
        carried: of a loop, what it carries round: the value in a turn, the value for the next.
        initial: of a loop, what those begin with.
    """

    outputs: tuple[Value, ...]
    carried: tuple[tuple[Value, Value], ...] = ()
    initial: tuple[Value, ...] = ()


def called(call: Call, library: Mapping[str, Function], enter: Enter) -> FunctionRun:
    """Run the functions of a node; UNKNOWN where it has none."""
    node = call.node
    if node.operator in _LOOPS and node.function("body") in library:
        return _while(call, library[node.function("body")], enter)
    if node.operator in _CONDITIONS:
        names = (node.function("then_branch"), node.function("else_branch"))
        if all(name in library for name in names):
            return _if(call, library[names[0]], library[names[1]], enter)
    name = node.function("f") if node.operator in _CALLS else node.operator
    if name in library:
        return FunctionRun(tuple(enter(library[name], call.inputs)))
    return FunctionRun((UNKNOWN,))


def has_loop(function: Function) -> bool:
    """Whether a loop is in the body of a function, rather than in one that it calls."""
    return any(node.operator in _LOOPS for node in function.nodes)


def _if(call: Call, one: Function, other: Function, enter: Enter) -> FunctionRun:
    given = call.inputs[1:]
    pairs = zip(enter(one, given), enter(other, given), strict=False)
    return FunctionRun(tuple(chosen(call, call.input(0), yes, no) for yes, no in pairs))


def _while(call: Call, body: Function, enter: Enter) -> FunctionRun:
    """A loop: its body is run once on what it carries; what it hands on unchanged is given."""
    kept = _kept(body)
    bound = [
        given if name in kept else _carried(given)
        for name, given in zip(body.inputs, call.inputs, strict=False)
    ]
    results = enter(body, bound)
    outputs: list[Value] = []
    pairs: list[tuple[Value, Value]] = []
    begun: list[Value] = []
    for name, value, given, result in zip(body.inputs, bound, call.inputs, results, strict=False):
        if name in kept:
            outputs.append(given)
            continue
        pairs.append((value, result))
        begun.append(given)
        found = Value(Kind.DYNAMIC, common([given.shape, result.shape]))
        found.element = result.element
        outputs.append(found)
    return FunctionRun(tuple(outputs), tuple(pairs), tuple(begun))


def _carried(given: Value) -> Value:
    return UNKNOWN if given.shape is None else Value(Kind.DYNAMIC, given.shape)


def _kept(body: Function) -> frozenset[str]:
    """The inputs that a loop's body returns unchanged, through Identity nodes too."""
    copies = {
        node.name: node_of(node.inputs[0])
        for node in body.nodes
        if node.operator == "Identity" and node.inputs
    }
    found = set[str]()
    for name, output in zip(body.inputs, body.outputs, strict=False):
        at = node_of(body.returns.get(output, ""))
        seen = set[str]()
        while at in copies and at not in seen:
            seen.add(at)
            at = copies[at]
        if at == name:
            found.add(name)
    return frozenset(found)
