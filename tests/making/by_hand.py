"""Layers and models made by hand: the judges are tested on these, no file in sight."""

from __future__ import annotations

from rnninspect.cells import CELLS, SHARED_ROLES, Role, Sizes, Symbol
from rnninspect.counter import count_layers, expected_shape
from rnninspect.model import (
    Axis,
    Operand,
    Origin,
    RecurrentLayer,
    SavedModel,
    Search,
    Searched,
    Slot,
    StoredTensor,
)
from rnninspect.report import Findings, Report, add_up, possible_in
from rnninspect.rules import check

G, M, N, R, P = Symbol.GATES, Symbol.INPUT, Symbol.HIDDEN, Symbol.FED_BACK, Symbol.PROJECTION
LAYOUT: dict[Role, tuple[Axis, ...]] = {
    Role.KERNEL: ((G, N), (M,)),
    Role.RECURRENT_KERNEL: ((G, N), (R,)),
    Role.BIAS: ((G, N),),
    Role.RECURRENT_BIAS: ((G, N),),
    Role.PEEPHOLE: ((3, N),),
    Role.PROJECTION: ((P,), (N,)),
}
KERNELS = CELLS["LSTM"].required()
ONE_BIAS = KERNELS | {Role.BIAS}
TWO_BIASES = ONE_BIAS | {Role.RECURRENT_BIAS}


def tensor(name: str, shape: tuple[int, ...], dtype: str = "float32") -> StoredTensor:
    size = 4
    for axis in shape:
        size *= axis
    return StoredTensor(name, shape, dtype, size, identity=name)


def operand(name: str, slot: Slot, shape: tuple[int, ...]) -> Operand:
    return Operand(name, (slot,), LAYOUT[slot.role], shape, tensors=(tensor(name, shape),))


def layer(
    cell: str = "LSTM",
    sizes: Sizes | None = None,
    roles: frozenset[Role] = TWO_BIASES,
    name: str = "lstm",
) -> RecurrentLayer:
    """An intact layer whose tensors have the shapes that its formula asks for."""
    sizes = sizes or Sizes(3, 2)
    operands = tuple(
        operand(f"{name}.{role}.{direction}", Slot(direction, role), shape)
        for direction in range(sizes.directions)
        for role in SHARED_ROLES
        if role in roles and (shape := expected_shape(LAYOUT[role], len(CELLS[cell].gates), sizes))
    )
    return RecurrentLayer(
        name=name,
        kind=cell,
        cell=cell,
        sizes=sizes,
        origin=Origin.DECLARED,
        convention="handmade",
        roles=roles,
        operands=operands,
    )


def reshaped(made: RecurrentLayer, role: Role, shape: tuple[int, ...]) -> RecurrentLayer:
    """The layer with another shape stored for one role."""
    operands = tuple(
        operand(old.name, old.slots[0], shape) if old.slots[0].role is role else old
        for old in made.operands
    )
    return made._replace(operands=operands)


def without(made: RecurrentLayer, *roles: Role) -> RecurrentLayer:
    """The layer with nothing stored for these roles."""
    kept = tuple(old for old in made.operands if old.slots[0].role not in roles)
    return made._replace(operands=kept)


def model(*layers: RecurrentLayer, others: tuple[StoredTensor, ...] = ()) -> SavedModel:
    """A model of these layers and of some other tensors."""
    tensors = [stored for made in layers for given in made.operands for stored in given.tensors]
    return SavedModel("handmade", "none", "by hand 1.0", layers, (*tensors, *others))


def report(saved: SavedModel, path: str = "model.bin") -> Report:
    """The report on a model, as the pipeline makes it."""
    counts = count_layers(saved.layers)
    totals = add_up(saved, counts)
    return Report(
        path=path,
        format=saved.format,
        framework=saved.framework,
        producer=saved.producer,
        file_bytes=1000,
        layers=counts,
        skipped=saved.skipped,
        possible=possible_in(saved),
        totals=totals,
        findings=Findings(check(saved, counts)),
        search=saved.search or Search(Searched.TENSORS, totals.tensors),
    )
