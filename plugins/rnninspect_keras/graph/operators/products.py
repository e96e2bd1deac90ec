"""Operators that multiply matrices."""

from __future__ import annotations

from rnninspect.graphs import added, einsum, matmul, turned_matmul
from rnninspect.lean import partial
from rnninspect_keras.graph.running.values import broadcast, made_of, view_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.graphs import Graph
    from rnninspect.graphs import Value as CoreValue
    from rnninspect_keras.graph.messages.records import Dims
    from rnninspect_keras.graph.running.calls import Call
    from rnninspect_keras.graph.running.values import Value

    Operation = Callable[[Call], Sequence[Value]]

_MATRIX = 2  # its axes
_TERMS = 2  # of an einsum that is followed


def _product_shape(left: Dims | None, right: Dims | None, turned: tuple[bool, bool]) -> Dims | None:
    if left is None or right is None or len(left) < _MATRIX or len(right) < _MATRIX:
        return None
    batch = broadcast([left[:-_MATRIX], right[:-_MATRIX]])
    rows, columns = left[-1] if turned[0] else left[-2], right[-2] if turned[1] else right[-1]
    return None if batch is None else (*batch, rows, columns)


def _matmul(names: tuple[str, str], call: Call) -> tuple[Value]:
    """A product of which each operand may be turned."""
    turned = (bool(call.node.number(names[0])), bool(call.node.number(names[1])))
    left, right = call.input(0), call.input(1)
    shape = _product_shape(left.shape, right.shape, turned)
    return (
        call.follow(
            made_of((left, right), shape),
            (left, right),
            lambda graph, both: _product(graph, both, turned, shape or (), call.label),
        ),
    )


def _product(
    graph: Graph, both: list[CoreValue], turned: tuple[bool, bool], shape: Dims, label: str
) -> CoreValue | None:
    left, right = both
    if any(turned):
        return turned_matmul(graph, left, right, turned, shape, label)
    return matmul(graph, left, right, shape, label)


def _fused(call: Call) -> tuple[Value]:
    """_FusedMatMul: a product, then what `fused_ops` lists: a bias, then an activation."""
    (value,) = _matmul(("transpose_a", "transpose_b"), call)
    shape = value.shape
    for step in call.node.several("fused_ops"):
        if step == "BiasAdd":
            both = (value, call.input(2))
            value = call.follow(made_of(both, shape), both, partial(_added, shape or ()))
        else:
            work = partial(_applied, str(step).lower(), shape or ())
            value = call.follow(view_of(value, shape), (value,), work)
    return (value,)


def _added(shape: Dims, graph: Graph, both: list[CoreValue]) -> CoreValue | None:
    return added(graph, both[0], both[1], shape)


def _applied(name: str, shape: Dims, graph: Graph, operands: list[CoreValue]) -> CoreValue | None:
    return graph.apply(name, operands, shape)


def _einsum(call: Call) -> tuple[Value]:
    equation = call.node.text("equation").replace(" ", "")
    given, _, result = equation.partition("->")
    terms = given.split(",")
    shape = _einsum_shape(terms, [each.shape for each in call.inputs], result)
    return (
        call.follow(
            made_of(call.inputs, shape),
            call.inputs,
            lambda graph, operands: einsum(graph, operands, equation, shape or (), call.label),
        ),
    )


def _einsum_shape(terms: list[str], shapes: list[Dims | None], result: str) -> Dims | None:
    if len(terms) != len(shapes) or len(terms) > _TERMS or "." in result:
        return None
    sizes: dict[str, int | None] = {}
    for term, shape in zip(terms, shapes, strict=True):
        if shape is None or len(shape) != len(term):
            return None
        for letter, size in zip(term, shape, strict=True):
            sizes[letter] = sizes.get(letter) if size is None else size
    return tuple(sizes.get(letter) for letter in result)


_PLAIN, _BATCHED = ("transpose_a", "transpose_b"), ("adj_x", "adj_y")

TABLE: dict[str, Operation] = {
    **dict.fromkeys(
        ("MatMul", "SparseMatMul", "QuantizedMatMul", "_MklMatMul"), partial(_matmul, _PLAIN)
    ),
    **dict.fromkeys(("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"), partial(_matmul, _BATCHED)),
    **dict.fromkeys(("_FusedMatMul", "_MklFusedMatMul", "_MklNativeFusedMatMul"), _fused),
    "Einsum": _einsum,
}
