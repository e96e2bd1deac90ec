"""What is known of a value in a graph: its shape, what it is made of, small integers themselves."""

from __future__ import annotations

from enum import IntEnum

from rnninspect.plugin import MOST_ELEMENTS, Limit, Record
from rnninspect_onnx.protobuf.messages import KEPT_AXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.plugin import Source
    from rnninspect_onnx.protobuf.messages import Attribute, Node

Dims = tuple[int | None, ...]
"""A shape; None for an axis that the file does not tell."""

Integers = tuple[int | None, ...]

BEYOND = MOST_ELEMENTS + 1  # an axis that no array has; products stop here instead of growing


class Kind(IntEnum):
    """How a value comes about; of several sources of a view the largest counts."""

    CONSTANT = 0  # stored tensors, cut and put together
    CHOSEN = 1  # one of several stored values, chosen by an If or a Where
    PICKED = 2  # entries of stored tensors, at indices that are fed: an embedding
    SCALED = 3  # arithmetic over stored tensors, element by element
    COMPUTED = 4  # any other arithmetic over stored tensors, or random numbers
    INPUT = 5  # fed from outside, cut and put together
    DYNAMIC = 6  # computed from what is fed, or chosen between that and what is stored
    BROKEN = 7  # no node, input or tensor makes it, or it makes itself


class Value:
    """One value of a graph.

    Attributes:
        kind: how it comes about.
        shape: its shape; None if not even its rank is known.
        integers: its elements, if it is a small constant of integers.
        sources: the values it is made of; only those that stored tensors may be among.
        place: where in the file it lies, if it is a stored tensor.
    """

    __slots__ = ("integers", "kind", "place", "shape", "sources")

    def __init__(
        self,
        kind: Kind,
        shape: Dims | None = None,
        integers: Integers | None = None,
        sources: tuple[Value, ...] = (),
        place: int | None = None,
    ) -> None:
        self.kind = kind
        self.shape = shape
        self.integers = integers
        self.sources = sources
        self.place = place

    @property
    def whole_shape(self) -> tuple[int, ...] | None:
        """The shape, if all of it is known."""
        if self.shape is None:
            return None
        known = tuple(size for size in self.shape if size is not None)
        return known if len(known) == len(self.shape) else None

    @property
    def whole_integers(self) -> tuple[int, ...] | None:
        """The elements, if all of them are known."""
        if self.integers is None:
            return None
        known = tuple(number for number in self.integers if number is not None)
        return known if len(known) == len(self.integers) else None


UNKNOWN = Value(Kind.DYNAMIC)
BROKEN = Value(Kind.BROKEN)


class Call(Record):
    """One node at one place where it is run; an omitted input is None."""

    node: Node
    inputs: tuple[Value | None, ...]
    environment: dict[str, Attribute]

    def input(self, position: int) -> Value | None:
        """An input; None if it is omitted."""
        return self.inputs[position] if position < len(self.inputs) else None

    def present(self) -> tuple[Value, ...]:
        """The inputs that are not omitted."""
        return tuple([value for value in self.inputs if value is not None])

    def shape(self, position: int = 0) -> Dims | None:
        """The shape of an input."""
        value = self.input(position)
        return None if value is None else value.shape

    def attribute(self, name: str) -> Attribute | None:
        """An attribute; where it refers to one of the enclosing function, that one."""
        attribute = self.node.attribute(name)
        if attribute is not None and attribute.reference:
            return self.environment.get(attribute.reference)
        return attribute

    def number(self, name: str, default: int) -> int:
        """The value of an integer attribute."""
        attribute = self.attribute(name)
        return default if attribute is None or attribute.number is None else attribute.number

    def integers(self, name: str, position: int) -> Integers | None:
        """Axes, bounds or sizes: an attribute in old operator sets, an input in later ones."""
        attribute = self.attribute(name)
        if attribute is not None:
            complete = attribute.counts[0] == len(attribute.integers)
            return attribute.integers if complete else None
        value = self.input(position)
        return None if value is None else value.integers


def view(sources: Iterable[Value], shape: Dims | None, integers: Integers | None = None) -> Value:
    """A value that holds elements of its sources and nothing else."""
    kept = tuple(sources)
    kind = max((source.kind for source in kept), default=Kind.CONSTANT)
    if kind > Kind.COMPUTED:
        kept = tuple([source for source in kept if source.kind > Kind.COMPUTED and source.sources])
    return _value(kind, shape, integers, kept)


def picked(source: Value, shape: Dims | None) -> Value:
    """A value that holds entries of its source, at indices that are known only at run time."""
    kind = Kind.PICKED if source.kind < Kind.SCALED else max(source.kind, Kind.COMPUTED)
    return _value(kind, shape, None, (source,) if kind <= Kind.COMPUTED else ())


def one_of(sources: Iterable[Value], shape: Dims | None, least: Kind = Kind.CHOSEN) -> Value:
    """A value that is one of its sources; what is stored is remembered beside what is fed."""
    given = tuple(sources)
    kind = max((source.kind for source in given), default=Kind.DYNAMIC)
    kept = tuple(source for source in given if source.place is not None or source.sources)
    return _value(max(kind, least), shape, None, kept)


def computed(
    sources: Iterable[Value], shape: Dims | None = None, integers: Integers | None = None
) -> Value:
    """A value that arithmetic makes of its sources."""
    kept = tuple(sources)
    kind = max((source.kind for source in kept), default=Kind.COMPUTED)
    if kind > Kind.COMPUTED:  # most activations: nothing of them leads to a stored tensor
        return _value(max(kind, Kind.DYNAMIC), shape, integers, ())
    return _value(Kind.COMPUTED, shape, integers, kept)


def scaled(
    sources: Iterable[Value], shape: Dims | None = None, integers: Integers | None = None
) -> Value:
    """A value that arithmetic makes of its sources, element by element."""
    kept = tuple(sources)
    kinds = {source.kind for source in kept}
    if not kept or Kind.PICKED in kinds or max(kinds) > Kind.SCALED:
        return computed(kept, shape, integers)
    return _value(Kind.SCALED, shape, integers, kept)


def _value(
    kind: Kind, shape: Dims | None, integers: Integers | None, sources: tuple[Value, ...]
) -> Value:
    if shape is not None and len(shape) > KEPT_AXES:
        shape = None
    if shape is not None and any(size is not None and size > BEYOND for size in shape):
        shape = tuple(None if size is None else min(size, BEYOND) for size in shape)
    if integers is not None:
        integers = tuple(
            number if number is not None and abs(number) < BEYOND else None for number in integers
        )
    return Value(kind, shape, integers, sources)


def with_declared(value: Value, declared: Dims | None) -> Value:
    """A fed or computed value with the shape that the file declares for it, as far as it does."""
    if declared is None or value.kind in (Kind.CONSTANT, Kind.BROKEN):
        return value
    shape = value.shape
    if shape is None or len(shape) != len(declared):
        return _reshaped(value, declared)
    filled = tuple(
        size if size is not None else own for size, own in zip(declared, shape, strict=True)
    )
    return value if filled == shape else _reshaped(value, filled)


def _reshaped(value: Value, shape: Dims) -> Value:
    return Value(value.kind, shape, value.integers, value.sources, value.place)


_VALUES_IN_A_STEP = 8


class Leaves:
    """Finds the stored tensors that values are made of; steps count against the limit `nodes`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._beyond = frozenset[Kind]()
        self._found: dict[Value, tuple[int, ...]] = {}
        self._steps = [0]  # of all Leaves of one file

    def short_of(self, *kinds: Kind) -> Leaves:
        """Leaves that do not look into values of these kinds, and share the count of steps."""
        other = Leaves(self._source)
        other._beyond, other._steps = frozenset(kinds), self._steps
        return other

    def of(self, value: Value) -> tuple[int, ...]:
        """The places of the tensors, each once, from the first source to the last."""
        if value not in self._found:
            self._found[value] = tuple(self._search(value))
        return self._found[value]

    def _search(self, value: Value) -> Iterator[int]:
        seen = {value}
        stack = [value]
        before, edges = self._steps[0], 0
        while stack:
            current = stack.pop()
            self._steps[0] += 1
            edges += len(current.sources)
            if current.kind in self._beyond:
                continue
            if current.place is not None:
                yield current.place
            for source in reversed(current.sources):
                if source not in seen:
                    seen.add(source)
                    stack.append(source)
        what = "the way from weights to their tensors"
        self._source.limits.require(Limit.NODES, self._steps[0], what)
        self._source.spend(Limit.STEPS, (self._steps[0] - before + edges) // _VALUES_IN_A_STEP)
