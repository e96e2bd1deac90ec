"""Operators whose weights do not fit what they read and give, which the interpreter refuses."""

from __future__ import annotations

import math

from rnninspect.plugin import Fact, Observation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_tflite.schema.records import Model, Operator, Subgraph, Tensor
    from rnninspect_tflite.tensors.buffers import Buffers

_ELEMENTWISE = frozenset({"ADD", "SUB", "MUL", "DIV"})
_COPIES = frozenset({"DEQUANTIZE", "QUANTIZE", "CAST", "DENSIFY"})
_PRODUCT = "FULLY_CONNECTED"
_LOOKED_AT = _ELEMENTWISE | _COPIES | {_PRODUCT}
_MATRIX = 2  # its axes
_MOST = 100  # that are reported


def contradictions(model: Model, buffers: Buffers) -> Iterator[Observation]:
    """An observation for each stored operand whose shape is impossible where it is used."""
    found: dict[tuple[object, ...], Observation] = {}
    for graph in model.subgraphs:
        for operator in () if graph.kinds.isdisjoint(_LOOKED_AT) else graph.operators:
            for tensor, said in _of(graph, operator):
                if len(found) < _MOST and buffers.of(tensor) is not None:
                    detail = f"{operator.name} cannot use {list(tensor.dims)}: {said}"
                    noticed = Observation(Fact.CONTRADICTION, detail, tensor=tensor.name)
                    found.setdefault((tensor.key, detail), noticed)
    yield from found.values()


def _of(graph: Subgraph, operator: Operator) -> Iterator[tuple[Tensor, str]]:
    if operator.name == _PRODUCT:
        yield from _fully_connected(graph, operator)
    elif operator.name in _ELEMENTWISE and len(operator.inputs) == _MATRIX:
        yield from _elementwise(graph, operator)
    elif operator.name in _COPIES and operator.inputs and operator.outputs:
        yield from _copy(graph, operator)


def _fully_connected(graph: Subgraph, operator: Operator) -> Iterator[tuple[Tensor, str]]:
    """The matrix has a row for each unit of the output, and a column for each input."""
    if len(operator.inputs) < _MATRIX or not operator.outputs or -1 in operator.inputs[:2]:
        return
    read, matrix = (graph.tensors[at] for at in operator.inputs[:2])
    given = graph.tensors[operator.outputs[0]] if operator.outputs[0] >= 0 else None
    if len(matrix.dims) != _MATRIX or min(matrix.dims) < 1:
        return
    units, inputs = matrix.dims
    if given is not None and given.dims and given.dims[-1] not in (units, -1):
        yield matrix, f"its result has {given.dims[-1]} units"
    if read.dims and min(read.dims) > 0 and math.prod(read.dims) % inputs:
        yield matrix, f"it reads {list(read.dims)}"
    bias = operator.inputs[2] if len(operator.inputs) > _MATRIX else -1
    if bias >= 0 and graph.tensors[bias].dims not in ((units,), (1, units)):
        yield graph.tensors[bias], f"its matrix has {units} rows"


def _copy(graph: Subgraph, operator: Operator) -> Iterator[tuple[Tensor, str]]:
    """The same elements in another type."""
    if operator.inputs[0] < 0 or operator.outputs[0] < 0:
        return
    read, given = graph.tensors[operator.inputs[0]], graph.tensors[operator.outputs[0]]
    if read.dims != given.dims and min((*read.dims, *given.dims), default=0) > 0:
        yield read, f"its result is {list(given.dims)}"


def _elementwise(graph: Subgraph, operator: Operator) -> Iterator[tuple[Tensor, str]]:
    """Shapes that are neither equal nor repeated along axes of one."""
    if -1 in operator.inputs:
        return
    one, other = (graph.tensors[at] for at in operator.inputs)
    pairs = zip(reversed(one.dims), reversed(other.dims), strict=False)
    if any(_differ(left, right) for left, right in pairs):
        yield one, f"the other operand is {list(other.dims)}"
        yield other, f"the other operand is {list(one.dims)}"


def _differ(one: int, other: int) -> bool:
    """Whether two sizes are known, and neither is repeated."""
    return one != other and min(one, other) > 0 and 1 not in (one, other)
