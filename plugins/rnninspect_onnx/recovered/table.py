"""Which operation of the core's graph each operator of ONNX is."""

from __future__ import annotations

from rnninspect.graphs import Lanes
from rnninspect.lean import partial
from rnninspect_onnx.recovered import places, products, sequences, views

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Value
    from rnninspect_onnx.recovered.operands import Operands

    Outputs = Sequence[Value | None]
    Results = Sequence[CoreValue | None]
    Operation = Callable[[Operands, Call, Outputs], Results]


def _elementwise(
    name: str, positions: tuple[int, ...], to: Operands, call: Call, outputs: Outputs
) -> Results:
    """A function of some inputs; of all where no positions are given."""
    chosen = [call.input(at) for at in positions] if positions else call.present()
    operands = [to.of(value) for value in chosen]
    shape = None if outputs[0] is None else outputs[0].shape
    known = [operand for operand in operands if operand is not None]
    if shape is None or len(known) != len(operands):
        return ()
    return (to.graph.apply(name, known, shape),)


def _mean(to: Operands, call: Call, outputs: Outputs) -> Results:
    total = _elementwise("add", (), to, call, outputs)
    shape = None if outputs[0] is None else outputs[0].shape
    if not total or total[0] is None or shape is None:
        return ()
    count = to.graph.number(float(len(call.present())))
    return (to.graph.apply("div", (total[0], count), shape),)


def _compare(name: str, to: Operands, call: Call, outputs: Outputs) -> Results:
    """A comparison of what differs from unit to unit; any other is a mask, which is a leaf."""
    values = [to.of(value) for value in call.present()]
    if not any(isinstance(value, Lanes) and value.lane is not None for value in values):
        return ()
    return _elementwise(name, (), to, call, outputs)


def _biased(name: str, to: Operands, call: Call, outputs: Outputs) -> Results:
    """A function of a sum, such as BiasGelu."""
    total = _elementwise("add", (0, 1), to, call, outputs)
    shape = None if outputs[0] is None else outputs[0].shape
    if not total or total[0] is None or shape is None:
        return ()
    return (to.graph.apply(name, (total[0],), shape),)


def _not(to: Operands, call: Call, outputs: Outputs) -> Results:
    operand = to.of(call.input(0))
    if operand is None or outputs[0] is None or outputs[0].shape is None:
        return ()
    return (to.graph.apply("sub", (to.graph.number(1.0), operand), outputs[0].shape),)


def _norm(to: Operands, call: Call, outputs: Outputs) -> Results:
    """LayerNormalization along the last axis: a function of each unit, then gain and shift."""
    shape = None if outputs[0] is None else outputs[0].shape
    value, gain, shift = (to.of(call.input(at)) for at in range(3))
    if shape is None or value is None or call.number("axis", -1) not in (-1, len(shape) - 1):
        return ()
    found = to.graph.apply("norm", (value,), shape)
    for name, other in (("mul", gain), ("add", shift)):
        if found is not None and other is not None:
            found = to.graph.apply(name, (found, other), shape)
    return (found,)


_UNARY = """
    Abs Sqrt Exp Log Reciprocal Sign Erf Relu LeakyRelu Elu Selu Celu Gelu Mish ThresholdedRelu
    Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign Atan Sinh Asinh Swish Clip Shrink
    QLinearSigmoid QLinearLeakyRelu FastGelu QuickGelu Sin Cos Floor Round
"""
_NAMES = {"Add": "add", "Sum": "add", "Sub": "sub", "Mul": "mul", "Div": "div", "Where": "where"}
_NAMES |= {"Max": "max", "Min": "min", "Pow": "pow", "PRelu": "prelu", "BiasAdd": "add"}

_COMPARISONS = ("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")

TABLE: dict[str, Operation] = {
    **{name: partial(_elementwise, name.lower(), (0,)) for name in _UNARY.split()},
    **{name: partial(_elementwise, operation, ()) for name, operation in _NAMES.items()},
    "Neg": partial(_elementwise, "neg", (0,)),
    "QLinearAdd": partial(_elementwise, "add", (0, 3)),
    "QLinearMul": partial(_elementwise, "mul", (0, 3)),
    "QLinearWhere": partial(_elementwise, "where", (0, 1, 4)),
    **{name: partial(_compare, name.lower()) for name in _COMPARISONS},
    "BiasGelu": partial(_biased, "gelu"),
    "Mean": _mean,
    "Not": _not,
    "LayerNormalization": _norm,
    **views.TABLE,
    **places.TABLE,
    **sequences.TABLE,
    **products.TABLE,
}
