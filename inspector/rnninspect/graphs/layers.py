"""Makes recurrent layers of the cells that were recognised in a model's graph."""

from __future__ import annotations

from rnninspect.cells import CELLS, Role, Sizes, Symbol
from rnninspect.graphs.building.expressions import Exhausted
from rnninspect.graphs.recognition.cells import recognise
from rnninspect.model import Fate, Operand, Origin, RecurrentLayer, Slot
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.records import Recovered, Weight
    from rnninspect.model import Axis, StoredTensor

    TensorsOf = Callable[[object], Sequence[StoredTensor]]

_BOTH = frozenset({Role.BIAS, Role.RECURRENT_BIAS})
_UNITS: Axis = (Symbol.GATES, Symbol.HIDDEN)
_ROWS: dict[tuple[Role, ...], Axis] = {
    (Role.KERNEL,): (Symbol.INPUT,),
    (Role.RECURRENT_KERNEL,): (Symbol.FED_BACK,),
    (Role.KERNEL, Role.RECURRENT_KERNEL): (Symbol.JOINED,),
}


def recovered_layers(
    graph: Graph, tensors_of: TensorsOf, convention: str
) -> tuple[RecurrentLayer, ...]:
    """The layers of a translated model; none where it would take too long to look.

    Args:
        graph: the graph, finished.
        tensors_of: the stored tensors of a leaf, by the key that the plugin gave it.
        convention: the plugin's word for its biases.
    """
    try:
        cells = () if graph.expressions.budget < 0 else recognise(graph)
    except Exhausted:
        return ()
    return tuple(_layer(graph, cell, tensors_of, convention) for cell in cells)


def _layer(graph: Graph, cell: Recovered, tensors_of: TensorsOf, convention: str) -> RecurrentLayer:
    operands = tuple(_operands(graph, cell, tensors_of))
    roles = {slot.role for operand in operands for slot in operand.slots}
    return RecurrentLayer(
        name=cell.place,
        kind=f"{cell.cell}{' with layer norm' if cell.normalised else ''} ({_how(cell)})",
        cell=cell.cell,
        sizes=Sizes(cell.input_size, cell.hidden_size, cell.projection_size),
        origin=Origin.RECOVERED,
        convention=convention,
        roles=CELLS[cell.cell].required() | roles,
        operands=operands,
        gate_order=cell.gate_order if len(cell.gate_order) > 1 else "",
    )


def _how(cell: Recovered) -> str:
    return f"unrolled, {plural(cell.steps, 'step')}" if cell.how == "unrolled" else cell.how


def _operands(graph: Graph, cell: Recovered, tensors_of: TensorsOf) -> Iterator[Operand]:
    known = CELLS[cell.cell].roles()
    for weight in cell.weights:
        tensors = _tensors(graph, weight, tensors_of)
        roles = tuple(role for role in weight.roles if role in known)
        if not roles:
            continue
        summed = weight.summed and len(roles) > 1
        yield Operand(
            name=tensors[0].name if tensors else "",
            slots=tuple(Slot(0, role) for role in roles),
            axes=() if summed else _axes(weight, roles),
            shape=_shape(weight),
            fate=Fate.COMPUTED if summed or not tensors else Fate.STORED,
            tensors=tensors,
        )


def _tensors(graph: Graph, weight: Weight, tensors_of: TensorsOf) -> tuple[StoredTensor, ...]:
    found = (tensor for leaf in weight.leaves for tensor in tensors_of(graph.leaves[leaf].key))
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
