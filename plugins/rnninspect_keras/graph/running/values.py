"""What is known of a value in a graph: its shape, its sources, its elements if few integers."""

from __future__ import annotations

import math

from rnninspect.lean import IntEnum
from rnninspect.plugin import MOST_ELEMENTS
from rnninspect_keras.graph.messages.records import MOST_AXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_keras.graph.messages.records import Dims

Integers = tuple[int | None, ...]

MOST_INTEGERS = 64  # elements that are kept of a value


class Kind(IntEnum):
    """How a value is made."""

    STORED = 0  # a constant or a variable, or a part of one
    MADE = 1  # arithmetic over stored tensors alone
    INPUT = 2  # fed from outside
    DYNAMIC = 3  # computed from inputs, carried by a loop, drawn at random
    UNKNOWN = 4  # not followed


class Value:
    """One value of a graph.

    Attributes:
        kind: how it is made.
        shape: its shape; None if not even its rank is known.
        integers: its elements, if it is a small array of integers.
        number: the number that it is, or that all its elements are.
        sources: the values it is made of, as far as they may lead to stored tensors.
        key: of a stored tensor its place in the file, of a variable its name.
        items: of a list or an array of tensors, what they are as one tensor.
        element: of a list or an array of tensors, what was written last.
        packed: of a buffer of all weights of a layer, the weights and biases in their order.
        core: what it is in the core's graph, once it was asked for.
    """

    __slots__ = (
        "core",
        "element",
        "integers",
        "items",
        "key",
        "kind",
        "number",
        "packed",
        "shape",
        "sources",
    )

    def __init__(
        self,
        kind: Kind,
        shape: Dims | None = None,
        *,
        integers: Integers | None = None,
        sources: tuple[Value, ...] = (),
        key: int | str | None = None,
    ) -> None:
        self.kind = kind
        self.shape = None if shape is None or len(shape) > MOST_AXES else shape
        few = integers is not None and len(integers) <= MOST_INTEGERS
        self.integers = integers if few else None
        self.number: float | None = None
        self.sources = sources
        self.key = key
        self.items: Value | None = None
        self.element: Value | None = None
        self.packed: tuple[tuple[Value, ...], tuple[Value, ...]] | None = None
        self.core: CoreValue | None = None

    @property
    def whole(self) -> tuple[int, ...] | None:
        """The integers, if all are known."""
        if self.integers is None:
            return None
        known = tuple(number for number in self.integers if number is not None)
        return known if len(known) == len(self.integers) else None


UNKNOWN = Value(Kind.UNKNOWN)
MISSING = Value(Kind.UNKNOWN)  # no node gives it


def made_of(given: Iterable[Value], shape: Dims | None, integers: Integers | None = None) -> Value:
    """The result of an operation: stored ones stay so, all else is found at run time."""
    known = tuple(given)
    highest = max((value.kind for value in known), default=Kind.DYNAMIC)
    if highest > Kind.MADE:
        return Value(Kind.DYNAMIC, shape, integers=integers)
    return Value(Kind.MADE, shape, integers=integers, sources=known)


def view_of(value: Value, shape: Dims | None, integers: Integers | None = None) -> Value:
    """Elements of one value, in another shape."""
    kind = Kind.DYNAMIC if value.kind is Kind.UNKNOWN else value.kind
    found = Value(kind, shape, integers=integers, sources=(value,))
    found.number = value.number
    if kind > Kind.MADE:
        found.sources = ()
    return found


def common(shapes: Sequence[Dims | None]) -> Dims | None:
    """What shapes have in common: an axis is unknown where they differ in it."""
    known = [shape for shape in shapes if shape is not None]
    if not known or len(known) != len(shapes) or len({len(shape) for shape in known}) != 1:
        return None
    return tuple(
        sizes[0] if sizes.count(sizes[0]) == len(sizes) else None
        for sizes in zip(*known, strict=True)
    )


def broadcast(shapes: Sequence[Dims | None]) -> Dims | None:
    """The shape of an elementwise function's result; None if it is not known, or there is none."""
    known = [shape for shape in shapes if shape is not None]
    if len(known) != len(shapes):
        return None
    if known and known.count(known[0]) == len(known):
        return known[0]
    rank = max((len(shape) for shape in known), default=0)
    filled = [(1,) * (rank - len(shape)) + shape for shape in known]
    found: list[int | None] = []
    for sizes in zip(*filled, strict=True):
        wide = {size for size in sizes if size not in (1, None)}
        if len(wide) > 1:
            return None
        found.append(wide.pop() if wide else None if None in sizes else 1)
    return tuple(found)


def product(sizes: Iterable[int | None]) -> int | None:
    """The number of elements; None where a size is not known."""
    known = list(sizes)
    if 0 in known:
        return 0
    whole = [size for size in known if size is not None]
    return min(math.prod(whole), MOST_ELEMENTS) if len(whole) == len(known) else None


def axis_of(value: Value | None, rank: int | None) -> int | None:
    """An axis, from the front, that an integer input names."""
    numbers = None if value is None else value.whole
    if rank is None or numbers is None or len(numbers) != 1:
        return None
    return normalised(numbers[0], rank)


def normalised(axis: int, rank: int) -> int | None:
    """An axis counted from the front; None if there is none such."""
    return axis % rank if rank and -rank <= axis < rank else None
