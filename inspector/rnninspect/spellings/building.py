"""Builds layers from the cells that were found, and observations on possible cells."""

from __future__ import annotations

from rnninspect.model import Operand, Origin, RecurrentLayer, Slot
from rnninspect.record import Record
from rnninspect.spellings.finding import find_cells
from rnninspect.spellings.possible_cells import possible_cells
from rnninspect.spellings.suspects import find_suspects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.model import Observation
    from rnninspect.spellings.entries import Stored
    from rnninspect.spellings.evidence import RecognisedCell
    from rnninspect.spellings.placing import CellWeight
    from rnninspect.spellings.prefilter import Remainder


class SpelledCells(Record):
    """What was found: layers, and notes on modules that may be cells."""

    layers: tuple[RecurrentLayer, ...]
    observations: tuple[Observation, ...]


def describe_cells(
    rest: Remainder, stored: Stored, *, called: Callable[[str], str] = str, root: str | None = None
) -> SpelledCells:
    """The recognised and the possible cells among tensors without a layer.

    Args:
        rest: the tensors, from `spellings.remainder`.
        stored: the stored tensor of an entry.
        called: the name for people of a module by its name in the file.
        root: which network of a checkpoint the layers belong to.

    Raises:
        RefusedFile: the limit of steps or of recurrent layers would be exceeded.
    """
    finds = find_cells(rest)
    layers = tuple(
        _layer_of(cell, rest, stored, called(cell.path))._replace(root=root) for cell in finds.cells
    )
    taken = {identity for cell in finds.cells for identity in cell.reading.tensors}
    if taken:
        unassigned = [entry for entry in rest.unassigned if id(entry) not in taken]
        leaves = [leaf for leaf in rest.leaves if id(leaf[-1]) not in taken]
        rest = rest._replace(unassigned=unassigned, leaves=leaves)
    suspects = find_suspects(rest, finds.ambiguous)
    return SpelledCells(layers, tuple(possible_cells(suspects, rest, stored, called)))


def _layer_of(cell: RecognisedCell, rest: Remainder, stored: Stored, name: str) -> RecurrentLayer:
    """The layer of a cell, named by its class if the file has classes; sizes are inferred."""
    reading = cell.reading
    declared = rest.declared.get(cell.path)
    kind = (declared.kind if declared else "") or cell.kind or reading.cell
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
    )


def _operand(weight: CellWeight, stored: Stored) -> Operand:
    first = weight.entries[0]
    return Operand(
        name=first.name,
        slots=tuple(Slot(0, role) for role in weight.roles),
        axes=weight.axes,
        shape=first.shape if weight.axes else None,
        tensors=tuple(stored(entry) for entry in weight.entries),
    )
