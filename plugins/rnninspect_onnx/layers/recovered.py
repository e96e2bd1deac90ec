"""Makes recurrent layers of the cells that were recognised in a model's graph."""

from __future__ import annotations

from rnninspect.graphs import Exhausted, Recovered, recognise
from rnninspect.plugin import (
    CELLS,
    Fate,
    Operand,
    Origin,
    RecurrentLayer,
    Role,
    Sizes,
    Slot,
    Symbol,
    plural,
)
from rnninspect_onnx.graph.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.graphs import Graph, Weight
    from rnninspect.plugin import Axis, StoredTensor
    from rnninspect_onnx.layers.building import WeightTensors

_BOTH = frozenset({Role.BIAS, Role.RECURRENT_BIAS})
_UNITS: Axis = (Symbol.GATES, Symbol.HIDDEN)
_ROWS: dict[tuple[Role, ...], Axis] = {
    (Role.KERNEL,): (Symbol.INPUT,),
    (Role.RECURRENT_KERNEL,): (Symbol.FED_BACK,),
    (Role.KERNEL, Role.RECURRENT_KERNEL): (Symbol.JOINED,),
}


def recovered_layers(graph: Graph, weights: WeightTensors) -> tuple[RecurrentLayer, ...]:
    """The layers of a translated model; none where it would take too long to look."""
    try:
        cells = () if graph.expressions.budget < 0 else recognise(graph)
    except Exhausted:
        return ()
    return tuple(_layer(graph, cell, weights) for cell in cells)


def _layer(graph: Graph, cell: Recovered, weights: WeightTensors) -> RecurrentLayer:
    operands = tuple(_operands(graph, cell, weights))
    roles = {slot.role for operand in operands for slot in operand.slots}
    return RecurrentLayer(
        name=cell.place,
        kind=f"{cell.cell} ({_how(cell)})",
        cell=cell.cell,
        sizes=Sizes(cell.input_size, cell.hidden_size, cell.projection_size),
        origin=Origin.RECOVERED,
        convention="onnx",
        roles=CELLS[cell.cell].required() | roles,
        operands=operands,
    )


def _how(cell: Recovered) -> str:
    return f"unrolled, {plural(cell.steps, 'step')}" if cell.how == "unrolled" else cell.how


def _operands(graph: Graph, cell: Recovered, weights: WeightTensors) -> Iterator[Operand]:
    known = CELLS[cell.cell].roles()
    for weight in cell.weights:
        tensors = _tensors(graph, weight, weights)
        roles = tuple(role for role in weight.roles if role in known)
        if not roles:
            continue
        shape = _shape(weight)
        summed = weight.summed and len(roles) > 1
        yield Operand(
            name=tensors[0].name if tensors else "",
            slots=tuple(Slot(0, role) for role in roles),
            axes=() if summed else _axes(weight, roles),
            shape=shape,
            fate=Fate.COMPUTED if summed or not tensors else Fate.STORED,
            tensors=tensors,
        )


def _tensors(graph: Graph, weight: Weight, weights: WeightTensors) -> tuple[StoredTensor, ...]:
    values = (graph.leaves[leaf].key for leaf in weight.leaves)
    found = (tensor for value in values if isinstance(value, Value) for tensor in weights.of(value))
    return tuple({tensor.identity: tensor for tensor in found}.values())


def _shape(weight: Weight) -> tuple[int, ...]:
    if not weight.rows:
        return (weight.columns,)
    shape = (weight.rows, weight.columns)
    return shape[::-1] if weight.transposed else shape


def _axes(weight: Weight, roles: tuple[Role, ...]) -> tuple[Axis, ...]:
    if set(roles) <= _BOTH:
        return (_UNITS,)
    rows = _ROWS.get(roles)
    if rows is None:
        return ()
    return (_UNITS, rows) if weight.transposed else (rows, _UNITS)
