"""Builds layers from the cells outside torch.nn, and observations on possible cells."""

from __future__ import annotations

from rnninspect.plugin import Operand, Origin, RecurrentLayer, Slot
from rnninspect_torch.layers.building import BuiltLayers
from rnninspect_torch.networks.naming import without_wrappers
from rnninspect_torch.other_cells.finding import find_cells
from rnninspect_torch.other_cells.possible_cells import possible_cells
from rnninspect_torch.other_cells.suspects import find_suspects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.plugin import StoredTensor
    from rnninspect_torch.networks.records import DeclaredModule, NamedTensor
    from rnninspect_torch.other_cells.evidence import RecognisedCell
    from rnninspect_torch.other_cells.matching import CellWeight
    from rnninspect_torch.other_cells.prefilter import Remainder

_CONTAINERS = {"ModuleDict", "ModuleList", "Sequential", "Module"}  # generic classes


def describe_other_cells(
    rest: Remainder,
    stored: Callable[[NamedTensor], StoredTensor],
    root: str | None,
) -> BuiltLayers:
    """The recognised and the possible cells among tensors without a layer."""
    finds = find_cells(rest)
    layers = tuple(layer_of(cell, rest.declared, stored, root) for cell in finds.cells)
    taken = {identity for cell in finds.cells for identity in cell.reading.tensors}
    if taken:
        unassigned = [entry for entry in rest.unassigned if id(entry) not in taken]
        leaves = [leaf for leaf in rest.leaves if id(leaf[-1]) not in taken]
        rest = rest._replace(unassigned=unassigned, leaves=leaves)
    suspects = find_suspects(rest, finds.ambiguous)
    return BuiltLayers(layers, tuple(possible_cells(suspects, rest, stored)))


def layer_of(
    cell: RecognisedCell,
    declared: dict[str, DeclaredModule],
    stored: Callable[[NamedTensor], StoredTensor],
    root: str | None,
) -> RecurrentLayer:
    """The layer of a cell, named by its class if the file has classes; sizes are inferred."""
    reading = cell.reading
    kind = declared[cell.path].name if cell.path in declared else ""
    if not kind or kind in _CONTAINERS:
        kind = cell.kind or reading.cell
    name = without_wrappers(cell.path)
    return RecurrentLayer(
        name=name or kind,
        kind=kind,
        cell=reading.cell,
        sizes=reading.sizes,
        origin=Origin.INFERRED,
        convention=cell.convention,
        roles=reading.roles,
        operands=tuple(_operand(weight, stored) for weight in reading.weights),
        original_name=None if name == cell.path else cell.path,
        root=root,
    )


def _operand(weight: CellWeight, stored: Callable[[NamedTensor], StoredTensor]) -> Operand:
    first = weight.entries[0]
    return Operand(
        name=first.name,
        slots=tuple(Slot(0, role) for role in weight.roles),
        axes=weight.axes,
        shape=first.tensor.shape if weight.axes else None,
        tensors=tuple(stored(entry) for entry in weight.entries),
    )
