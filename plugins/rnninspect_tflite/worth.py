"""Whether a model may contain a cell that was taken apart: a cheap look at its operators.

A state returns in a loop, through a variable, through a stored matrix that is applied twice, or
from an output of a subgraph to an input of the same shape. Where none of these is, no expression is
made.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_tflite.schema.records import Model, Subgraph

_PRODUCTS = frozenset({"FULLY_CONNECTED", "BATCH_MATMUL", "CONV_2D"})
_ACTIVATIONS = frozenset(
    {
        *("LOGISTIC", "TANH", "RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "HARD_SWISH"),
        *("MINIMUM", "MAXIMUM", "LEAKY_RELU", "ELU", "GELU"),
    }
)
_RETURNING = frozenset({"WHILE", "ASSIGN_VARIABLE", "CALL", "IF", "STABLEHLO_COMPOSITE"})
_ON_THE_WAY = frozenset({"DEQUANTIZE", "TRANSPOSE", "CAST", "RESHAPE", "DENSIFY"})


def may_contain_cell(model: Model) -> bool:
    """Whether recognition may find a cell."""
    kinds = frozenset[str]().union(*(graph.kinds for graph in model.subgraphs))
    if not kinds & _PRODUCTS:
        return False
    if kinds & _RETURNING:
        return True
    fused = any(_repeats(graph) for graph in model.subgraphs)
    return fused or (
        bool(kinds & _ACTIVATIONS) and any(_returns(model.subgraphs[at]) for at in model.entries)
    )


def _repeats(graph: Subgraph) -> bool:
    """Whether a matrix is used twice."""
    used = bytearray(len(graph.tensors) + 1)  # the last one is for those that are absent
    for operator in graph.operators:
        known = 2 if operator.name in _PRODUCTS else 1 if operator.name in _ON_THE_WAY else 0
        for index in operator.inputs[:known]:
            if used[index] and graph.tensors[index].buffer:
                return True
            used[index] = 1
    return False


def _returns(graph: Subgraph) -> bool:
    """Whether an output has the shape of an input: of a net of one step, a state."""
    shapes = [graph.tensors[index].dims for index in graph.inputs if index >= 0]
    wide = {dims for dims in shapes if len(dims) > 1 and max(dims) > 1}
    return len(shapes) > 1 and any(
        graph.tensors[index].dims in wide for index in graph.outputs if index >= 0
    )
