"""What layers have in common that differ in nothing but names and places, worked out once."""

from __future__ import annotations

import math

from rnninspect.cells import CELLS, Cell, Formula, Role, Sizes, Sum, Symbol
from rnninspect.cells.formula import written
from rnninspect.cells.state import state_elements
from rnninspect.lean import lru_cache
from rnninspect.model import Fate, Operand, Slot, StoredTensor
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.cells.formula import Written
    from rnninspect.model import Axis, RecurrentLayer

    # Slots, axes, shape, fate and merged elements of an operand, and of each of its tensors the
    # shape, element type, bytes and elements.
    _Nameless = tuple[
        tuple[Slot, ...],
        tuple[Axis | Sum, ...],
        tuple[int, ...] | None,
        Fate,
        int,
        tuple[tuple[tuple[int, ...], str, int, int | None], ...],
    ]


_MASKS = frozenset({Role.MASK, Role.RECURRENT_MASK})
_MOST_KNOWN = 256  # tensors of a layer of which is remembered what like ones have


class Measured(Record):
    """What an operand has beside what its slots expect, without the operand."""

    expected_shape: tuple[int, ...] | None
    expected: int
    parameters: int


class InCommon(Record):
    """What all layers have that differ in nothing but names and identities.

    Attributes:
        cell: theirs.
        formula: with their sizes.
        expected: parameters by the formula, over all directions.
        stored: those that the file has.
        bytes: of the stored tensors, each once.
        elements: parameters of the stored tensors, each once.
        dtypes: the element types, sorted.
        state_elements: what one sequence keeps between steps; None where that is not known.
        operands: of each, in order.
        slots: each with its expected elements, and the places of the operands that fill it.
        fates: those of the operands.
        masks: the places of the operands that are masks of a wiring, or fill no slot.
    """

    cell: Cell
    formula: Formula
    expected: int
    stored: int
    bytes: int
    elements: int
    dtypes: tuple[str, ...]
    state_elements: int | None
    operands: tuple[Measured, ...]
    slots: tuple[tuple[Slot, int, tuple[int, ...]], ...]
    fates: frozenset[Fate]
    masks: tuple[int, ...]


def in_common(layer: RecurrentLayer) -> InCommon:
    """What a layer has in common with all that are like it: one value for all of them.

    Raises:
        KeyError: its cell is not in CELLS.
    """
    identities = [tensor.identity for operand in layer.operands for tensor in operand.tensors]
    first: dict[str, int] = {}
    places = [first.setdefault(identity, place) for place, identity in enumerate(identities)]
    again = () if len(first) == len(places) else tuple(places)
    nameless = tuple([_nameless(operand) for operand in layer.operands])
    work_out = _known if len(identities) <= _MOST_KNOWN else _worked_out
    return work_out(layer.cell, layer.roles, layer.sizes, nameless, again)


def _nameless(operand: Operand) -> _Nameless:
    """What is counted of an operand, in which those of like layers are equal."""
    _, slots, axes, shape, fate, tensors, _, merged = operand
    stored = [(each.shape, each.dtype, each.bytes, each.elements) for each in tensors]
    return slots, axes, shape, fate, merged, tuple(stored)


def _worked_out(
    cell: str,
    roles: frozenset[Role],
    sizes: Sizes,
    nameless: tuple[_Nameless, ...],
    again: tuple[int, ...],
) -> InCommon:
    """What layers of these operands have in common.

    `again` has for each of their tensors the place of the first one with its identity, and is
    empty where all identities differ.
    """
    known, wanted = CELLS[cell], expected(cell, roles, sizes)
    operands = [_operand(each) for each in nameless]
    measured = tuple([_measured(operand, known, sizes) for operand in operands])
    tensors = [tensor for operand in operands for tensor in operand.tensors]
    last = {first: place for place, first in enumerate(again or range(len(tensors)))}
    unique = [tensors[place] for place in last.values()]
    elements = sum([tensor.parameters for tensor in unique])
    merged = sum([operand.merged for operand in operands])
    return InCommon(
        cell=known,
        formula=wanted.formula,
        expected=wanted.parameters,
        stored=min(sum([each.parameters for each in measured]), elements + merged),
        bytes=sum([tensor.bytes for tensor in unique]),
        elements=elements,
        dtypes=tuple(sorted({tensor.dtype for tensor in unique})),
        state_elements=wanted.state_elements,
        operands=measured,
        slots=_slots(_slots_of(cell, sizes.directions), wanted.each, operands),
        fates=frozenset([operand.fate for operand in operands]),
        masks=tuple([place for place, each in enumerate(operands) if _is_mask(each)]),
    )


_known = lru_cache(maxsize=128)(_worked_out)


def _operand(nameless: _Nameless) -> Operand:
    slots, axes, shape, fate, merged, tensors = nameless
    stored = [
        StoredTensor("", of, dtype, size, "", elements=elements)
        for of, dtype, size, elements in tensors
    ]
    return Operand("", slots, axes, shape, fate, tuple(stored), merged=merged)


def _is_mask(operand: Operand) -> bool:
    return _MASKS.issuperset([slot.role for slot in operand.slots])


@lru_cache(maxsize=256)
def _slots_of(cell: str, directions: int) -> tuple[Slot, ...]:
    weights = CELLS[cell].weights
    return tuple(Slot(at, weight.role) for at in range(directions) for weight in weights)


@lru_cache(maxsize=256)
def expected_shape(
    axes: tuple[Axis | Sum, ...], gates: int, sizes: Sizes
) -> tuple[int, ...] | None:
    """The shape given by a layout's axes, in elements; None if the layout has no axes."""
    shape: list[int] = []
    for axis in axes:
        if axis == (Symbol.TAPS,):
            shape.extend(sizes.kernel_size)
        else:
            factors = (axis,) if isinstance(axis, Sum) else axis
            shape.append(math.prod(sizes.values(factors, gates)))
    return tuple(shape) or None


def _measured(operand: Operand, cell: Cell, sizes: Sizes) -> Measured:
    shape = expected_shape(operand.axes, len(cell.gates), sizes)
    if shape is not None:
        return Measured(shape, math.prod(shape), _stored(operand))
    each = cell.counts({slot.role for slot in operand.slots}, sizes)
    expected = sum([each.get(slot.role, 0) for slot in operand.slots])
    return Measured(None, expected, _stored(operand))


def _stored(operand: Operand) -> int:
    stored = sum([tensor.parameters for tensor in operand.tensors]) + operand.merged
    if operand.fate is not Fate.STORED or operand.shape is None:
        return stored
    if any(tensor.elements is not None for tensor in operand.tensors):
        return stored
    return stored if min(operand.shape, default=0) < 0 else min(stored, math.prod(operand.shape))


def _slots(
    known: tuple[Slot, ...], each: dict[Role, int], operands: list[Operand]
) -> tuple[tuple[Slot, int, tuple[int, ...]], ...]:
    """The slots of a layer's weights, and others that something fills."""
    filling: dict[Slot, tuple[int, ...]] = {}
    for place, operand in enumerate(operands):
        for slot in dict.fromkeys(operand.slots):
            filling[slot] = (*filling.get(slot, ()), place)
    return tuple(
        [
            (slot, each.get(slot.role, 0), filling.get(slot, ()))
            for slot in known
            if slot in filling or slot.role in each
        ]
    )


class Expected(Record):
    """What every layer of a cell with these weights and sizes has.

    Attributes:
        formula: with its sizes.
        parameters: over all directions.
        state_elements: what one sequence keeps between steps; None where its sizes are not known.
        each: elements of each weight in one direction.
    """

    formula: Formula
    parameters: int
    state_elements: int | None
    each: dict[Role, int]


@lru_cache(maxsize=256)
def expected(cell: str, roles: frozenset[Role], sizes: Sizes) -> Expected:
    """What layers with these weights and sizes have; KeyError for a cell that is not in CELLS."""
    known = CELLS[cell]
    each = known.counts(roles, sizes)
    projection = None if sizes.projection_size is None else 0
    form = _written(cell, roles, Sizes(0, 0, projection, (), sizes.directions))
    return Expected(
        form.formula(known, sizes),
        sizes.directions * sum(each.values()),
        state_elements(known, sizes),
        each,
    )


@lru_cache(maxsize=256)
def _written(cell: str, roles: frozenset[Role], form: Sizes) -> Written:
    return written(CELLS[cell], roles, form)
