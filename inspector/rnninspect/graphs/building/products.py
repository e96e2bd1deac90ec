"""Products with a stored matrix as formats describe them: MatMul, Gemm, Einsum.

Each function returns None where recognition does not follow; `label` names the node.
"""

from __future__ import annotations

from rnninspect.graphs.building.values import Multiplier

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.building.values import Shape, Value

_MATRIX = 2  # its axes


def matmul(graph: Graph, left: Value, right: Value, shape: Shape, label: str) -> Value | None:
    """A product of which either operand may be the stored matrix."""
    rows, rank = len(left.shape), len(right.shape)
    if graph.is_stored(right) and rank >= _MATRIX and rows >= 1:
        by = Multiplier(right, rank - 2, rank - 1)
        return graph.linear(left, rows - 1, by, shape, len(shape) - 1, label)
    if graph.is_stored(left) and rows >= _MATRIX and rank >= _MATRIX:
        by = Multiplier(left, rows - 1, rows - 2)
        return graph.linear(right, rank - 2, by, shape, len(shape) - 2, label)
    return None


def turned_matmul(
    graph: Graph,
    left: Value,
    right: Value,
    turned: tuple[bool, bool],
    shape: Shape,
    label: str,
) -> Value | None:
    """A product of matrices, each of which may be transposed first."""
    if len(right.shape) != _MATRIX or len(left.shape) < (_MATRIX if turned[0] else 1):
        return None
    across = (1, 0) if turned[1] else (0, 1)
    last = len(left.shape) - 1
    if graph.is_stored(right):
        by = Multiplier(right, *across)
        axis = last - 1 if turned[0] else last
        return graph.linear(left, axis, by, shape, len(shape) - 1, label)
    if len(left.shape) != _MATRIX:
        return None
    by = Multiplier(left, *((0, 1) if turned[0] else (1, 0)))
    return graph.linear(right, across[0], by, shape, len(shape) - 2, label)


def added(graph: Graph, value: Value | None, bias: Value | None, shape: Shape) -> Value | None:
    """A product with a bias added to it."""
    if value is None or bias is None:
        return None
    return graph.apply("add", (value, bias), shape)


def einsum(
    graph: Graph, operands: Sequence[Value], equation: str, shape: Shape, label: str
) -> Value | None:
    """A product over one matrix and one letter that the result does not have."""
    given, _, result = equation.replace(" ", "").partition("->")
    terms = given.split(",")
    if len(terms) != _MATRIX or len(operands) != _MATRIX or "." in equation:
        return None
    for at, other in ((1, 0), (0, 1)):
        matrix, value, term = operands[at], operands[other], terms[at]
        if not graph.is_stored(matrix) or len(term) != _MATRIX:
            continue
        inner = [letter for letter in term if letter in terms[other] and letter not in result]
        outer = [letter for letter in term if letter in result and letter not in terms[other]]
        if len(inner) == len(outer) == 1:
            by = Multiplier(matrix, term.index(inner[0]), term.index(outer[0]))
            axis, lane = terms[other].index(inner[0]), result.index(outer[0])
            return graph.linear(value, axis, by, shape, lane, label)
    return None
