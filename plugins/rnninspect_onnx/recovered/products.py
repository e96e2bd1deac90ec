"""Operators that multiply by a matrix, as linear maps of the core's graph."""

from __future__ import annotations

from functools import partial

from rnninspect.graphs import Multiplier

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

_MATRIX = 2  # its axes


def _matmul(right: int, to: Operands, call: Call, outputs: Outputs) -> Results:
    """A product whose right operand is at this position; either operand may be the matrix."""
    shape = None if outputs[0] is None else outputs[0].shape
    one, other = to.of(call.input(0)), to.of(call.input(right))
    if shape is None or one is None or other is None:
        return ()
    rank, rows = len(other.shape), len(one.shape)
    if to.graph.is_stored(other) and rank >= _MATRIX and rows >= 1:
        across = (rank - 2, rank - 1)
        return (_map(to, one, rows - 1, Multiplier(other, *across), shape, len(shape) - 1),)
    if to.graph.is_stored(one) and rows >= _MATRIX and rank >= _MATRIX:
        across = (rows - 1, rows - 2)
        return (_map(to, other, rank - 2, Multiplier(one, *across), shape, len(shape) - 2),)
    return ()


def _map(
    to: Operands,
    source: CoreValue,
    axis: int,
    by: Multiplier,
    shape: tuple[int | None, ...],
    lane: int,
) -> CoreValue | None:
    return to.graph.linear(source, axis, by, shape, lane, to.label)


def _fused(to: Operands, call: Call, outputs: Outputs) -> Results:
    """FusedMatMul: the matrix may be turned."""
    shape = None if outputs[0] is None else outputs[0].shape
    one, other = to.of(call.input(0)), to.of(call.input(1))
    odd = any(call.number(name, 0) for name in ("transA", "transBatchA", "transBatchB"))
    if shape is None or one is None or other is None or odd or len(other.shape) != _MATRIX:
        return ()
    across = (1, 0) if call.number("transB", 0) else (0, 1)
    by = Multiplier(other, *across)
    return (_map(to, one, len(one.shape) - 1, by, shape, len(shape) - 1),)


def _gemm(right: int, addend: int, to: Operands, call: Call, outputs: Outputs) -> Results:
    shape = None if outputs[0] is None else outputs[0].shape
    one, other = to.of(call.input(0)), to.of(call.input(right))
    if shape is None or one is None or other is None or len(other.shape) != _MATRIX:
        return ()
    turned = bool(call.number("transA", 0))
    across = (1, 0) if call.number("transB", 0) else (0, 1)
    if to.graph.is_stored(other):
        found = _map(to, one, 0 if turned else 1, Multiplier(other, *across), shape, 1)
    else:
        columns, rows = (0, 1) if not turned else (1, 0)
        found = _map(to, other, across[0], Multiplier(one, rows, columns), shape, 0)
    added = call.input(addend)
    bias = to.of(added)
    if found is None or added is None:
        return (found,)
    return () if bias is None else (to.graph.apply("add", (found, bias), shape),)


def _packed(to: Operands, call: Call, outputs: Outputs) -> Results:
    """MatMulNBits: the attributes say how large the matrix is, whatever is packed how."""
    shape = None if outputs[0] is None else outputs[0].shape
    value, weight = to.of(call.input(0)), call.input(1)
    size = (call.number("N", 0), call.number("K", 0))
    if shape is None or value is None or weight is None or min(size) <= 0:
        return ()
    matrix = to.packed(weight, size)
    by = Multiplier(matrix, 1, 0)
    found = _map(to, value, len(value.shape) - 1, by, shape, len(shape) - 1)
    bias = to.of(call.input(5))
    if found is None or bias is None:
        return (found,)
    return (to.graph.apply("add", (found, bias), shape),)


def _conv(right: int, addend: int, to: Operands, call: Call, outputs: Outputs) -> Results:
    """A convolution over one group whose window is a single element: its channels are the units.

    A larger window is not followed: no recovered layer counts the taps of a convolutional cell.
    """
    shape = None if outputs[0] is None else outputs[0].shape
    value, matrix = to.of(call.input(0)), to.of(call.input(right))
    if shape is None or value is None or matrix is None or call.number("group", 1) != 1:
        return ()
    rank = len(matrix.shape)
    taps = tuple(size or 0 for size in matrix.shape[2:])
    if rank != len(value.shape) or rank < _MATRIX + 1 or set(taps) != {1}:
        return ()
    found = _map(to, value, 1, Multiplier(matrix, 1, 0, taps), shape, 1)
    bias = to.of(call.input(addend))
    if found is None or bias is None or len(bias.shape) != 1:
        return (found,)
    raised = to.graph.move(bias, (0, *(None,) * (rank - 2)), (bias.shape[0], *(1,) * (rank - 2)))
    return () if raised is None else (to.graph.apply("add", (found, raised), shape),)


def _einsum(to: Operands, call: Call, outputs: Outputs) -> Results:
    """Einsum over one matrix and one letter that the result does not have."""
    shape = None if outputs[0] is None else outputs[0].shape
    equation = call.attribute("equation")
    text = "" if equation is None else (equation.text or "").replace(" ", "")
    given, _, result = text.partition("->")
    terms = given.split(",")
    operands = [to.of(value) for value in call.present()]
    if shape is None or len(terms) != _MATRIX or len(operands) != _MATRIX or "." in text:
        return ()
    for at, other in ((1, 0), (0, 1)):
        matrix, value, term = operands[at], operands[other], terms[at]
        if (
            matrix is None
            or value is None
            or not to.graph.is_stored(matrix)
            or len(term) != _MATRIX
        ):
            continue
        inner = [letter for letter in term if letter in terms[other] and letter not in result]
        outer = [letter for letter in term if letter in result and letter not in terms[other]]
        if len(inner) == len(outer) == 1:
            across = (term.index(inner[0]), term.index(outer[0]))
            axis, lane = terms[other].index(inner[0]), result.index(outer[0])
            return (_map(to, value, axis, Multiplier(matrix, *across), shape, lane),)
    return ()


TABLE: dict[str, Operation] = {
    **dict.fromkeys(
        ("MatMul", "MatMulInteger", "MatMulIntegerToFloat", "DynamicQuantizeMatMul"),
        partial(_matmul, 1),
    ),
    "QLinearMatMul": partial(_matmul, 3),
    "FusedMatMul": _fused,
    **dict.fromkeys(("Gemm", "FusedGemm"), partial(_gemm, 1, 2)),
    "QGemm": partial(_gemm, 3, 6),
    "MatMulNBits": _packed,
    "Conv": partial(_conv, 1, 2),
    "QLinearConv": partial(_conv, 3, 8),
    "ConvInteger": partial(_conv, 1, 99),
    "Einsum": _einsum,
}
