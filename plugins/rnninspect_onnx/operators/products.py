"""Operators that multiply matrices: the shapes of their outputs.

Facts: https://onnx.ai/onnx/operators, and ContribOperators.md of ONNX Runtime for com.microsoft.
"""

from __future__ import annotations

from rnninspect_onnx.graph.shapes import broadcast
from rnninspect_onnx.graph.values import computed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Dims, Value

_ELLIPSIS = "..."


def _matmul(call: Call) -> tuple[Value, ...]:
    return (computed(call.present(), _product(call.shape(0), call.shape(1))),)


def _quantised_matmul(call: Call) -> tuple[Value, ...]:
    """QLinearMatMul: the right operand comes after scale and zero point of the left one."""
    return (computed(call.present(), _product(call.shape(0), call.shape(3))),)


def _fused_matmul(call: Call) -> tuple[Value, ...]:
    """FusedMatMul: an operand's last two axes may be transposed; other moves are ignored."""
    turned = [
        _turned(call.shape(at)) if call.number(name, 0) else call.shape(at)
        for at, name in enumerate(("transA", "transB"))
    ]
    moved = call.number("transBatchA", 0) or call.number("transBatchB", 0)
    return (computed(call.present(), None if moved else _product(*turned)),)


def _turned(shape: Dims | None) -> Dims | None:
    return shape if shape is None or len(shape) < 2 else (*shape[:-2], shape[-1], shape[-2])


def _product(left: Dims | None, right: Dims | None) -> Dims | None:
    """By numpy's rules; a vector's axis is dropped."""
    if not left or not right:
        return None
    outer = broadcast((left[:-2], right[:-2]))
    if outer is None:
        return None
    rows = left[-2:-1]
    columns = right[-1:] if len(right) > 1 else ()
    return (*outer, *rows, *columns)


def _gemm(call: Call) -> tuple[Value, ...]:
    left, right = call.shape(0), call.shape(1)
    rows = left[1 if call.number("transA", 0) else 0] if left and len(left) == 2 else None
    columns = right[0 if call.number("transB", 0) else 1] if right and len(right) == 2 else None
    return (computed(call.present(), (rows, columns)),)


def _quantised_gemm(call: Call) -> tuple[Value, ...]:
    """QGemm: the right operand comes after scale and zero point of the left one."""
    return _gemm(call._replace(inputs=(call.input(0), call.input(3))))


def _packed(call: Call) -> tuple[Value, ...]:
    """MatMulNBits: the attribute N is the width of the product, however the weights are packed."""
    shape, width = call.shape(), call.number("N", 0)
    if not shape or width <= 0:
        return (computed(call.present()),)
    return (computed(call.present(), (*shape[:-1], width)),)


def _einsum(call: Call) -> tuple[Value, ...]:
    equation = call.attribute("equation")
    text = "" if equation is None else (equation.text or "").replace(" ", "")
    given, arrow, result = text.partition("->")
    terms = given.split(",")
    shapes = [value.shape for value in call.present()]
    known = [shape for shape in shapes if shape is not None]
    if not arrow or not len(terms) == len(shapes) == len(known):
        return (computed(call.present()),)
    return (computed(call.present(), _contracted(terms, known, result)),)


def _contracted(terms: list[str], shapes: list[Dims], result: str) -> Dims | None:
    """The axes that the result names; an ellipsis is the axes without a letter."""
    sizes: dict[str, int | None] = {}
    free: list[Dims] = []
    for term, shape in zip(terms, shapes, strict=True):
        before, ellipsis, after = term.partition(_ELLIPSIS)
        extra = len(shape) - len(before) - len(after)
        if extra < 0 or (extra and not ellipsis):
            return None
        free.append(shape[len(before) : len(before) + extra])
        named = (*shape[: len(before)], *shape[len(before) + extra :])
        for letter, size in zip(before + after, named, strict=True):
            if sizes.get(letter) in (None, 1):  # a size of 1 is broadcast
                sizes[letter] = size
    before, ellipsis, after = result.partition(_ELLIPSIS)
    outer = broadcast(free) if ellipsis else ()
    if outer is None or not set(before + after) <= sizes.keys():
        return None
    return (*(sizes[letter] for letter in before), *outer, *(sizes[letter] for letter in after))


PRODUCTS: dict[str, Callable[[Call], tuple[Value, ...]]] = {
    **dict.fromkeys(
        ("MatMul", "MatMulInteger", "MatMulIntegerToFloat", "DynamicQuantizeMatMul"), _matmul
    ),
    **dict.fromkeys(("FusedMatMul", "TransposeMatMul"), _fused_matmul),
    "QLinearMatMul": _quantised_matmul,
    **dict.fromkeys(("Gemm", "FusedGemm"), _gemm),
    "QGemm": _quantised_gemm,
    **dict.fromkeys(("MatMulNBits", "MatMulBnb4"), _packed),
    "Einsum": _einsum,
}
