"""Operators of quantised models: which inputs are weights, and which are scales and zero points.

Facts: https://onnx.ai/onnx/operators, and ContribOperators.md of ONNX Runtime for com.microsoft;
Quant, BipolarQuant and Trunc are QONNX's, FakeQuantize OpenVINO's, TRT_* TensorRT's.
"""

from __future__ import annotations

import math

from rnninspect_onnx.graph.values import ValueKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Value

Positions = tuple[int, ...]
_Operands = tuple[Positions, Positions]

_QUANTIZE: _Operands = ((), (1, 2))
_DEQUANTIZE: _Operands = ((0,), (1, 2))
_UNARY: _Operands = ((0,), (1, 2, 3, 4))
_BINARY: _Operands = ((0, 3), (1, 2, 4, 5, 6, 7))
_CONVOLUTION: _Operands = ((0, 3, 8), (1, 2, 4, 5, 6, 7))

# Operator: positions of what may be quantised weights, positions of scales and zero points.
_OPERANDS: dict[str, _Operands] = {
    "QuantizeLinear": _QUANTIZE,
    "TRT_FP8QuantizeLinear": _QUANTIZE,
    "Quant": ((), (1, 2, 3)),
    "BipolarQuant": ((), (1,)),
    "Trunc": ((), (1, 2, 3, 4, 5)),
    "FakeQuantize": ((), (1, 2, 3, 4)),
    "DequantizeLinear": _DEQUANTIZE,
    "TRT_FP8DequantizeLinear": _DEQUANTIZE,
    "TRT_INT4DequantizeLinear": _DEQUANTIZE,
    **dict.fromkeys(
        (
            "QLinearSigmoid",
            "QLinearLeakyRelu",
            "QLinearSoftmax",
            "QLinearReduceMean",
            "QLinearAveragePool",
            "QLinearGlobalAveragePool",
        ),
        _UNARY,
    ),
    "QLinearMatMul": _BINARY,
    "QLinearAdd": _BINARY,
    "QLinearMul": _BINARY,
    "QLinearWhere": ((1, 4), (2, 3, 5, 6, 7, 8)),
    "QLinearConv": _CONVOLUTION,
    "QLinearConvTranspose": _CONVOLUTION,
    "QGemm": ((0, 3, 6), (1, 2, 4, 5, 7, 8)),
    "MatMulInteger": ((0, 1), (2, 3)),
    "ConvInteger": ((0, 1), (2, 3)),
    "MulInteger": ((0, 2), (1, 3)),
    "MatMulIntegerToFloat": ((0, 1), (2, 3, 4, 5)),
    "DynamicQuantizeMatMul": ((1,), (2, 3)),
    "DynamicQuantizeLSTM": ((1, 2), (8, 9, 10, 11)),
    "MatMulNBits": ((1,), (2, 3)),
    "MatMulBnb4": ((1,), (2,)),
    "MatMulNBitsQkv": ((3, 6, 9), (4, 7, 10)),
    "MatMulNBitsMlp": ((3, 6), (4, 7)),
    "GatherBlockQuantized": ((0,), (2, 3)),
    "QAttention": ((0, 1), (3, 4, 6, 7)),
    "QEmbedLayerNormalization": ((2, 3, 4, 5, 6), (8, 9, 10, 11, 12, 13, 14, 15, 16, 17)),
    "QMoE": ((2, 5, 8), (3, 6, 9, 11, 12, 13, 15, 16, 17, 18, 19, 20)),
}
# Operator: for each weight with several elements in a byte, its rows and columns.
_PACKED: dict[str, tuple[tuple[int, str, str], ...]] = {
    "MatMulNBits": ((1, "N", "K"),),
    "MatMulBnb4": ((1, "N", "K"),),
    "MatMulNBitsQkv": ((3, "Nq", "K"), (6, "Nkv", "K"), (9, "Nkv", "K")),
    "MatMulNBitsMlp": ((3, "N", "K"), (6, "N", "K")),
}
_TOLD_BY_VALUES = frozenset({*_PACKED, "GatherBlockQuantized"})


def is_quantised(operator: str) -> bool:
    """Whether an operator is one of these."""
    return operator in _OPERANDS or operator == "QLinearConcat"


def has_scales(operator: str) -> bool:
    """Whether an operator has scales among its inputs or outputs."""
    return is_quantised(operator) or operator == "DynamicQuantizeLinear"


def is_told_by_names(operator: str) -> bool:
    """Whether the positions alone say what a node of an operator with scales uses."""
    return is_quantised(operator) and operator not in _TOLD_BY_VALUES


def weights(call: Call) -> Iterator[Value]:
    """The inputs of a node that are quantised weights, if they are stored."""
    return _chosen(call, 0)


def scales(call: Call) -> Iterator[Value]:
    """The inputs of a node that are scales and zero points."""
    return _chosen(call, 1)


def scales_of_products(call: Call, measured: Collection[Value]) -> Iterator[Value]:
    """Stored scales of weights that a Mul multiplies by scales computed at run time.

    ONNX Runtime's quantiser multiplies the output of MatMulInteger by both.
    """
    values = call.present()
    if any(value in measured for value in values):
        yield from (value for value in values if value.kind is ValueKind.CONSTANT)


def _chosen(call: Call, column: int) -> Iterator[Value]:
    for position in positions(call.node.operator, len(call.inputs))[column]:
        value = call.input(position)
        if value is not None:
            yield value


def positions(operator: str, count: int) -> tuple[Positions, Positions]:
    """The positions of weights, and of scales and zero points, among so many inputs."""
    known = _OPERANDS.get(operator)
    if known is not None:
        return known
    # QLinearConcat: those of the result, then each tensor before its own
    return tuple(range(2, count, 3)), (0, 1, *range(3, count, 3), *range(4, count, 3))


def packed(call: Call) -> Iterator[tuple[Value, int]]:
    """Weights with several elements in a byte, and their number of elements."""
    for position, rows, columns in _PACKED.get(call.node.operator, ()):
        weight, elements = call.input(position), call.number(rows, 0) * call.number(columns, 0)
        if weight is not None and call.number(rows, 0) > 0 and elements > 0:
            yield weight, elements
    if call.node.operator == "GatherBlockQuantized":
        yield from _packed_table(call)


def _packed_table(call: Call) -> Iterator[tuple[Value, int]]:
    """A table whose blocks fit twice the entries of its shape: two in a byte."""
    table, scale = call.input(0), call.input(2)
    if table is None or table.whole_shape is None or scale is None or scale.whole_shape is None:
        return
    room = math.prod(scale.whole_shape) * call.number("block_size", 128)
    elements = 2 * math.prod(table.whole_shape)
    if call.number("bits", 4) == 4 and 0 < elements <= room:
        yield table, elements
