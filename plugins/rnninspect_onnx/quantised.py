"""Which inputs of the operators for quantised models are weights, and which scales and zero points.

Facts: https://onnx.ai/onnx/operators, and ContribOperators.md of ONNX Runtime for com.microsoft.
"""

from __future__ import annotations

from rnninspect_onnx.values import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rnninspect_onnx.messages import Node
    from rnninspect_onnx.values import Call, Value

_BINARY = ((0, 3), (1, 2, 4, 5, 6, 7))

# Operator: positions of what may be quantised weights, positions of scales and zero points.
_OPERANDS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "QuantizeLinear": ((), (1, 2)),
    "DequantizeLinear": ((0,), (1, 2)),
    "QLinearConv": ((3, 8), (1, 2, 4, 5, 6, 7)),
    "QLinearMatMul": _BINARY,
    "QLinearAdd": _BINARY,
    "QLinearMul": _BINARY,
    "QGemm": ((0, 3, 6), (1, 2, 4, 5, 7, 8)),
    "MatMulInteger": ((0, 1), (2, 3)),
    "ConvInteger": ((0, 1), (2, 3)),
    "MatMulIntegerToFloat": ((0, 1), (2, 3, 4, 5)),
    "DynamicQuantizeMatMul": ((1,), (2, 3)),
    "DynamicQuantizeLSTM": ((1, 2), (8, 9, 10, 11)),
    "MatMulNBits": ((1,), (2, 3)),
    "GatherBlockQuantized": ((0,), (2, 3)),
    "QAttention": ((1,), (3, 4, 6, 7)),
}


def is_quantised(node: Node) -> bool:
    """Whether a node is one of these operators."""
    return node.operator in _OPERANDS


def weights(call: Call) -> Iterator[Value]:
    """The inputs of a node that hold quantised weights, if they are stored."""
    return _chosen(call, 0)


def scales(call: Call) -> Iterator[Value]:
    """The inputs of a node that hold scales and zero points."""
    return _chosen(call, 1)


def scales_beside(call: Call, measured: Collection[Value]) -> Iterator[Value]:
    """Stored scales of weights that a Mul puts together with scales found at run time.

    ONNX Runtime's quantiser writes MatMulInteger so: its product is multiplied by both.
    """
    values = call.present()
    if any(value in measured for value in values):
        yield from (value for value in values if value.kind is Kind.CONSTANT)


def _chosen(call: Call, column: int) -> Iterator[Value]:
    for position in _OPERANDS[call.node.operator][column]:
        value = call.input(position)
        if value is not None:
            yield value


def packed_elements(call: Call) -> int | None:
    """Parameters in the weight of a MatMulNBits, which holds several in a byte."""
    rows, columns = call.number("N", 0), call.number("K", 0)
    packed = call.node.operator == "MatMulNBits" and rows > 0 and columns > 0
    return rows * columns if packed else None
