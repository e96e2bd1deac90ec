"""Counts the expected and the stored parameters of a layer, slot by slot."""

from __future__ import annotations

from rnninspect.cells import BIASES, Cell, Formula, Role
from rnninspect.counter.alike import InCommon, expected_shape, in_common
from rnninspect.dtypes import DTYPES, ElementKind
from rnninspect.lean import cached_property
from rnninspect.merging import merge_shared, name_uniquely
from rnninspect.model import Fate, Operand, RecurrentLayer, Slot, StoredTensor
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "LayerCount",
    "OperandCount",
    "SlotCount",
    "bias_vectors",
    "count_layer",
    "count_layers",
    "described",
    "expected_shape",
    "never_trained",
    "unique_tensors",
]

_FLOAT32 = 32  # its bits


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


class _Counted(Record):
    """What the values of a counted layer follow from."""

    layer: RecurrentLayer
    in_common: InCommon
    tensors: tuple[StoredTensor, ...]


class LayerCount(_Counted):
    """A layer's formula and its stored parameters; `expected` and `stored` count all directions.

    `tensors` are the stored tensors of its operands, one for each identity.
    `layer` is the reader's description, of which the commonest fields are attributes here too;
    sizes are in units, and 0 where the cell brings its own (`layer.layer.sizes.own`).
    `in_common` is one value for all layers that are alike.
    """

    @cached_property
    def operands(self) -> tuple[OperandCount, ...]:
        """Each operand beside what its slots expect."""
        both = zip(self.layer.operands, self.in_common.operands, strict=True)
        return tuple([OperandCount(operand, *measured) for operand, measured in both])

    @cached_property
    def slots(self) -> tuple[SlotCount, ...]:
        """The slots of the layer's weights, and others that something fills."""
        filling = self.operands
        return tuple(
            [
                SlotCount(slot, expected, tuple([filling[place] for place in places]))
                for slot, expected, places in self.in_common.slots
            ]
        )

    @property
    def cell(self) -> Cell:
        """Its entry in the table of formulas."""
        return self.in_common.cell

    @property
    def formula(self) -> Formula:
        """The formula, with its sizes."""
        return self.in_common.formula

    @property
    def expected(self) -> int:
        """Parameters by the formula."""
        return self.in_common.expected

    @property
    def stored(self) -> int:
        """Parameters that the file stores."""
        return self.in_common.stored

    @property
    def bytes(self) -> int:
        """Bytes of its stored tensors."""
        return self.in_common.bytes

    @property
    def dtypes(self) -> tuple[str, ...]:
        """The element types of its stored tensors, sorted."""
        return self.in_common.dtypes

    @property
    def state_elements(self) -> int | None:
        """What one sequence keeps between steps; None where its sizes are not known."""
        return self.in_common.state_elements

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
        elements = self.in_common.elements
        return round(8 * self.bytes / elements, 2) if elements else None


def never_trained(tensors: Iterable[StoredTensor], counts: Iterable[LayerCount]) -> set[str]:
    """The identities of tensors that are stored and never trained: buffers, masks of a wiring."""
    found = {tensor.identity for tensor in tensors if not tensor.trained}
    for counted in counts:
        found.update([tensor.identity for tensor in counted.layer.buffers])
        for place in counted.in_common.masks:
            found.update([each.identity for each in counted.layer.operands[place].tensors])
    return found


def count_layers(layers: Iterable[RecurrentLayer]) -> tuple[LayerCount, ...]:
    """Count each layer; layers over the very same stored tensors become one, with `also_at`."""
    return tuple(count_layer(layer) for layer in name_uniquely(merge_shared(layers)))


def count_layer(layer: RecurrentLayer) -> LayerCount:
    """Compare one layer with the formula of its cell; KeyError for a cell that is not in CELLS."""
    return LayerCount(layer, in_common(layer), unique_tensors(layer))


def unique_tensors(layer: RecurrentLayer) -> tuple[StoredTensor, ...]:
    """The stored tensors of a layer's operands, one for each identity."""
    tensors = {tensor.identity: tensor for operand in layer.operands for tensor in operand.tensors}
    return tuple(tensors.values())


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
