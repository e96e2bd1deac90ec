"""Operators that multiply by a matrix, as linear maps of the core's graph."""

from __future__ import annotations

from rnninspect.graphs import Multiplier, added, einsum, matmul, turned_matmul
from rnninspect.lean import partial

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


def _matmul(right: int, addend: int | None, to: Operands, call: Call, outputs: Outputs) -> Results:
    """A product whose right operand is at this position, and that of what is added, if any."""
    shape = None if outputs[0] is None else outputs[0].shape
    one, other = to.of(call.input(0)), to.of(call.input(right))
    if shape is None or one is None or other is None:
        return ()
    found = matmul(to.graph, one, other, shape, to.label)
    given = None if addend is None else call.input(addend)
    return (found,) if given is None else (added(to.graph, found, to.of(given), shape),)


def _fused(to: Operands, call: Call, outputs: Outputs) -> Results:
    """FusedMatMul: the matrix may be turned."""
    shape = None if outputs[0] is None else outputs[0].shape
    one, other = to.of(call.input(0)), to.of(call.input(1))
    odd = any(call.number(name, 0) for name in ("transA", "transBatchA", "transBatchB"))
    if shape is None or one is None or other is None or odd or not to.graph.is_stored(other):
        return ()
    turned = (False, bool(call.number("transB", 0)))
    return (turned_matmul(to.graph, one, other, turned, shape, to.label),)


def _active(operation: Operation, to: Operands, call: Call, outputs: Outputs) -> Results:
    """A product whose attribute names the function that is applied to it."""
    found = operation(to, call, outputs)
    attribute = call.attribute("activation")
    name = "" if attribute is None else attribute.text or ""
    shape = None if outputs[0] is None else outputs[0].shape
    if not found or found[0] is None or shape is None or not name:
        return found
    return (to.graph.apply(name.lower(), (found[0],), shape),)


def _gemm(right: int, addend: int, to: Operands, call: Call, outputs: Outputs) -> Results:
    shape = None if outputs[0] is None else outputs[0].shape
    one, other = to.of(call.input(0)), to.of(call.input(right))
    if shape is None or one is None or other is None:
        return ()
    turned = (bool(call.number("transA", 0)), bool(call.number("transB", 0)))
    found = turned_matmul(to.graph, one, other, turned, shape, to.label)
    bias = call.input(addend)
    return (found if bias is None else added(to.graph, found, to.of(bias), shape),)


def _packed(to: Operands, call: Call, outputs: Outputs) -> Results:
    """MatMulNBits: the attributes say how large the matrix is, whatever is packed how."""
    shape = None if outputs[0] is None else outputs[0].shape
    value, weight = to.of(call.input(0)), call.input(1)
    size = (call.number("N", 0), call.number("K", 0))
    if shape is None or value is None or weight is None or min(size) <= 0:
        return ()
    by = Multiplier(to.packed(weight, size), 1, 0)
    found = to.graph.linear(value, len(value.shape) - 1, by, shape, len(shape) - 1, to.label)
    bias = to.of(call.input(5))
    return (found if bias is None else added(to.graph, found, bias, shape),)


def _conv(right: int, addend: int, to: Operands, call: Call, outputs: Outputs) -> Results:
    """A convolution over one group: its channels are the units, its window the taps of the map."""
    shape = None if outputs[0] is None else outputs[0].shape
    value, matrix = to.of(call.input(0)), to.of(call.input(right))
    if shape is None or value is None or matrix is None or call.number("group", 1) != 1:
        return ()
    rank = len(matrix.shape)
    taps = tuple(size or 0 for size in matrix.shape[2:])
    if rank != len(value.shape) or rank < _MATRIX + 1 or not all(taps):
        return ()
    found = to.graph.linear(value, 1, Multiplier(matrix, 1, 0, taps), shape, 1, to.label)
    bias = to.of(call.input(addend))
    if found is None or bias is None or len(bias.shape) != 1:
        return (found,)
    raised = to.graph.move(bias, (0, *(None,) * (rank - 2)), (bias.shape[0], *(1,) * (rank - 2)))
    return (added(to.graph, found, raised, shape),)


def _einsum(to: Operands, call: Call, outputs: Outputs) -> Results:
    shape = None if outputs[0] is None else outputs[0].shape
    equation = call.attribute("equation")
    operands = [to.of(value) for value in call.present()]
    known: list[CoreValue] = [operand for operand in operands if operand is not None]
    if shape is None or equation is None or len(known) != len(operands):
        return ()
    return (einsum(to.graph, known, equation.text or "", shape, to.label),)


TABLE: dict[str, Operation] = {
    **dict.fromkeys(("MatMul", "MatMulInteger"), partial(_matmul, 1, None)),
    "MatMulIntegerToFloat": partial(_matmul, 1, 6),
    "DynamicQuantizeMatMul": partial(_matmul, 1, 4),
    "QLinearMatMul": partial(_matmul, 3, None),
    **dict.fromkeys(("FusedMatMul", "TransposeMatMul"), _fused),
    "Gemm": partial(_gemm, 1, 2),
    "FusedGemm": partial(_active, partial(_gemm, 1, 2)),
    "QGemm": partial(_gemm, 3, 6),
    **dict.fromkeys(("MatMulNBits", "MatMulBnb4"), _packed),
    "Conv": partial(_conv, 1, 2),
    "FusedConv": partial(_active, partial(_conv, 1, 2)),
    "QLinearConv": partial(_conv, 3, 8),
    "ConvInteger": partial(_conv, 1, 99),
    "Einsum": _einsum,
}
