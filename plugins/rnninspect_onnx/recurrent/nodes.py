"""Recognises recurrent nodes, and computes their outputs' shapes."""

from __future__ import annotations

from rnninspect.plugin import Record, has_recurrent_name
from rnninspect_onnx.graph.values import computed
from rnninspect_onnx.layout import LAYOUT
from rnninspect_onnx.recurrent.sizes import measure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Sizes
    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Dims, Value
    from rnninspect_onnx.protobuf.messages import NodeProto
    from rnninspect_onnx.recurrent.sizes import NodeSizes


class RecurrentCall(Record):
    """One execution of a recurrent node.

    Attributes:
        name: of its layer.
        call: with the values of its inputs.
        measured: its sizes; None of an operator that is not in LAYOUT.
    """

    name: str
    call: Call
    measured: NodeSizes | None


def is_recurrent(node: NodeProto) -> bool:
    """Whether a node is an operator of LAYOUT, or a custom one with a recurrent name."""
    return (node.domain, node.operator) in LAYOUT or has_recurrent_name(foreign_name(node))


def may_be_recurrent(operator: str) -> bool:
    """Whether a node of this operator may be recurrent; an ATen node has a name in an attribute."""
    return operator == "ATen" or has_recurrent_name(operator)


def foreign_name(node: NodeProto) -> str:
    """The operator's name, with its domain if it has one; ATen nodes have it in an attribute."""
    operator = node.attribute("operator") if node.operator == "ATen" else None
    name = node.operator if operator is None else f"ATen::{operator.text}"
    return f"{node.domain}::{name}" if node.domain else name


def sizes_of(call: Call) -> NodeSizes | None:
    """The sizes of a recurrent node; None of an operator that is not in LAYOUT."""
    operator = LAYOUT.get((call.node.domain, call.node.operator))
    return None if operator is None else measure(call, operator)


def outputs_of(call: Call, measured: NodeSizes | None) -> tuple[Value, ...]:
    """Y, Y_h and Y_c of a recurrent node; where its sizes are unknown, values of unknown shapes."""
    sources = call.present()
    sizes = None if measured is None else measured.sizes
    shapes = _shapes(call, sizes) if sizes else (None,) * len(call.node.outputs)
    return tuple([computed(sources, shape) for shape in shapes])


def _shapes(call: Call, sizes: Sizes) -> tuple[Dims, Dims, Dims]:
    fed = call.shape(0)
    first, second = fed[:2] if fed is not None and len(fed) == 3 else (None, None)
    directions, hidden = sizes.directions, sizes.hidden_size
    if call.number("layout", 0) == 1:
        state: Dims = (first, directions, hidden)
        return (first, second, directions, hidden), state, state
    state = (directions, second, hidden)
    return (first, directions, second, hidden), state, state
