"""Operators without operands, and those whose results are shapes: where values begin."""

from __future__ import annotations

from rnninspect_keras.graph.messages.records import Shape
from rnninspect_keras.graph.running.values import (
    MOST_INTEGERS,
    UNKNOWN,
    Kind,
    Value,
    broadcast,
    made_of,
    product,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect_keras.graph.running.calls import Call

    Operation = Callable[[Call], Sequence[Value]]


def _const(call: Call) -> tuple[Value]:
    constant = call.node.constant("value")
    if constant is None:
        return (UNKNOWN,)
    sizes = constant.shape
    shape = None if sizes is None else tuple(None if size < 0 else size for size in sizes)
    numbers = constant.numbers
    whole = numbers is not None and all(isinstance(number, int) for number in numbers)
    integers = tuple(int(number) for number in numbers or ()) if whole else None
    found = Value(Kind.STORED, shape, integers=integers, key=constant.place)
    if numbers is not None and len(set(numbers)) == 1 and (not shape or not constant.is_content):
        found.number = float(numbers[0])
    return (found,)


def _fed(call: Call) -> tuple[Value]:
    shape = call.node.shape("shape")
    if shape == () and call.node.operator == "Placeholder":
        shape = _declared(call, 0, shape)  # before the attribute existed it was written as a scalar
    return (Value(Kind.INPUT, shape),)


def _declared(call: Call, position: int, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
    listed = call.node.several("_output_shapes")
    found = listed[position] if position < len(listed) else None
    return found.sizes if isinstance(found, Shape) and found.sizes is not None else shape


def _variable(call: Call) -> tuple[Value]:
    """A variable, or the handle of one: what it is read as."""
    name = call.node.text("shared_name") or call.node.name
    return (Value(Kind.STORED, call.node.shape("shape"), key=name),)


def _shape(call: Call) -> tuple[Value]:
    shape = call.shape(0)
    if shape is None:
        return (Value(Kind.DYNAMIC, (None,)),)
    return (Value(Kind.DYNAMIC, (len(shape),), integers=shape),)


def _shapes(call: Call) -> tuple[Value, ...]:
    """ShapeN: the shape of each input."""
    shapes = [value.shape for value in call.inputs]
    return tuple(
        Value(Kind.DYNAMIC, (None if shape is None else len(shape),), integers=shape)
        for shape in shapes
    )


def _rank(call: Call) -> tuple[Value]:
    shape = call.shape(0)
    return (Value(Kind.DYNAMIC, (), integers=(None if shape is None else len(shape),)),)


def _size(call: Call) -> tuple[Value]:
    shape = call.shape(0)
    return (Value(Kind.DYNAMIC, (), integers=(None if shape is None else product(shape),)),)


def _range(call: Call) -> tuple[Value]:
    bounds = [each.whole for each in call.inputs]
    ends = [bound[0] for bound in bounds if bound]
    if len(ends) != 3 or not ends[2]:
        return (Value(Kind.DYNAMIC, (None,)),)
    numbers = range(*ends)
    few = tuple(numbers) if len(numbers) <= MOST_INTEGERS else None
    return (Value(Kind.DYNAMIC, (len(numbers),), integers=few),)


def _fill(call: Call) -> tuple[Value]:
    """Fill: one number throughout; nothing is stored of it."""
    shape, number = call.input(0).integers, call.input(1)
    elements = None if shape is None else product(shape)
    few = elements is not None and elements <= MOST_INTEGERS
    integers = number.integers * elements if number.integers and few and elements else None
    return (Value(Kind.DYNAMIC, shape, integers=integers),)


def _alike(call: Call) -> tuple[Value]:
    """Something of the same shape as the input: zeros of a state that begins."""
    return (Value(Kind.DYNAMIC, call.shape(0)),)


def _ones(call: Call) -> tuple[Value]:
    """OnesLike: to the core's graph the number 1, for `1 - z`."""
    found, one = Value(Kind.DYNAMIC, call.shape(0)), Value(Kind.DYNAMIC, ())
    found.number = one.number = 1.0
    found.core = call.to.core(one)
    return (found,)


def _random(call: Call) -> tuple[Value]:
    """Numbers drawn at random, of a shape that is computed."""
    return (Value(Kind.DYNAMIC, call.input(0).integers),)


def _compared(call: Call) -> tuple[Value]:
    """A truth for each element: a mask."""
    return (made_of(call.inputs, broadcast([value.shape for value in call.inputs])),)


_VARIABLES = "Variable VariableV2 VarHandleOp AutoReloadVariable TemporaryVariable"
_RANDOM = """
    RandomUniform RandomStandardNormal TruncatedNormal StatelessRandomUniform StatelessRandomNormal
    StatelessRandomUniformV2 StatelessRandomNormalV2 Empty
"""
_COMPARED = "Less LessEqual Greater GreaterEqual Equal NotEqual LogicalOr"

TABLE: dict[str, Operation] = {
    **dict.fromkeys(("Const", "HostConst"), _const),
    **dict.fromkeys(("Placeholder", "PlaceholderV2", "PlaceholderWithDefault"), _fed),
    **dict.fromkeys(_VARIABLES.split(), _variable),
    "Shape": _shape,
    "ShapeN": _shapes,
    "Rank": _rank,
    "Size": _size,
    "Range": _range,
    "Fill": _fill,
    "ZerosLike": _alike,
    "OnesLike": _ones,
    **dict.fromkeys(_RANDOM.split(), _random),
    **dict.fromkeys(_COMPARED.split(), _compared),
}
