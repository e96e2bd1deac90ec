"""Counts the expected and the stored parameters of a layer, slot by slot."""

from __future__ import annotations

import math

from rnninspect.cells import (
    BIASES,
    CELLS,
    Cell,
    Formula,
    Role,
    Sizes,
    Sum,
    Symbol,
)
from rnninspect.cells.expected import expected
from rnninspect.dtypes import DTYPES, ElementKind
from rnninspect.lean import lru_cache
from rnninspect.merging import merge_shared, name_uniquely
from rnninspect.model import Fate, Operand, RecurrentLayer, Slot
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.model import Axis, StoredTensor


_FLOAT32 = 32  # its bits
_MASKS = frozenset({Role.MASK, Role.RECURRENT_MASK})


class OperandCount(Record):
    """An operand beside what its slots expect.

    `expected_shape` is None where the layout only fixes the number of elements; `parameters` are
    the stored ones: of a part of a larger tensor the part, of an expanded one the stored elements.
    """

    operand: Operand
    expected_shape: tuple[int, ...] | None
    expected: int
    parameters: int


class SlotCount(Record):
    """One expected weight in one direction, and the operands that fill it."""

    slot: Slot
    expected: int
    operands: tuple[OperandCount, ...]

    @property
    def fate(self) -> Fate:
        """Absent if nothing fills it; else the fate of what does."""
        return self.operands[0].operand.fate if self.operands else Fate.ABSENT


class LayerCount(Record):
    """A layer's formula and its stored parameters; `expected` and `stored` count all directions.

    `tensors` are the stored tensors of its operands, one for each identity, and `dtypes` their
    element types, sorted. `state_elements` is what one sequence keeps between steps; None where its
    sizes are not known.
    `layer` is the reader's description, of which the commonest fields are attributes here too;
    sizes are in units, and 0 where the cell brings its own (`layer.layer.sizes.own`).
    """

    layer: RecurrentLayer
    cell: Cell
    formula: Formula
    expected: int
    stored: int
    bytes: int
    operands: tuple[OperandCount, ...]
    slots: tuple[SlotCount, ...]
    tensors: tuple[StoredTensor, ...] = ()
    dtypes: tuple[str, ...] = ()
    state_elements: int | None = None

    @property
    def name(self) -> str:
        """The layer's name, without prefixes that a wrapper adds."""
        return self.layer.name

    @property
    def kind(self) -> str:
        """The framework's own class: `Bidirectional(LSTM)`."""
        return self.layer.kind

    @property
    def convention(self) -> str:
        """Whose formula it follows, such as `pytorch` or `keras reset_after`."""
        return self.layer.convention

    @property
    def input_size(self) -> int:
        """The size of the input, m."""
        return self.layer.sizes.input_size

    @property
    def hidden_size(self) -> int:
        """The size of the state, n."""
        return self.layer.sizes.hidden_size

    @property
    def projection_size(self) -> int | None:
        """The size of a projected state, p; None without a projection."""
        return self.layer.sizes.projection_size

    @property
    def directions(self) -> int:
        """1, or 2 if it is bidirectional."""
        return self.layer.sizes.directions

    @property
    def bias_vectors(self) -> int:
        """How many bias vectors each direction has: 0, 1 or 2."""
        return bias_vectors(self.layer)

    def __repr__(self) -> str:
        counts = f"{self.formula} = {self.expected:,}, stored {self.stored:,}"
        return f"<LayerCount {self.name!r}: {self.kind}, {counts}>"

    @property
    def width(self) -> int:
        """The hidden size, or what its own sizes have in its place."""
        sizes = self.layer.sizes
        return dict(sizes.own)[self.cell.width] if self.cell.width else sizes.hidden_size

    @property
    def state_bytes(self) -> int | None:
        """Bytes of that state in the type of the weights; in float32 where they are quantised."""
        elements = self.state_elements
        if elements is None:
            return None
        known = (DTYPES[dtype] for dtype in self.dtypes if dtype in DTYPES)
        bits = [dtype.bits for dtype in known if dtype.kind is ElementKind.FLOAT]
        return elements * max(bits, default=_FLOAT32) // 8

    @property
    def bits_per_weight(self) -> float | None:
        """Stored bits per stored parameter, without scales; None if none is stored."""
        elements = sum([tensor.parameters for tensor in self.tensors])
        return round(8 * self.bytes / elements, 2) if elements else None


def never_trained(tensors: Iterable[StoredTensor], counts: Iterable[LayerCount]) -> set[str]:
    """The identities of tensors that are stored and never trained: buffers, masks of a wiring."""
    found = {tensor.identity for tensor in tensors if not tensor.trained}
    for counted in counts:
        found.update(tensor.identity for tensor in counted.layer.buffers)
        for operand in counted.layer.operands:
            if _MASKS.issuperset([slot.role for slot in operand.slots]):
                found.update(tensor.identity for tensor in operand.tensors)
    return found


def count_layers(layers: Iterable[RecurrentLayer]) -> tuple[LayerCount, ...]:
    """Count each layer; layers over the very same stored tensors become one, with `also_at`."""
    return tuple(count_layer(layer) for layer in name_uniquely(merge_shared(layers)))


def count_layer(layer: RecurrentLayer) -> LayerCount:
    """Compare one layer with the formula of its cell; KeyError for a cell that is not in CELLS."""
    cell = CELLS[layer.cell]
    wanted = expected(layer.cell, layer.roles, layer.sizes)
    operands = tuple([_count_operand(operand, cell, layer.sizes) for operand in layer.operands])
    unique = unique_tensors(layer)
    stored = sum([counted.parameters for counted in operands])
    merged = sum([operand.merged for operand in layer.operands])
    return LayerCount(
        layer=layer,
        cell=cell,
        formula=wanted.formula,
        expected=wanted.parameters,
        stored=min(stored, sum([tensor.parameters for tensor in unique]) + merged),
        bytes=sum([tensor.bytes for tensor in unique]),
        operands=operands,
        slots=_slots(layer, wanted.each, operands),
        tensors=unique,
        dtypes=tuple(sorted({tensor.dtype for tensor in unique})),
        state_elements=wanted.state_elements,
    )


@lru_cache(maxsize=256)
def _slots_of(cell: str, directions: int) -> tuple[Slot, ...]:
    weights = CELLS[cell].weights
    return tuple(Slot(at, weight.role) for at in range(directions) for weight in weights)


def unique_tensors(layer: RecurrentLayer) -> tuple[StoredTensor, ...]:
    """The stored tensors of a layer's operands, one for each identity."""
    tensors = {tensor.identity: tensor for operand in layer.operands for tensor in operand.tensors}
    return tuple(tensors.values())


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


def _count_operand(operand: Operand, cell: Cell, sizes: Sizes) -> OperandCount:
    shape = expected_shape(operand.axes, len(cell.gates), sizes)
    if shape is not None:
        return OperandCount(operand, shape, math.prod(shape), _stored(operand))
    each = cell.counts({slot.role for slot in operand.slots}, sizes)
    expected = sum([each.get(slot.role, 0) for slot in operand.slots])
    return OperandCount(operand, None, expected, _stored(operand))


def _stored(operand: Operand) -> int:
    stored = sum([tensor.parameters for tensor in operand.tensors]) + operand.merged
    if (
        len(operand.tensors) == 1
        and operand.tensors[0].shape == operand.shape
        and not operand.merged
    ):
        return stored
    if operand.fate is not Fate.STORED or operand.shape is None:
        return stored
    if any(tensor.elements is not None for tensor in operand.tensors):
        return stored
    return stored if min(operand.shape, default=0) < 0 else min(stored, math.prod(operand.shape))


def _slots(
    layer: RecurrentLayer, each: dict[Role, int], operands: tuple[OperandCount, ...]
) -> tuple[SlotCount, ...]:
    """The slots of the layer's weights, and others that something fills."""
    filling: dict[Slot, tuple[OperandCount, ...]] = {}
    for counted in operands:
        for slot in dict.fromkeys(counted.operand.slots):
            filling[slot] = (*filling.get(slot, ()), counted)
    return tuple(
        [
            SlotCount(slot, each.get(slot.role, 0), filling.get(slot, ()))
            for slot in _slots_of(layer.cell, layer.sizes.directions)
            if slot in filling or slot.role in each
        ]
    )


def bias_vectors(layer: RecurrentLayer) -> int:
    """How many bias roles each direction has: 0, 1 or 2."""
    return len(BIASES & layer.roles)


def described(
    counted: LayerCount,
) -> dict[str, str | int | float | list[str] | list[int] | dict[str, int] | None]:
    """What a layer is, by the names of fields that the JSON report and the rows of a scan share."""
    layer, sizes = counted.layer, counted.layer.sizes
    return {
        "kind": layer.kind,
        "cell": counted.cell.family,
        "variant": layer.cell if layer.cell != counted.cell.family else None,
        "input_size": sizes.input_size or None,
        "hidden_size": sizes.hidden_size or None,
        "projection_size": sizes.projection_size,
        "kernel_size": list(sizes.kernel_size) or None,
        "own_sizes": dict(sizes.own),
        "directions": sizes.directions,
        "bias_vectors": bias_vectors(layer),
        "peepholes": Role.PEEPHOLE in layer.roles,
        "sizes": layer.origin.value,
    }
