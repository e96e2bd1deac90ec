"""What values look like: of those that are alike one stands for all."""

from __future__ import annotations

from rnninspect_onnx.graph.constants import stored_at
from rnninspect_onnx.graph.values import BROKEN, EMPTY_SEQUENCE, UNKNOWN, Value, ValueKind
from rnninspect_onnx.protobuf.initializers import TensorKind
from rnninspect_onnx.protobuf.tensor_decoder import INTEGER_SIZES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_onnx.graph.values import Dims, Integers
    from rnninspect_onnx.protobuf.initializers import Initializers

    Look = tuple[ValueKind, Dims | None, Integers | None, bool, bool]

_MOST_KNOWN = 10_000
_ALONE = frozenset({UNKNOWN, BROKEN, EMPTY_SEQUENCE})  # which are told by what they are


class Looks:
    """One value for all that agree in kind, shape and elements, and in whether they are stored."""

    def __init__(self) -> None:
        self._known: dict[Look, Value] = {}

    def of(self, value: Value) -> Value:
        """The value that stands for another one, and is none of the graph itself."""
        if value in _ALONE:
            return value
        look = (value.kind, value.shape, value.integers, value.offset is None, not value.sources)
        known = self._known.get(look)
        if known is None:
            known = Value(value.kind, value.shape, value.integers, value.sources, value.offset)
            if len(self._known) < _MOST_KNOWN:
                self._known[look] = known
        return known


def leads_nowhere(value: Value) -> bool:
    """Whether a value leads to no stored tensor."""
    return value.offset is None and not value.sources


def copy_of(look: Value) -> Value:
    """A value of its own for one that leads nowhere."""
    return look if look in _ALONE else Value(look.kind, look.shape, look.integers)


class StoredLooks:
    """What stored tensors look like as values, by their places among all that were added."""

    def __init__(self, looks: Looks) -> None:
        self._looks = looks
        self._blocks: list[Initializers] = []
        self._starts: list[int] = []
        self._kinds: dict[int, Value | None] = {}  # of plain tensors, by the `id` of their kind
        self._all: list[Value | None] = []

    def add(self, tensors: Initializers) -> int:
        """The place of the first of these tensors, which are added if they are new."""
        if self._blocks and self._blocks[-1] is tensors:
            return self._starts[-1]
        self._blocks.append(tensors)
        self._starts.append(len(self._all))
        known = self._kinds
        for kind in tensors.kinds:
            if id(kind) not in known:
                known[id(kind)] = self._of_kind(kind) if isinstance(kind, TensorKind) else None
        self._all += map(known.__getitem__, map(id, tensors.kinds))
        return self._starts[-1]

    def _of_kind(self, kind: TensorKind) -> Value | None:
        """What the tensors of a kind look like; None if that depends on their elements."""
        if kind.element_type in INTEGER_SIZES:
            return None
        return self._looks.of(Value(ValueKind.CONSTANT, kind.dims, offset=0))

    def at(self, place: int) -> Value:
        """What the tensor at a place looks like."""
        known = self._all[place]
        if known is None:
            known = self._all[place] = self._looks.of(self.value(place))
        return known

    def value(self, place: int) -> Value:
        """The tensor at a place as a value."""
        from bisect import bisect_right  # noqa: PLC0415 - which few files need

        at = bisect_right(self._starts, place) - 1
        return stored_at(self._blocks[at], place - self._starts[at])
