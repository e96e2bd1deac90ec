"""Which operation of the core's graph each operator of TFLite is."""

from __future__ import annotations

from rnninspect.lean import partial
from rnninspect_tflite.recovered import products, views

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_tflite.operators.values import Call
    from rnninspect_tflite.recovered.operands import Operands

    Results = Iterable[CoreValue | None]
    Operation = Callable[[Operands, Call], Results]


def _elementwise(name: str, to: Operands, call: Call) -> Results:
    operands = [to.of(value) for value in call.inputs if value is not None]
    known = [operand for operand in operands if operand is not None]
    if call.output is None or len(known) != len(operands):
        return ()
    return (to.graph.apply(name, known, call.output.shape),)


def _not(to: Operands, call: Call) -> Results:
    operand = to.of(call.input(0))
    if operand is None or call.output is None:
        return ()
    return (to.graph.apply("sub", (to.graph.number(1.0), operand), call.output.shape),)


def _rsqrt(to: Operands, call: Call) -> Results:
    operand = to.of(call.input(0))
    if operand is None or call.output is None:
        return ()
    root = to.graph.apply("sqrt", (operand,), call.output.shape)
    if root is None:
        return ()
    return (to.graph.apply("div", (to.graph.number(1.0), root), call.output.shape),)


def _square(to: Operands, call: Call) -> Results:
    operand = to.of(call.input(0))
    if operand is None or call.output is None:
        return ()
    return (to.graph.apply("mul", (operand, operand), call.output.shape),)


_NAMES = {
    "ADD": "add",
    "ADD_N": "add",
    "SUB": "sub",
    "MUL": "mul",
    "DIV": "div",
    "NEG": "neg",
    "SELECT": "where",
    "SELECT_V2": "where",
    "MAXIMUM": "max",
    "MINIMUM": "min",
    "POW": "pow",
    "LOGISTIC": "sigmoid",
    "TANH": "tanh",
    "RELU": "relu",
    "RELU6": "relu6",
    "PRELU": "prelu",
    "RELU_N1_TO_1": "clip",
    "RELU_0_TO_1": "clip",
    "LEAKY_RELU": "leakyrelu",
    "ELU": "elu",
    "HARD_SWISH": "hardswish",
    "GELU": "gelu",
    "ABS": "abs",
    "EXP": "exp",
    "LOG": "log",
    "SQRT": "sqrt",
    "SIN": "sin",
    "COS": "cos",
    "SIGN": "sign",
    "FLOOR": "floor",
    "ROUND": "round",
    "CEIL": "ceil",
}

TABLE: dict[str, Operation] = {
    **{operator: partial(_elementwise, name) for operator, name in _NAMES.items()},
    "LOGICAL_NOT": _not,
    "RSQRT": _rsqrt,
    "SQUARE": _square,
    **views.TABLE,
    **products.TABLE,
}
