"""The outputs of operators: the shape, where it follows from the operands' shapes.

Only the operators that weights and inputs of recurrent layers commonly come from; the output of any
other is computed, and its shape is known only if the file's value_info declares it.
Facts: https://onnx.ai/onnx/operators.
"""

from __future__ import annotations

from rnninspect_onnx.graph.shapes import broadcast, normalised_axes, normalised_axis
from rnninspect_onnx.graph.values import Value, ValueKind, computed, one_of, scaled, view
from rnninspect_onnx.operators.cuts import CUTS
from rnninspect_onnx.operators.integers import SIZES, arithmetic
from rnninspect_onnx.operators.products import PRODUCTS
from rnninspect_onnx.operators.rounded import ROUNDED
from rnninspect_onnx.operators.sequences import SEQUENCES
from rnninspect_onnx.operators.views import VIEWS
from rnninspect_onnx.operators.windows import WINDOWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect_onnx.graph.calls import Call


def run(call: Call) -> tuple[Value, ...]:
    """The values of a node's outputs; outputs beyond those returned are unknown."""
    operator = OPERATORS.get(call.node.operator)
    if operator is None or call.node.domain not in ("", "com.microsoft"):
        return (computed(call.present()),) * len(call.node.outputs)
    return operator(call)


def _unary(call: Call) -> tuple[Value, ...]:
    return (scaled(call.present(), call.shape()),)


def _of_same_shape(call: Call) -> tuple[Value, ...]:
    return (computed(call.present(), call.shape()),)


def _elementwise(call: Call) -> tuple[Value, ...]:
    sources = call.present()
    aligned = call.attribute("broadcast") is not None  # before operator set 7: the first one's
    shape = call.shape() if aligned else broadcast(source.shape for source in sources)
    numbers = arithmetic(call)
    if numbers is not None and None not in numbers:
        return (view((), shape, numbers),)
    return (scaled(sources, shape, numbers),)


def _where(call: Call) -> tuple[Value, ...]:
    """Where: each element is from one of two values; a condition of one element chooses as If does.

    A condition of more elements, such as a pruning mask, mixes both.
    """
    shape = broadcast(source.shape for source in call.present())
    sources = call.present()[1:]
    condition = call.shape()
    chooses = condition is not None and set(condition) <= {1}
    whole = chooses and all(source.shape == shape for source in sources)
    return (one_of(sources, shape, ValueKind.CHOSEN if whole else ValueKind.SCALED),)


def _reduction(call: Call) -> tuple[Value, ...]:
    shape, axes = call.shape(), call.integers("axes", 1)
    positions = None if shape is None or axes is None else normalised_axes(axes, len(shape))
    if shape is None or positions is None:
        return (computed(call.present()),)
    keeps = call.number("keepdims", 1) == 1
    sizes = (
        (1 if at in positions else size)
        for at, size in enumerate(shape)
        if keeps or at not in positions
    )
    return (computed(call.present(), tuple(sizes)),)


def _top_k(call: Call) -> tuple[Value, ...]:
    """The largest elements along an axis and their indices."""
    shape, chosen = call.shape(), call.integers("k", 1)
    position = None if shape is None else normalised_axis(call.number("axis", -1), len(shape))
    if shape is None or position is None:
        return (computed(call.present()),) * 2
    attribute = call.attribute("k")  # before operator set 10 a number, not a list
    count = None if attribute is None else attribute.number
    if attribute is None and chosen:
        count = chosen[0]
    return (computed(call.present(), (*shape[:position], count, *shape[position + 1 :])),) * 2


def _largest_index(call: Call) -> tuple[Value, ...]:
    """ArgMax and ArgMin: one index for each slice along an axis."""
    shape = call.shape()
    position = None if shape is None else normalised_axis(call.number("axis", 0), len(shape))
    if shape is None or position is None:
        return (computed(call.present()),)
    kept = (1,) if call.number("keepdims", 1) == 1 else ()
    return (computed(call.present(), (*shape[:position], *kept, *shape[position + 1 :])),)


def _resized(call: Call) -> tuple[Value, ...]:
    """Resize, Upsample: to the given sizes; factors are real numbers, which are not decoded."""
    shape, axes = call.shape(), call.attribute("axes")
    given = call.input(3)
    sizes = None if given is None or axes is not None else given.integers
    if shape is None or call.number("keep_aspect_ratio_policy", 0):
        return (computed(call.present()),)
    fits = sizes is not None and len(sizes) == len(shape)
    return (computed(call.present(), sizes if fits else (None,) * len(shape)),)


def _one_hot(call: Call) -> tuple[Value, ...]:
    """OneHot: one more axis, of the given depth."""
    shape, depth = call.shape(), call.input(1)
    position = None if shape is None else normalised_axis(call.number("axis", -1), len(shape) + 1)
    if shape is None or position is None:
        return (computed(call.present()),)
    numbers = None if depth is None else depth.integers
    return (
        computed(call.present(), (*shape[:position], (numbers or (None,))[0], *shape[position:])),
    )


def _blocks(call: Call) -> tuple[Value, ...]:
    """SpaceToDepth and DepthToSpace: blocks of pixels become channels, and back."""
    shape, side = call.shape(), call.number("blocksize", 0)
    if shape is None or len(shape) != 4 or side <= 0:
        return (computed(call.present()),)
    batch, channels, height, width = shape
    deeper = call.node.operator == "SpaceToDepth"
    area = side * side
    resized = (
        (_times(channels, area), _share(height, side), _share(width, side))
        if deeper
        else (_share(channels, area), _times(height, side), _times(width, side))
    )
    return (computed(call.present(), (batch, *resized)),)


def _times(size: int | None, factor: int) -> int | None:
    return None if size is None else size * factor


def _share(size: int | None, parts: int) -> int | None:
    return None if size is None else size // parts


def _spectrum(call: Call) -> tuple[Value, ...]:
    """STFT: frames, frequencies, and a pair for each; a frame is as long as the window."""
    shape, window, length = call.shape(), call.shape(2), call.input(3)
    numbers = None if length is None else length.integers
    size = (window or (None,))[0] or (numbers or (None,))[0]
    if not shape or size is None or size <= 0:
        return (computed(call.present()),)
    frequencies = size // 2 + 1 if call.number("onesided", 1) == 1 else size
    return (computed(call.present(), (shape[0], None, frequencies, 2)),)


def _quantised(call: Call) -> tuple[Value, ...]:
    """DynamicQuantizeLinear: small integers, and a scale and a zero point computed at run time."""
    scalar = Value(ValueKind.DYNAMIC, ())
    return (computed(call.present(), call.shape()), scalar, scalar)


def _random(call: Call) -> tuple[Value, ...]:
    sizes = call.attribute("shape")
    return (Value(ValueKind.COMPUTED, None if sizes is None else sizes.integers),)


_UNARY = """
    Abs Neg Sqrt Exp Log Reciprocal Sign Erf Not Floor Ceil Round Sin Cos Tan Relu LeakyRelu
    Elu Selu Celu Gelu Mish ThresholdedRelu Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign
    Asin Acos Atan Sinh Cosh Asinh Acosh Atanh IsNaN IsInf BitwiseNot Swish Clip Shrink
"""
_OF_SAME_SHAPE = """
    PRelu EyeLike Bernoulli RandomNormalLike RandomUniformLike
    BiasGelu FastGelu QuickGelu SkipLayerNormalization SkipSimplifiedLayerNormalization
    SimplifiedLayerNormalization BiasAdd
    QLinearSigmoid QLinearLeakyRelu QLinearSoftmax
    Softmax LogSoftmax Hardmax CumSum Trilu Scatter ScatterND ScatterElements LRN
    BatchNormalization InstanceNormalization LayerNormalization GroupNormalization
    RMSNormalization LpNormalization MeanVarianceNormalization
"""
_ELEMENTWISE = """
    Add Sub Mul Div Pow Mod Max Min Sum Mean And Or Xor Equal Greater GreaterOrEqual Less
    LessOrEqual BitShift BitwiseAnd BitwiseOr BitwiseXor
"""
_REDUCTIONS = """
    ReduceMax ReduceMin ReduceMean ReduceSum ReduceProd ReduceL1 ReduceL2 ReduceLogSum
    ReduceLogSumExp ReduceSumSquare
"""
ELEMENTWISE = (*_UNARY.split(), *_ELEMENTWISE.split())

OPERATORS: dict[str, Callable[[Call], tuple[Value, ...]]] = {
    **VIEWS,
    **CUTS,
    **SEQUENCES,
    **ROUNDED,
    **SIZES,
    **dict.fromkeys(_UNARY.split(), _unary),
    **dict.fromkeys(_OF_SAME_SHAPE.split(), _of_same_shape),
    **dict.fromkeys(_ELEMENTWISE.split(), _elementwise),
    "Where": _where,
    **dict.fromkeys(_REDUCTIONS.split(), _reduction),
    **PRODUCTS,
    **WINDOWS,
    "TopK": _top_k,
    **dict.fromkeys(("ArgMax", "ArgMin"), _largest_index),
    **dict.fromkeys(("RandomNormal", "RandomUniform"), _random),
    **dict.fromkeys(("Resize", "Upsample"), _resized),
    "OneHot": _one_hot,
    **dict.fromkeys(("SpaceToDepth", "DepthToSpace"), _blocks),
    "STFT": _spectrum,
    "DynamicQuantizeLinear": _quantised,
}
