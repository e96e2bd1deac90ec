"""A reader's description of a file, in terms that belong to no framework."""

from __future__ import annotations

from rnninspect.cells import Factor, Role, Sizes, Sum
from rnninspect.lean import StrEnum
from rnninspect.record import Record
from rnninspect.source.totals import DeclaredTotals  # noqa: TC001 - a type of a field, as above
from rnninspect.stored.tensor import MOST_ELEMENTS, Purpose, StoredTensor, impossible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.stored.columns import TensorColumns

__all__ = [
    "LARGEST_SIZE",
    "MOST_ELEMENTS",
    "Axis",
    "Fact",
    "Fate",
    "Observation",
    "Operand",
    "Origin",
    "Piece",
    "Purpose",
    "RecurrentLayer",
    "SavedModel",
    "Search",
    "Searched",
    "SkippedLayer",
    "Slot",
    "Stack",
    "StoredTensor",
    "impossible",
]


class Origin(StrEnum):
    """Where a layer's sizes came from."""

    DECLARED = "declared"  # the file states them
    INFERRED = "inferred"  # read off the tensors' shapes
    RECOVERED = "recovered"  # the cell was recognised in a graph of plain operations


class Fate(StrEnum):
    """Where an expected weight comes from."""

    STORED = "stored"
    COMPUTED = "computed"  # other operators make it
    INPUT = "input"  # fed from outside at run time
    ABSENT = "absent"


class Fact(StrEnum):
    """A kind of observation; `rnninspect.rules` defines what follows from it."""

    CONTRADICTION = "contradiction"  # a declared size that is impossible, or two that disagree
    OVERLAP = "overlap"  # two tensors share bytes
    DUPLICATE_NAME = "duplicate name"
    BROKEN_GRAPH = "broken graph"  # an operation reads what nothing gives, or waits for itself
    EXTERNAL_MISSING = "external data missing"
    EXTERNAL_OUTSIDE = "external data outside the model"
    CODE = "code"  # the framework would run this when it loads the file
    LINK_OUTSIDE = "link outside"  # a link or a raw storage in another file
    ZERO_BIAS = "zero bias"  # a stored bias that is zeros throughout; reported only on request
    AMBIGUOUS = "ambiguous"  # more than one cell explains the tensors
    POSSIBLE = "possible"  # looks recurrent, no formula is known for it
    UNUSUAL = "unusual"  # odd but harmless
    UNDECLARED = "undeclared"  # a size that the framework needs, and the file leaves out


LARGEST_SIZE = 2**31 - 1  # a size of a layer that is believed


class Slot(Record):
    """The place where an expected weight and a stored tensor meet."""

    direction: int
    role: Role


# One axis of a shape as a product of sizes: (Symbol.GATES, Symbol.HIDDEN) is g·n. An axis of a cell
# that brings its own sizes is a Sum of them.
Axis = tuple[Factor, ...]


class Operand(Record):
    """What fills one or more slots of a layer, and where it comes from.

    Attributes:
        name: the stored tensor's name, or the value's name in the graph.
        slots: the slots it fills; more than one for a fused tensor.
        axes: the shape it should have, in symbols, from the plugin's LAYOUT table; empty where
            only the number of elements can be compared with the formula.
        shape: the shape at the layer's input; None if it cannot be known.
        fate: stored, computed or input.
        tensors: the stored tensors that it is made of, each once.
        chosen: whether the tensors are alternatives, of which each run uses some.
        merged: how many of its elements the file stores once for several weights of the layer, as
            a converter does that merges equal constants; they count for each.
    """

    name: str
    slots: tuple[Slot, ...]
    axes: tuple[Axis | Sum, ...]
    shape: tuple[int, ...] | None
    fate: Fate = Fate.STORED
    tensors: tuple[StoredTensor, ...] = ()
    chosen: bool = False
    merged: int = 0


class Piece(Record):
    """The part of stored tensors that one gate of a recovered layer reads.

    Attributes:
        gate: its letter in the cell's equations; empty for a projection.
        role: what it is for.
        tensors: names of the tensors; of several, the operation that joins them is part of it.
        part: of each axis, where the part starts, and its size.
        units: the axis on which the units are.
        given: which of the layer's inputs a kernel multiplies, where there are several.
        direction: which direction it belongs to.
    """

    gate: str
    role: Role
    tensors: tuple[str, ...]
    part: tuple[tuple[int, int], ...]
    units: int
    given: int = 0
    direction: int = 0


class Stack(Record):
    """The place of a layer in a stack; levels count from 0."""

    name: str
    level: int
    levels: int


_SIZES = ("input_size", "hidden_size", "projection_size", "kernel_size")


class RecurrentLayer(Record):
    """One level of a recurrent stack, with its one or two directions: one row of the report.

    Attributes:
        name: for people, without prefixes that a wrapper adds.
        kind: the framework's own class, `Bidirectional(LSTM)`.
        cell: key of `rnninspect.cells.CELLS`.
        sizes: its sizes, directions among them.
        origin: whether all sizes are declared by the file.
        convention: whose formula it follows: `onnx`, `pytorch`, `keras`, `keras reset_after`, …
        roles: the weights that each direction is declared to have.
        operands: what fills its slots; the slots that none fills are absent.
        stack: its place in a stack, if it has one.
        extras: tensors that belong to it by name and fill no slot.
        original_name: the name as the file gives it, where `name` is shortened.
        root: which network of a checkpoint it belongs to, where there are several.
        also_at: other places that use the very same stored weights.
        inferred: which sizes were inferred, by name in Sizes or own symbol; empty for all or none.
        declared_in: the configuration that declares sizes of a layer found by its weights' names.
        declared_by: its keys for each of these sizes.
        gate_order: the gates in the order in which they are stored, by the letters of the cell's
            equations (`rnninspect cells`): `ifgo`; empty if unknown, or each is stored alone.
        pieces: of a recovered layer, what each of its gates reads; none where that is not all.
        normalised: whether a graph has layer normalisation between its products and its gates.
        buffers: tensors that are stored with it, never trained, and fill no slot.
    """

    name: str
    kind: str
    cell: str
    sizes: Sizes
    origin: Origin
    convention: str
    roles: frozenset[Role]
    operands: tuple[Operand, ...]
    stack: Stack | None = None
    extras: tuple[StoredTensor, ...] = ()
    original_name: str | None = None
    root: str | None = None
    also_at: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()
    declared_in: str = ""
    declared_by: tuple[tuple[str, str], ...] = ()
    gate_order: str = ""
    pieces: tuple[Piece, ...] = ()
    normalised: bool = False
    buffers: tuple[StoredTensor, ...] = ()

    @property
    def inferred_sizes(self) -> tuple[str, ...]:
        """The sizes that were read off the tensors' shapes, by their names in Sizes."""
        if self.origin is not Origin.INFERRED:
            return ()
        return self.inferred or tuple(name for name in _SIZES if getattr(self.sizes, name))


class SkippedLayer(Record):
    """A recurrent layer without a known formula; its tensors count as not understood."""

    name: str
    kind: str
    reason: str
    tensors: tuple[StoredTensor, ...] = ()


class Observation(Record):
    """Something notable in a file.

    Attributes:
        fact: what kind of thing.
        detail: a clause for people, such as `builtins.open`.
        layer: the layer it concerns, by name.
        tensor: the tensor it concerns, by name.
        tensors: of a possible recurrent cell the stored tensors, which nobody understood.
    """

    fact: Fact
    detail: str
    layer: str | None = None
    tensor: str | None = None
    tensors: tuple[StoredTensor, ...] = ()


class Searched(StrEnum):
    """Where a reader looks for recurrent layers."""

    OPERATORS = "operators"  # of a graph: what they compute
    LAYERS = "layers"  # that a configuration declares: their classes
    TENSORS = "tensors"  # their names and shapes


class Search(Record):
    """What a reader looked through for recurrent layers, and whether it came to the end."""

    what: Searched
    number: int
    finished: bool = True


class SavedModel(Record):
    """The complete description of one file.

    Attributes:
        format: the file format: `onnx`, `pytorch zip`, `safetensors`, `keras archive`, …
        framework: `onnx`, `pytorch`, `keras`, `tflite`; `numpy` for arrays that none claims.
        producer: what wrote it, with version; empty if unknown.
        layers: the recurrent layers, in the order of the file.
        tensors: every stored tensor, those of the layers included, whatever its purpose; of a
            format whose files have very many, in columns.
        skipped: recurrent layers without a formula.
        observations: what else was noticed.
        container: the file around the one that is described, `pickle`; empty if there is none.
        search: what was looked through for layers; None where that is the tensors.
        declared_totals: what the file says that it has in all.
    """

    format: str
    framework: str
    producer: str
    layers: tuple[RecurrentLayer, ...]
    tensors: tuple[StoredTensor, ...] | TensorColumns
    skipped: tuple[SkippedLayer, ...] = ()
    observations: tuple[Observation, ...] = ()
    container: str = ""
    search: Search | None = None
    declared_totals: DeclaredTotals | None = None
