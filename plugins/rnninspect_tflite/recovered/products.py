"""Operators that multiply by a matrix, as linear maps of the core's graph."""

from __future__ import annotations

from rnninspect.graphs import Multiplier, added, matmul, turned_matmul
from rnninspect_tflite.schema.options import flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_tflite.operators.values import Call
    from rnninspect_tflite.recovered.operands import Operands

    Results = Iterable[CoreValue | None]
    Operation = Callable[[Operands, Call], Results]

_MATRIX = 2  # its axes
_KERNEL_AXES = 4  # output channels, height, width, input channels


def _fully_connected(to: Operands, call: Call) -> Results:
    """A matrix with a row for each unit; what is multiplied is flat but for its last axis."""
    value, matrix, bias = (to.of(call.input(at)) for at in range(3))
    if value is None or matrix is None or call.output is None or len(matrix.shape) != _MATRIX:
        return ()
    shape = call.output.shape
    if not shape or not value.shape or value.shape[-1] != matrix.shape[1]:
        return ()
    by = Multiplier(matrix, 1, 0)
    last = len(value.shape) - 1
    found = to.graph.linear(value, last, by, shape, len(shape) - 1, call.label)
    return (found if bias is None else added(to.graph, found, bias, shape),)


def _batch_matmul(to: Operands, call: Call) -> Results:
    left, right = to.of(call.input(0)), to.of(call.input(1))
    if left is None or right is None or call.output is None:
        return ()
    turned = (flag(call.operator, 0), flag(call.operator, 1))
    if not any(turned):
        return (matmul(to.graph, left, right, call.output.shape, call.label),)
    return (turned_matmul(to.graph, left, right, turned, call.output.shape, call.label),)


def _convolution(to: Operands, call: Call) -> Results:
    """A convolution whose window is a single element: its channels are the units."""
    value, matrix, bias = (to.of(call.input(at)) for at in range(3))
    if value is None or matrix is None or call.output is None:
        return ()
    if len(matrix.shape) != _KERNEL_AXES or matrix.shape[1:3] != (1, 1):
        return ()
    shape, last = call.output.shape, len(value.shape) - 1
    if last < 0 or value.shape[last] != matrix.shape[3]:
        return ()
    by = Multiplier(matrix, 3, 0, (1, 1))
    found = to.graph.linear(value, last, by, shape, len(shape) - 1, call.label)
    return (found if bias is None else added(to.graph, found, bias, shape),)


TABLE: dict[str, Operation] = {
    "FULLY_CONNECTED": _fully_connected,
    "BATCH_MATMUL": _batch_matmul,
    "CONV_2D": _convolution,
}
