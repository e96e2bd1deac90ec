"""What operators that compute give: the shape, where it follows from the operands' shapes.

Only as many as weights and the inputs of recurrent layers commonly come from; what another
operator gives is taken as computed, in a shape that only the file's value_info can tell.
Facts: https://onnx.ai/onnx/operators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnninspect_onnx.cuts import CUTS
from rnninspect_onnx.integers import SIZES, arithmetic
from rnninspect_onnx.shapes import broadcast, place_of, places_of
from rnninspect_onnx.values import Kind, Value, computed, view
from rnninspect_onnx.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect_onnx.values import Call, Dims


def run(call: Call) -> tuple[Value, ...]:
    """The values of a node's outputs; those beyond the ones given here are unknown."""
    operator = OPERATORS.get(call.node.operator)
    if operator is None or call.node.domain not in ("", "com.microsoft"):
        return (computed(call.present()),) * len(call.node.outputs)
    return operator(call)


def _unary(call: Call) -> tuple[Value, ...]:
    return (computed(call.present(), call.shape()),)


def _elementwise(call: Call) -> tuple[Value, ...]:
    sources = call.present()
    aligned = call.attribute("broadcast") is not None  # before operator set 7: the first one's
    shape = call.shape() if aligned else broadcast(source.shape for source in sources)
    numbers = arithmetic(call)
    if numbers is not None and None not in numbers:
        return (view((), shape, numbers),)
    return (computed(sources, shape, numbers),)


def _matmul(call: Call) -> tuple[Value, ...]:
    left, right = call.shape(0), call.shape(1)
    shape: Dims | None = None
    if left and right and len(left) >= 2 and len(right) >= 2:
        outer = broadcast((left[:-2], right[:-2]))
        shape = None if outer is None else (*outer, left[-2], right[-1])
    return (computed(call.present(), shape),)


def _gemm(call: Call) -> tuple[Value, ...]:
    left, right = call.shape(0), call.shape(1)
    rows = left[1 if call.number("transA", 0) else 0] if left and len(left) == 2 else None
    columns = right[0 if call.number("transB", 0) else 1] if right and len(right) == 2 else None
    return (computed(call.present(), (rows, columns)),)


def _convolution(call: Call) -> tuple[Value, ...]:
    data, kernel = call.shape(0), call.shape(1)
    if not data or not kernel or len(data) != len(kernel) or len(data) < 3:
        return (computed(call.present()),)
    return (computed(call.present(), (data[0], kernel[0], *(None,) * (len(data) - 2))),)


def _pooling(call: Call) -> tuple[Value, ...]:
    data = call.shape()
    shape = None if not data or len(data) < 3 else (*data[:2], *(None,) * (len(data) - 2))
    return (computed(call.present(), shape),)


def _reduction(call: Call) -> tuple[Value, ...]:
    shape, axes = call.shape(), call.integers("axes", 1)
    places = None if shape is None or axes is None else places_of(axes, len(shape))
    if shape is None or places is None:
        return (computed(call.present()),)
    keeps = call.number("keepdims", 1) == 1
    sizes = (
        (1 if at in places else size) for at, size in enumerate(shape) if keeps or at not in places
    )
    return (computed(call.present(), tuple(sizes)),)


def _top_k(call: Call) -> tuple[Value, ...]:
    """The largest elements of an axis and their places."""
    shape, chosen = call.shape(), call.integers("k", 1)
    place = None if shape is None else place_of(call.number("axis", -1), len(shape))
    if shape is None or place is None:
        return (computed(call.present()),) * 2
    attribute = call.attribute("k")  # before operator set 10 a number, not a list
    count = None if attribute is None else attribute.number
    if attribute is None and chosen:
        count = chosen[0]
    return (computed(call.present(), (*shape[:place], count, *shape[place + 1 :])),) * 2


def _largest_place(call: Call) -> tuple[Value, ...]:
    """ArgMax and ArgMin: one place for each run along an axis."""
    shape = call.shape()
    place = None if shape is None else place_of(call.number("axis", 0), len(shape))
    if shape is None or place is None:
        return (computed(call.present()),)
    kept = (1,) if call.number("keepdims", 1) == 1 else ()
    return (computed(call.present(), (*shape[:place], *kept, *shape[place + 1 :])),)


def _random(call: Call) -> tuple[Value, ...]:
    sizes = call.attribute("shape")
    return (Value(Kind.COMPUTED, None if sizes is None else sizes.integers),)


_UNARY = """
    Abs Neg Sqrt Exp Log Reciprocal Sign Erf Not Floor Ceil Round Sin Cos Tan Relu LeakyRelu PRelu
    Elu Selu Celu Gelu Mish ThresholdedRelu Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign
    Softmax LogSoftmax Hardmax Clip Shrink CumSum Trilu ScatterND ScatterElements LRN
    BatchNormalization InstanceNormalization LayerNormalization GroupNormalization
    RMSNormalization LpNormalization MeanVarianceNormalization
"""
_ELEMENTWISE = """
    Add Sub Mul Div Pow Mod Max Min Sum Mean And Or Xor Equal Greater GreaterOrEqual Less
    LessOrEqual Where
"""
_REDUCTIONS = """
    ReduceMax ReduceMin ReduceMean ReduceSum ReduceProd ReduceL1 ReduceL2 ReduceLogSum
    ReduceLogSumExp ReduceSumSquare
"""

OPERATORS: dict[str, Callable[[Call], tuple[Value, ...]]] = {
    **VIEWS,
    **CUTS,
    **SIZES,
    **dict.fromkeys(_UNARY.split(), _unary),
    **dict.fromkeys(_ELEMENTWISE.split(), _elementwise),
    **dict.fromkeys(_REDUCTIONS.split(), _reduction),
    **dict.fromkeys(("MatMul", "MatMulInteger"), _matmul),
    "Gemm": _gemm,
    "TopK": _top_k,
    **dict.fromkeys(("ArgMax", "ArgMin"), _largest_place),
    **dict.fromkeys(("Conv", "ConvInteger"), _convolution),
    **dict.fromkeys(("MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool"), _pooling),
    **dict.fromkeys(("RandomNormal", "RandomUniform"), _random),
}
