"""Recurrent layers: their sizes by their parameters, and what their arrays are for."""

from __future__ import annotations

from rnninspect.plugin import (
    LARGEST_SIZE,
    Axis,
    Fact,
    Observation,
    Operand,
    Origin,
    Record,
    RecurrentLayer,
    Role,
    Sizes,
    SkippedLayer,
    Slot,
    Symbol,
)
from rnninspect_ncnn.framework import NCNN
from rnninspect_ncnn.weights import cell_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import StoredTensor
    from rnninspect_ncnn.network import Layer
    from rnninspect_ncnn.weights import Weight

_D: Axis = (Symbol.DIRECTIONS,)
_GATES_HIDDEN: Axis = (Symbol.GATES, Symbol.HIDDEN)
_AXES: dict[Role, tuple[Axis, ...]] = {
    Role.KERNEL: (_D, _GATES_HIDDEN, (Symbol.INPUT,)),
    Role.RECURRENT_KERNEL: (_D, _GATES_HIDDEN, (Symbol.FED_BACK,)),
    Role.BIAS: (_D, (Symbol.GATES,), (Symbol.HIDDEN,)),
    Role.PROJECTION: (_D, (Symbol.PROJECTION,), (Symbol.HIDDEN,)),
}
_TWO_BIASES: tuple[Axis, ...] = (_D, (4,), (Symbol.HIDDEN,))  # of a GRU
_GATE_ORDERS = {"LSTM": "ifog", "GRU": "rzg"}
_DIRECTIONS = range(3)  # forward, reverse, both


class Found(Record):
    """A layer, or one whose sizes are impossible, and what was noticed about it."""

    layer: RecurrentLayer | SkippedLayer
    observations: tuple[Observation, ...] = ()


def described(layer: Layer, arrays: tuple[tuple[Weight, StoredTensor], ...]) -> Found:
    """A recurrent layer with its arrays."""
    cell, gates = cell_of(layer.kind) or ("", 0)
    sizes = _sizes(layer, gates)
    if sizes is None:
        tensors = tuple(tensor for weight, tensor in arrays if weight.roles)
        reason = "its sizes are impossible"
        return Found(SkippedLayer(layer.name, layer.kind, reason, tensors))
    operands = tuple(_operand(*pair, sizes.directions) for pair in arrays if pair[0].roles)
    described = RecurrentLayer(
        name=layer.name,
        kind=f"Bidirectional({layer.kind})" if sizes.directions == 2 else layer.kind,
        cell=cell,
        sizes=sizes,
        origin=Origin.INFERRED,  # of m only the number of elements of its kernel is declared
        inferred=("input_size",),
        convention=NCNN,
        roles=frozenset(role for weight, _ in arrays for role in weight.roles),
        operands=operands,
        gate_order=_GATE_ORDERS.get(layer.kind, ""),
    )
    return Found(described, tuple(_contradictions(layer, gates, sizes)))


def _sizes(layer: Layer, gates: int) -> Sizes | None:
    outputs, size = layer.value(0), layer.value(1)
    hidden = layer.value(3, outputs) if layer.kind == "LSTM" else outputs
    ways = 2 if layer.value(2) == 2 else 1
    rows = ways * gates * hidden
    width = size // rows if rows else 0
    if not 0 < min(width, hidden, outputs) <= max(width, hidden, outputs) <= LARGEST_SIZE:
        return None
    projection = outputs if outputs != hidden else None
    return Sizes(width, hidden, projection, directions=ways)


def _operand(weight: Weight, tensor: StoredTensor, directions: int) -> Operand:
    axes = _TWO_BIASES if len(weight.roles) > 1 else _AXES[weight.roles[0]]
    return Operand(
        name=tensor.name,
        slots=tuple(Slot(each, role) for each in range(directions) for role in weight.roles),
        axes=axes if len(weight.shape) > 1 else (),
        shape=weight.shape,
        tensors=(tensor,),
    )


def _contradictions(layer: Layer, gates: int, sizes: Sizes) -> list[Observation]:
    details = []
    rows = sizes.directions * gates * sizes.hidden_size
    if layer.value(1) % rows:
        details.append(f"weight_data_size is {layer.value(1)}, no multiple of {rows}")
    if layer.value(2) not in _DIRECTIONS:
        details.append(f"direction is {layer.value(2)}, expected 0, 1 or 2")
    return [Observation(Fact.CONTRADICTION, each, layer=layer.name) for each in details]
