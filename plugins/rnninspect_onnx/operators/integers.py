"""Operators that compute shapes: their outputs are small integers.

Facts: https://onnx.ai/onnx/operators.
"""

from __future__ import annotations

from rnninspect_onnx.graph.shapes import product
from rnninspect_onnx.graph.values import UNKNOWN, Value, ValueKind
from rnninspect_onnx.protobuf.tensor_messages import KEPT_INTEGERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Integers


def shape_of(call: Call) -> tuple[Value, ...]:
    """Shape: the axes from `start` to `end`, as integers."""
    shape = call.shape()
    if shape is None:
        return (UNKNOWN,)
    part = shape[call.number("start", 0) : call.number("end", len(shape))]
    kind = ValueKind.DYNAMIC if None in part else ValueKind.CONSTANT
    return (Value(kind, (len(part),), part),)


def size_of(call: Call) -> tuple[Value, ...]:
    """Size: the number of elements."""
    shape = call.shape()
    elements = None if shape is None else product(shape)
    return (Value(ValueKind.DYNAMIC if elements is None else ValueKind.CONSTANT, (), (elements,)),)


def constant_of_shape(call: Call) -> tuple[Value, ...]:
    """ConstantOfShape: one value everywhere, so nothing is stored."""
    source = call.input(0)
    shape = None if source is None else source.integers
    elements = None if shape is None else product(shape)
    value = call.attribute("value")
    repeated = value.tensors[0].integers if value is not None and value.tensors else None
    small = elements is not None and elements <= KEPT_INTEGERS
    integers = repeated * elements if repeated and elements is not None and small else None
    return (Value(ValueKind.CONSTANT, shape, integers),)


def range_(call: Call) -> tuple[Value, ...]:
    """Range: the integers from start to limit."""
    bounds = [value.whole_integers for value in call.present()]
    ends = [bound[0] for bound in bounds if bound]
    if len(ends) != 3 or not ends[2]:
        return (Value(ValueKind.DYNAMIC, (None,)),)
    numbers = range(*ends)
    count = max(0, -((ends[0] - ends[1]) // ends[2]))
    return (
        Value(ValueKind.CONSTANT, (count,), tuple(numbers) if count <= KEPT_INTEGERS else None),
    )


def arithmetic(call: Call) -> Integers | None:
    """Add, Sub, Mul, Div … on small integers, element-wise or with a single one."""
    work = _ARITHMETIC.get(call.node.operator)
    operands = [value.integers for value in call.present()]
    if work is None or len(operands) != 2:
        return None
    left, right = operands
    if left is None or right is None:
        return None
    count = max(len(left), len(right))
    if count and (count % max(len(left), 1) or min(len(left), len(right)) not in (1, count)):
        return None
    pairs = zip(_stretched(left, count), _stretched(right, count), strict=True)
    return tuple(None if a is None or b is None else work(a, b) for a, b in pairs)


def _stretched(numbers: Integers, count: int) -> Integers:
    return numbers * count if len(numbers) == 1 else numbers


def _divided(dividend: int, divisor: int) -> int | None:
    if not divisor:
        return None
    quotient = abs(dividend) // abs(divisor)
    return quotient if (dividend < 0) == (divisor < 0) else -quotient


_ARITHMETIC: dict[str, Callable[[int, int], int | None]] = {
    "Add": lambda left, right: left + right,
    "Sub": lambda left, right: left - right,
    "Mul": lambda left, right: left * right,
    "Div": _divided,
    "Max": max,
    "Min": min,
    "Equal": lambda left, right: int(left == right),
    "Less": lambda left, right: int(left < right),
    "LessOrEqual": lambda left, right: int(left <= right),
    "Greater": lambda left, right: int(left > right),
    "GreaterOrEqual": lambda left, right: int(left >= right),
    "And": lambda left, right: int(bool(left and right)),
    "Or": lambda left, right: int(bool(left or right)),
}

SIZES: dict[str, Callable[[Call], tuple[Value, ...]]] = {
    "Shape": shape_of,
    "Size": size_of,
    "ConstantOfShape": constant_of_shape,
    "Range": range_,
}
