"""Elementwise operators: sums, products, activations.

Names and arguments are those of aten/src/ATen/native/native_functions.yaml.
"""

from __future__ import annotations

from rnninspect.lean import partial
from rnninspect_torch.recovered.operators.given import broadcast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.graphs import Value
    from rnninspect_torch.recovered.operators.given import Given
    from rnninspect_torch.recovered.operators.program import Program

    Operation = Callable[[Program, Given], object]


def applied(program: Program, name: str, *operands: Value | None) -> Value | None:
    """An elementwise function of values, whose open widths are those of the others."""
    values = [operand for operand in operands if operand is not None]
    if len(values) != len(operands):
        return None
    shape = broadcast([value.shape for value in values])
    if shape:
        values = [
            program.sized(value, len(value.shape) - 1, shape[-1]) if value.shape else value
            for value in values
        ]
    return program.graph.apply(name, values, shape)


def _unary(name: str, program: Program, given: Given) -> Value | None:
    return applied(program, name, given.tensor(0, "self"))


def _binary(name: str, program: Program, given: Given) -> Value | None:
    return applied(program, name, given.tensor(0, "self"), given.tensor(1, "other"))


def _scaled(program: Program, value: Value | None, by: float | None) -> Value | None:
    """A value times a number; itself times one."""
    if by is None or value is None:
        return None
    return value if by == 1 else applied(program, "mul", value, program.graph.number(by))


def _sum(name: str, program: Program, given: Given) -> Value | None:
    """`self + alpha * other`, or with a minus."""
    other = _scaled(program, given.tensor(1, "other"), given.number(2, "alpha", 1))
    return applied(program, name, given.tensor(0, "self"), other)


def _rsub(program: Program, given: Given) -> Value | None:
    """`other - alpha * self`."""
    own = _scaled(program, given.tensor(0, "self"), given.number(2, "alpha", 1))
    return applied(program, "sub", given.tensor(1, "other"), own)


def _lerp(program: Program, given: Given) -> Value | None:
    """`self + weight * (end - self)`."""
    start, end, weight = (
        given.tensor(at, name) for at, name in enumerate(("self", "end", "weight"))
    )
    return applied(
        program, "add", start, applied(program, "mul", weight, applied(program, "sub", end, start))
    )


def _addcmul(program: Program, given: Given) -> Value | None:
    """`self + value * tensor1 * tensor2`."""
    one, other = given.tensor(1, "tensor1"), given.tensor(2, "tensor2")
    product = _scaled(program, applied(program, "mul", one, other), given.number(3, "value", 1))
    return applied(program, "add", given.tensor(0, "self"), product)


def _where(program: Program, given: Given) -> Value | None:
    condition, one, other = (
        given.tensor(at, name) for at, name in enumerate(("condition", "self", "other"))
    )
    return applied(program, "where", condition, one, other)


def _masked_fill(program: Program, given: Given) -> Value | None:
    mask, number = given.tensor(1, "mask"), given.tensor(2, "value")
    return applied(program, "where", mask, number, given.tensor(0, "self"))


def _square(program: Program, given: Given) -> Value | None:
    value = given.tensor(0, "self")
    return applied(program, "mul", value, value)


def _not(program: Program, given: Given) -> Value | None:
    return applied(program, "sub", program.graph.number(1.0), given.tensor(0, "self"))


_UNARY = """
    sigmoid tanh relu relu6 hardsigmoid hardswish hardtanh elu selu celu gelu mish silu softplus
    softsign leaky_relu log_sigmoid abs exp expm1 log log1p sqrt rsqrt reciprocal sign erf sin cos
    tan atan asinh sinh floor round clamp clamp_min clamp_max clip threshold hardshrink softshrink
    tanhshrink logit
"""
_BINARY = {"mul": "mul", "multiply": "mul", "div": "div", "divide": "div", "true_divide": "div"}
_BINARY |= {"maximum": "max", "minimum": "min", "pow": "pow", "prelu": "prelu"}
_COMPARED = "eq ne lt le gt ge logical_and logical_or"

TABLE: dict[str, Operation] = {
    **{name: partial(_unary, name) for name in _UNARY.split()},
    **{name: partial(_binary, operation) for name, operation in _BINARY.items()},
    **{name: partial(_binary, name) for name in _COMPARED.split()},
    "neg": partial(_unary, "neg"),
    "negative": partial(_unary, "neg"),
    "add": partial(_sum, "add"),
    "sub": partial(_sum, "sub"),
    "subtract": partial(_sum, "sub"),
    "rsub": _rsub,
    "lerp": _lerp,
    "addcmul": _addcmul,
    "where": _where,
    "masked_fill": _masked_fill,
    "square": _square,
    "logical_not": _not,
    "bitwise_not": _not,
}
