"""Makes recurrent layers of the cells that were recognised in a model's graph."""

from __future__ import annotations

from rnninspect.cells import BIASES, CELLS, Role, Sizes, Symbol
from rnninspect.model import Fate, Operand, Origin, Piece, RecurrentLayer, Slot
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.records import Recovered, Unknown, Weight
    from rnninspect.model import Axis, StoredTensor

    TensorsOf = Callable[[object], Sequence[StoredTensor]]

_UNITS: Axis = (Symbol.GATES, Symbol.HIDDEN)
_ROWS: dict[tuple[Role, ...], Axis] = {
    (Role.KERNEL,): (Symbol.INPUT,),
    (Role.RECURRENT_KERNEL,): (Symbol.FED_BACK,),
    (Role.KERNEL, Role.RECURRENT_KERNEL): (Symbol.JOINED,),
}


def described(
    graph: Graph,
    cells: Sequence[Recovered],
    tensors_of: TensorsOf,
    convention: str,
    one_bias: Collection[Role] = BIASES,
) -> RecurrentLayer:
    """The layer that a recognised cell is, or two in both directions of one sequence.

    Args:
        graph: the graph, finished.
        cells: the cell of each direction, which agree in their sizes.
        tensors_of: the stored tensors of a leaf, by the key that the plugin gave it.
        convention: the plugin's word for its biases.
        one_bias: what a single vector stands for: the sum of both biases, or the only one.
    """
    directions = [_with_bias(cell, one_bias) for cell in cells]
    cell, places = directions[0], list(enumerate(directions))
    operands = tuple(
        operand for at, each in places for operand in _operands(graph, each, at, tensors_of)
    )
    roles = {slot.role for operand in operands for slot in operand.slots}
    return RecurrentLayer(
        name=_name([each.place for each in directions]),
        kind=_kind(cell, len(directions)),
        cell=cell.cell,
        sizes=_sizes(cell, len(directions)),
        origin=Origin.RECOVERED,
        convention=convention,
        roles=CELLS[cell.cell].required() | roles,
        operands=operands,
        gate_order=_gate_order(directions),
        pieces=tuple(
            piece for at, each in places for piece in _pieces(graph, each, at, tensors_of)
        ),
        normalised=cell.normalised,
    )


def _name(places: Sequence[str]) -> str:
    """The module around both directions, where their names say it; else the first name."""
    first, last = min(places), max(places)
    shared = next(
        (at for at, pair in enumerate(zip(first, last, strict=False)) if len(set(pair)) > 1),
        len(first),
    )
    around = first[:shared].rpartition("/")[0]
    return around if around and first != last else places[0]


def _sizes(cell: Recovered, directions: int) -> Sizes:
    return Sizes(
        cell.input_size,
        cell.hidden_size,
        cell.projection_size,
        cell.kernel_size,
        directions,
        ((Symbol.PLACES, cell.places),) if cell.places else (),
    )


def _gate_order(cells: Sequence[Recovered]) -> str:
    """The order of the gates in all directions; empty for one gate, or where they differ."""
    orders = {cell.gate_order for cell in cells}
    return cells[0].gate_order if len(orders) == 1 and len(cells[0].gate_order) > 1 else ""


def _kind(cell: Recovered, directions: int) -> str:
    name = cell.cell if directions == 1 else f"Bidirectional({cell.cell})"
    return f"{name}{' with layer norm' if cell.normalised else ''} ({how_found(cell)})"


def _with_bias(cell: Recovered, one_bias: Collection[Role]) -> Recovered:
    """A cell whose single bias vectors are what the framework means by them."""
    return cell._replace(
        weights=tuple(
            weight._replace(roles=tuple(role for role in weight.roles if role in one_bias))
            if weight.summed
            else weight
            for weight in cell.weights
        )
    )


def _pieces(
    graph: Graph, cell: Recovered, direction: int, tensors_of: TensorsOf
) -> Iterator[Piece]:
    for piece in cell.pieces:
        names = tuple(tensor.name for tensor in tensors_of(graph.leaves[piece.leaf].key))
        yield Piece(piece.gate, piece.role, names, piece.part, piece.units, piece.given, direction)


def how_found(cell: Recovered | Unknown) -> str:
    """In which form a step was found, in words: `loop`, `unrolled, 7 steps`, `one step`."""
    return f"unrolled, {plural(cell.steps, 'step')}" if cell.how == "unrolled" else cell.how


def _operands(
    graph: Graph, cell: Recovered, direction: int, tensors_of: TensorsOf
) -> Iterator[Operand]:
    known = CELLS[cell.cell].roles()
    for weight in cell.weights:
        tensors = tensors_of_leaves(graph, weight.leaves, tensors_of)
        roles = tuple(role for role in weight.roles if role in known)
        if not roles:
            continue
        summed = weight.summed and len(roles) > 1
        yield Operand(
            name=tensors[0].name if tensors else "",
            slots=tuple(Slot(direction, role) for role in roles),
            axes=() if summed else _axes(weight, roles),
            shape=_shape(weight, cell.places if Role.PEEPHOLE in roles else 0),
            fate=Fate.COMPUTED if summed or not tensors else Fate.STORED,
            tensors=tensors,
        )


def tensors_of_leaves(
    graph: Graph, leaves: Iterable[int], tensors_of: TensorsOf
) -> tuple[StoredTensor, ...]:
    """The stored tensors of some leaves, each once."""
    found = (tensor for leaf in leaves for tensor in tensors_of(graph.leaves[leaf].key))
    return tuple({tensor.identity: tensor for tensor in found}.values())


def _shape(weight: Weight, places: int) -> tuple[int, ...]:
    if not weight.rows:
        return (weight.columns, places) if places else (weight.columns,)
    shape = (weight.rows, weight.columns)
    return (*(shape[::-1] if weight.transposed else shape), *weight.taps)


def _axes(weight: Weight, roles: tuple[Role, ...]) -> tuple[Axis, ...]:
    if set(roles) <= BIASES or (roles == (Role.RECURRENT_KERNEL,) and not weight.rows):
        return (_UNITS,)
    rows = _ROWS.get(roles)
    if rows is None:
        return ()
    axes = (_UNITS, rows) if weight.transposed else (rows, _UNITS)
    return (*axes, (Symbol.TAPS,)) if weight.taps else axes
