"""Operators on quantised tensors whose outputs are quantised too: the shapes of those.

Facts: ContribOperators.md of ONNX Runtime. A tensor is followed by its scale and zero point.
"""

from __future__ import annotations

from rnninspect_onnx.graph.shapes import broadcast
from rnninspect_onnx.graph.values import computed
from rnninspect_onnx.operators.cuts import concat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Value


def quantised_parts(call: Call) -> tuple[Value | None, ...]:
    """The tensors that QLinearConcat joins, after the scale and zero point of the result."""
    return call.inputs[2::3]


def _binary(call: Call) -> tuple[Value, ...]:
    return (computed(call.present(), broadcast((call.shape(0), call.shape(3)))),)


def _where(call: Call) -> tuple[Value, ...]:
    shapes = (call.shape(0), call.shape(1), call.shape(4))
    return (computed(call.present(), broadcast(shapes)),)


def _concat(call: Call) -> tuple[Value, ...]:
    return concat(call._replace(inputs=quantised_parts(call)))


ROUNDED: dict[str, Callable[[Call], tuple[Value, ...]]] = {
    **dict.fromkeys(("QLinearAdd", "QLinearMul"), _binary),
    "QLinearWhere": _where,
    "QLinearConcat": _concat,
}
