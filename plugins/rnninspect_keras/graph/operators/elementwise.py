"""Operators that work on each element by itself, with broadcasting."""

from __future__ import annotations

from rnninspect.lean import partial
from rnninspect_keras.graph.running.values import (
    MOST_INTEGERS,
    Kind,
    Value,
    broadcast,
    made_of,
    view_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.graphs import Graph
    from rnninspect.graphs import Value as CoreValue
    from rnninspect_keras.graph.running.calls import Call
    from rnninspect_keras.graph.running.values import Integers

    Operation = Callable[[Call], Sequence[Value]]


def _elementwise(name: str, most: int, call: Call) -> tuple[Value]:
    """A function of the first inputs, or of all where `most` is 0."""
    given = call.inputs[:most] if most else call.inputs
    given = [_single(each) if name in _SCALING else each for each in given]
    shape = broadcast([each.shape for each in given])
    found = made_of(given, shape, _integers(call.node.operator, given))
    return (
        call.follow(found, given, lambda graph, operands: graph.apply(name, operands, shape or ())),
    )


def _single(value: Value) -> Value:
    """An array of one number throughout as that number: optimisers fill in what is broadcast."""
    if value.number is None or not value.shape or value.kind > Kind.MADE:
        return value
    found = Value(value.kind, (), sources=value.sources)
    found.number = value.number
    return found


def _bias(call: Call) -> tuple[Value]:
    """BiasAdd: along the last axis; along the second one where the format says so."""
    value, bias = call.input(0), call.input(1)
    found = made_of((value, bias), value.shape)
    if call.node.text("data_format").startswith("NC") and len(value.shape or ()) > 2:
        return (found,)
    shape = value.shape or ()
    return (call.follow(found, (value, bias), lambda graph, both: graph.apply("add", both, shape)),)


def _not(call: Call) -> tuple[Value]:
    value = call.input(0)
    shape = value.shape or ()
    return (
        call.follow(
            view_of(value, value.shape),
            (value,),
            lambda graph, one: graph.apply("sub", (graph.number(1.0), one[0]), shape),
        ),
    )


def _select(call: Call) -> tuple[Value]:
    """Select and SelectV2; the former's condition may have the first axis alone."""
    condition, one, other = (call.input(at) for at in range(3))
    return (chosen(call, condition, one, other),)


def chosen(call: Call, condition: Value, one: Value, other: Value) -> Value:
    """One of two values, element by element or as a whole."""
    shape = broadcast([one.shape, other.shape])
    if one is other:
        return one
    found = made_of((condition, one, other), shape)
    if one.kind is Kind.STORED and other.kind is Kind.STORED:
        found = Value(Kind.MADE, shape, sources=(one, other))
    return call.follow(
        found, (condition, one, other), lambda graph, three: _where(graph, three, len(shape or ()))
    )


def _where(graph: Graph, three: list[CoreValue], rank: int) -> CoreValue | None:
    condition, one, other = three
    shape = broadcast([one.shape, other.shape])
    if shape is None:
        return None
    if len(condition.shape) == 1 and rank > 1:
        ones = (None,) * (rank - 1)
        raised = graph.move(condition, (0, *ones), (condition.shape[0], *(1,) * (rank - 1)))
        if raised is None:
            return None
        condition = raised
    return graph.apply("where", (condition, one, other), shape)


def _integers(operator: str, given: list[Value]) -> Integers | None:
    """Arithmetic on few integers, element by element or with a single one."""
    work = _ARITHMETIC.get(operator)
    known = [value.integers for value in given if value.integers is not None]
    if work is None or len(given) != 2 or len(known) != 2:
        return None
    left, right = known
    count = max(len(left), len(right))
    if count > MOST_INTEGERS or min(len(left), len(right)) not in (1, count):
        return None
    pairs = zip(_stretched(left, count), _stretched(right, count), strict=True)
    return tuple(None if one is None or other is None else work(one, other) for one, other in pairs)


def _stretched(numbers: Integers, count: int) -> Integers:
    return numbers * count if len(numbers) == 1 else numbers


_LARGEST = 2**63


def _bounded(work: Callable[[int, int], int]) -> Callable[[int, int], int | None]:
    def bounded(one: int, other: int) -> int | None:
        number = work(one, other)
        return number if -_LARGEST <= number < _LARGEST else None

    return bounded


_ARITHMETIC: dict[str, Callable[[int, int], int | None]] = {
    **dict.fromkeys(("Add", "AddV2", "BiasAdd"), _bounded(lambda one, other: one + other)),
    "Sub": _bounded(lambda one, other: one - other),
    "Mul": _bounded(lambda one, other: one * other),
    **dict.fromkeys(("FloorDiv", "Div"), lambda one, other: one // other if other else None),
    "FloorMod": lambda one, other: one % other if other else None,
    "Maximum": max,
    "Minimum": min,
}
_SCALING = frozenset({"sub", "mul", "div", "maximum", "minimum", "clip", "pow"})

_UNARY = """
    Abs Sqrt Rsqrt Exp Expm1 Log Log1p Reciprocal Inv Sign Erf Relu Relu6 LeakyRelu Elu Selu Sigmoid
    Tanh Softplus Softsign Atan Sinh Asinh Sin Cos Floor Round Rint Square QuantizedRelu
    QuantizedRelu6 Atanh Acosh Cosh Tan Asin Acos Ceil
"""
_BINARY = {
    **dict.fromkeys(("Add", "AddV2", "AddN", "QuantizedAdd", "Accumulate"), "add"),
    "Sub": "sub",
    **dict.fromkeys(("Mul", "QuantizedMul", "LogicalAnd"), "mul"),
    **dict.fromkeys(("RealDiv", "Div", "DivNoNan"), "div"),
    "Maximum": "maximum",
    "Minimum": "minimum",
    "Pow": "pow",
    "SquaredDifference": "squared_difference",
    "FloorDiv": "floor_div",
    "FloorMod": "floor_mod",
}

TABLE: dict[str, Operation] = {
    **{name: partial(_elementwise, name.lower(), 1) for name in _UNARY.split()},
    **{operator: partial(_elementwise, name, 0) for operator, name in _BINARY.items()},
    **{name: partial(_elementwise, "add", 2) for name in ("QuantizedAdd",)},
    **{name: partial(_elementwise, "mul", 2) for name in ("QuantizedMul",)},
    "Neg": partial(_elementwise, "neg", 1),
    "ClipByValue": partial(_elementwise, "clip", 0),
    **dict.fromkeys(("BiasAdd", "BiasAddV1"), _bias),
    "QuantizedBiasAdd": _bias,
    "LogicalNot": _not,
    **dict.fromkeys(("Select", "SelectV2"), _select),
}
