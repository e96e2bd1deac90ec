"""What is known of a value in a graph: its shape, its sources, and its elements if few integers."""

from __future__ import annotations

from rnninspect.lean import IntEnum
from rnninspect.plugin import MOST_ELEMENTS
from rnninspect_onnx.protobuf.tensor_messages import KEPT_AXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

Dims = tuple[int | None, ...]
"""A shape; None for an axis of unknown size."""

Integers = tuple[int | None, ...]

BEYOND = MOST_ELEMENTS + 1  # larger than any array's axis; products saturate here


class ValueKind(IntEnum):
    """How a value is made; a view of several sources has the largest kind among them."""

    CONSTANT = 0  # stored tensors, sliced and concatenated
    CHOSEN = 1  # one of several stored values, chosen by an If or a Where
    GATHERED = 2  # entries of stored tensors at dynamic indices: an embedding
    SCALED = 3  # arithmetic over stored tensors, element by element
    COMPUTED = 4  # any other arithmetic over stored tensors, or random numbers
    INPUT = 5  # inputs of the graph, sliced and concatenated
    DYNAMIC = 6  # computed from inputs, or chosen between inputs and stored tensors
    BROKEN = 7  # no node, input or tensor defines it, or it depends on itself


class Value:
    """One value of a graph.

    Attributes:
        kind: how it is made.
        shape: its shape; None if not even its rank is known.
        integers: its elements, if it is a small constant of integers.
        sources: the values it is made of, as far as they may lead to stored tensors.
        offset: of its message in the file, if it is a stored tensor.
    """

    __slots__ = ("integers", "kind", "offset", "shape", "sources")

    def __init__(
        self,
        kind: ValueKind,
        shape: Dims | None = None,
        integers: Integers | None = None,
        sources: tuple[Value, ...] = (),
        offset: int | None = None,
    ) -> None:
        self.kind = kind
        self.shape = shape
        self.integers = integers
        self.sources = sources
        self.offset = offset

    @property
    def whole_shape(self) -> tuple[int, ...] | None:
        """The shape, if all of it is known."""
        return None if self.shape is None else _whole(self.shape)

    @property
    def whole_integers(self) -> tuple[int, ...] | None:
        """The elements, if all of them are known."""
        return None if self.integers is None else _whole(self.integers)


def _whole(numbers: Dims | Integers) -> tuple[int, ...] | None:
    return None if None in numbers else tuple([each for each in numbers if each is not None])


UNKNOWN = Value(ValueKind.DYNAMIC)
BROKEN = Value(ValueKind.BROKEN)
EMPTY_SEQUENCE = Value(ValueKind.CONSTANT)


def view(sources: Iterable[Value], shape: Dims | None, integers: Integers | None = None) -> Value:
    """A value that consists of elements of its sources."""
    kept = tuple(sources)
    kind = max((source.kind for source in kept), default=ValueKind.CONSTANT)
    if kind > ValueKind.COMPUTED:
        kept = tuple(
            [source for source in kept if source.kind > ValueKind.COMPUTED and source.sources]
        )
    return _value(kind, shape, integers, kept)


def gathered(source: Value, shape: Dims | None) -> Value:
    """Entries of a source at indices that are known only at run time."""
    kind = (
        ValueKind.GATHERED
        if source.kind < ValueKind.SCALED
        else max(source.kind, ValueKind.COMPUTED)
    )
    return _value(kind, shape, None, (source,) if kind <= ValueKind.COMPUTED else ())


def one_of(
    sources: Iterable[Value], shape: Dims | None, least: ValueKind = ValueKind.CHOSEN
) -> Value:
    """One of several sources; stored tensors among them are kept as its sources."""
    given = tuple(sources)
    kind = max((source.kind for source in given), default=ValueKind.DYNAMIC)
    kept = tuple(source for source in given if source.offset is not None or source.sources)
    return _value(max(kind, least), shape, None, kept)


def computed(
    sources: Iterable[Value], shape: Dims | None = None, integers: Integers | None = None
) -> Value:
    """The result of arithmetic on its sources."""
    kept = tuple(sources)
    kind = max([source.kind for source in kept], default=ValueKind.COMPUTED)
    if (
        kind > ValueKind.COMPUTED
    ):  # most activations: none of their sources leads to a stored tensor
        return _value(max(kind, ValueKind.DYNAMIC), shape, integers, ())
    return _value(ValueKind.COMPUTED, shape, integers, kept)


def scaled(
    sources: Iterable[Value], shape: Dims | None = None, integers: Integers | None = None
) -> Value:
    """The result of element-wise arithmetic on its sources."""
    kept = tuple(sources)
    kinds = {source.kind for source in kept}
    if not kept or ValueKind.GATHERED in kinds or max(kinds) > ValueKind.SCALED:
        return computed(kept, shape, integers)
    return _value(ValueKind.SCALED, shape, integers, kept)


def _value(
    kind: ValueKind, shape: Dims | None, integers: Integers | None, sources: tuple[Value, ...]
) -> Value:
    if shape is not None and len(shape) > KEPT_AXES:
        shape = None
    if shape is not None and max([size or 0 for size in shape], default=0) > BEYOND:
        shape = tuple(None if size is None else min(size, BEYOND) for size in shape)
    if integers is not None:
        integers = tuple(
            number if number is not None and abs(number) < BEYOND else None for number in integers
        )
    return Value(kind, shape, integers, sources)


def with_declared(value: Value, declared: Dims | None) -> Value:
    """A fed or computed value, its shape completed by the one that the file declares."""
    if declared is None or value.kind in (ValueKind.CONSTANT, ValueKind.BROKEN):
        return value
    shape = value.shape
    if shape is None or len(shape) != len(declared):
        return _reshaped(value, declared)
    filled = tuple(
        size if size is not None else own for size, own in zip(declared, shape, strict=True)
    )
    return value if filled == shape else _reshaped(value, filled)


def _reshaped(value: Value, shape: Dims) -> Value:
    return Value(value.kind, shape, value.integers, value.sources, value.offset)
